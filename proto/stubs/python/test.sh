#!/usr/bin/env bash
# Builds the wheel and tests it with the newest and the oldest runtime. The conformance vectors, the
# example and the load run when KPI_CONFORMANCE names the file of tests/conformance/run.sh.
set -euo pipefail
cd "$(dirname "$0")"
./setup.sh
tools=../../../.tools/stubs
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
# Built from a copy, so that nothing is left behind in the sources.
cp -r pyproject.toml README.md src "$scratch"
"$tools/python-newest/bin/pip" wheel --quiet --no-deps --no-build-isolation \
  --wheel-dir "$scratch/dist" "$scratch"
status=0
for name in newest oldest; do
  "$tools/python-$name/bin/pip" install --quiet --no-deps --force-reinstall "$scratch"/dist/*.whl
  variant='' && [ $name = newest ] || variant=-oldest
  KPI_VARIANT=$variant "$tools/python-$name/bin/python" -B -m pytest -q -p no:cacheprovider tests ||
    status=1
done
exit $status
