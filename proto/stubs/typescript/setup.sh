#!/usr/bin/env bash
# Installs what the client is generated, built and tested with: the packages of package-lock.json
# into node_modules, and a Node from npm into .tools/stubs/node where that of the system is too old
# (Debian 12 has 18).
#   setup.sh          installs what is missing
#   setup.sh --check  changes nothing; exit 1 when something is missing
set -euo pipefail
cd "$(dirname "$0")"
tools=../../../.tools/stubs/node
major() { node -p 'process.versions.node.split(".")[0]' 2>/dev/null || echo 0; }
PATH=$PWD/$tools/bin:$PATH

if [ "$(major)" -lt 20 ]; then
  if [ "${1:-}" = --check ]; then
    echo 'missing: node 20 or newer for the TypeScript client'
    exit 1
  fi
  npm install --silent --no-audit --no-fund --no-save --prefix "$tools" \
    "node-linux-$(node -p process.arch)@22"
  mkdir -p "$tools/bin"
  ln -sf "../node_modules/node-linux-$(node -p process.arch)/bin/node" "$tools/bin/node"
fi
if ! cmp -s package-lock.json node_modules/.complete; then
  if [ "${1:-}" = --check ]; then echo 'missing: proto/stubs/typescript/node_modules'; exit 1; fi
  # Install scripts are not needed: the programs come as optional packages of this platform.
  npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
  cp package-lock.json node_modules/.complete
fi
