#!/usr/bin/env bash
# Installs the npm packages with which the client is generated, built and tested: node_modules.
#   setup.sh          installs when they are not those of package-lock.json
#   setup.sh --check  changes nothing; exit 1 when they are missing
set -euo pipefail
cd "$(dirname "$0")"
cmp -s package-lock.json node_modules/.complete && exit 0
if [ "${1:-}" = --check ]; then echo "missing: proto/stubs/typescript/node_modules"; exit 1; fi
# Install scripts are not needed: the programs come as optional packages of this platform.
npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
cp package-lock.json node_modules/.complete
