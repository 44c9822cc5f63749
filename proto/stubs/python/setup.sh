#!/usr/bin/env bash
# Makes the two environments in which the package is tested, with the newest and the oldest runtime
# of protobuf and grpcio that it supports: .tools/stubs/python-newest and python-oldest.
#   setup.sh          makes what is missing
#   setup.sh --check  changes nothing; exit 1 when something is missing
set -euo pipefail
cd "$(dirname "$0")/../../.."
tools='pytest setuptools wheel'
declare -A runtimes=(
  [newest]='grpcio protobuf<8 googleapis-common-protos'
  [oldest]='grpcio==1.51.1 protobuf==4.21.12 googleapis-common-protos==1.57.1')
for name in newest oldest; do
  folder=.tools/stubs/python-$name
  wanted="${runtimes[$name]} $tools"
  [ "$(cat "$folder/.complete" 2>/dev/null)" = "$wanted" ] && continue
  if [ "${1:-}" = --check ]; then echo "missing: $folder"; exit 1; fi
  rm -rf "$folder"
  python3 -m venv "$folder"
  # shellcheck disable=SC2086
  "$folder/bin/pip" install --quiet --disable-pip-version-check $wanted
  echo "$wanted" >"$folder/.complete"
done
