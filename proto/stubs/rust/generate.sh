#!/usr/bin/env bash
# Generates src/generated from the contract and sets the version of the crate to that of ../VERSION.
#   generate.sh          writes
#   generate.sh --check  changes nothing; exit 1 when something is out of date
# Needs cargo, protoc and Debian's libgoogle-common-protos-java (the .proto files of google/rpc).
set -euo pipefail
cd "$(dirname "$0")"
version=$(tr -d '[:space:]' <../VERSION)
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
unzip -qo /usr/share/java/proto-google-common-protos.jar 'google/rpc/*' -d "$scratch/google"
mkdir "$scratch/generated"
cargo run --quiet --locked --manifest-path codegen/Cargo.toml -- \
  "$scratch/generated" ../.. "$scratch/google"
sed "0,/^version = /s|^version = .*|version = \"$version\"|" Cargo.toml >"$scratch/Cargo.toml"

if [ "${1:-}" = --check ]; then
  if ! { diff -rq "$scratch/generated" src/generated && diff -q "$scratch/Cargo.toml" Cargo.toml; }
  then
    echo "rust: src/generated or Cargo.toml is out of date: run proto/stubs/generate.sh" >&2
    exit 1
  fi
else
  rm -rf src/generated
  cp -r "$scratch/generated" src/generated
  cp "$scratch/Cargo.toml" Cargo.toml
fi
