#!/usr/bin/env bash
# Builds the package and runs its tests. The conformance vectors, the example, the load and the
# browser run when KPI_CONFORMANCE names the file of tests/conformance/run.sh, else they are
# skipped.
set -euo pipefail
cd "$(dirname "$0")"
./setup.sh
PATH=$PWD/../../../.tools/stubs/node/bin:$PWD/node_modules/.bin:$PATH
rm -rf dist build
tsc --project tsconfig.json
tsc --project tsconfig.tests.json
# One file after the other: the load measures.
exec node --test --test-concurrency=1 --test-reporter=spec build/tests/*.test.js \
  build/tests/*/*.test.js
