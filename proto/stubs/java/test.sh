#!/usr/bin/env bash
# Builds the package and runs its tests. The conformance vectors, the example and the load run when
# KPI_CONFORMANCE names the file of tests/conformance/run.sh, else they are skipped.
set -euo pipefail
cd "$(dirname "$0")"
exec mvn --quiet --batch-mode --no-transfer-progress test
