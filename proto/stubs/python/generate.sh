#!/usr/bin/env bash
# Generates src/kpisuite/v1 from the contract and sets the version of the package.
#   generate.sh          writes
#   generate.sh --check  changes nothing; exit 1 when something is out of date
# Needs Debian's protoc 3.21 and grpc_python_plugin, whose code runs on every later runtime.
set -euo pipefail
cd "$(dirname "$0")"
version=$(tr -d '[:space:]' <../VERSION)
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
unzip -qo /usr/share/java/proto-google-common-protos.jar 'google/rpc/*' -d "$scratch/google"
mkdir "$scratch/out"
(cd ../.. && protoc -I. -I"$scratch/google" --python_out="$scratch/out" --pyi_out="$scratch/out" \
  kpisuite/v1/*.proto && protoc -I. -I"$scratch/google" --grpc_python_out="$scratch/out" \
  --plugin=protoc-gen-grpc_python="$(command -v grpc_python_plugin)" kpisuite/v1/*_service.proto)
touch "$scratch/out/kpisuite/v1/__init__.py"
sed "0,/^version = /s|^version = .*|version = \"$version\"|" pyproject.toml \
  >"$scratch/pyproject.toml"
printf '"""Version of the package."""\n\n__version__ = "%s"\n' "$version" >"$scratch/_version.py"

if [ "${1:-}" = --check ]; then
  if ! { diff -rq -x __pycache__ "$scratch/out/kpisuite/v1" src/kpisuite/v1 &&
    diff -q "$scratch/pyproject.toml" pyproject.toml &&
    diff -q "$scratch/_version.py" src/kpisuite/_version.py; }; then
    echo "python: generated code or version is out of date: run proto/stubs/generate.sh" >&2
    exit 1
  fi
else
  rm -rf src/kpisuite/v1
  cp -r "$scratch/out/kpisuite/v1" src/kpisuite/v1
  cp "$scratch/pyproject.toml" pyproject.toml
  cp "$scratch/_version.py" src/kpisuite/_version.py
fi
