#!/usr/bin/env bash
# Brings the package up to date: its version is that of ../VERSION. The code itself is generated
# from the contract whenever Maven builds, so none of it is committed.
#   generate.sh          writes
#   generate.sh --check  changes nothing; exit 1 when something is out of date
set -euo pipefail
cd "$(dirname "$0")"
version=$(tr -d '[:space:]' <../VERSION)

# The first version in the file is that of the package.
current=$(sed -n '0,/<version>/s|.*<version>\(.*\)</version>.*|\1|p' pom.xml)
if [ "$current" != "$version" ]; then
  if [ "${1:-}" = --check ]; then
    echo "java: pom.xml says $current, VERSION says $version: run proto/stubs/generate.sh" >&2
    exit 1
  fi
  sed -i "0,/<version>/s|<version>.*</version>|<version>$version</version>|" pom.xml
fi
