#!/usr/bin/env bash
# Checks the layout, vets and tests the module; the vectors under the race detector where it works.
# The conformance vectors, the example and the load run when KPI_CONFORMANCE names the file of
# tests/conformance/run.sh, else they are skipped.
set -euo pipefail
cd "$(dirname "$0")"
unformatted=$(gofmt -l .)
if [ -n "$unformatted" ]; then
  echo "go: gofmt would change $unformatted" >&2
  exit 1
fi
go vet ./...
race=()
if [ "$(go env CGO_ENABLED)" = 1 ] && command -v "$(go env CC)" >/dev/null; then race=(-race); fi
# One package after the other: the servers are shared, and the load measures.
go test "${race[@]}" -count=1 -p 1 ./...
exec go test -count=1 -run '^TestLoad$' -v ./internal/conformance
