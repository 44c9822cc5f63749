#!/usr/bin/env bash
# Generates kpisuitev1 from the contract and sets the version of the module to that of ../VERSION.
#   generate.sh          writes
#   generate.sh --check  changes nothing; exit 1 when something is out of date
# Needs Go, Debian's protoc 3.21 and libgoogle-common-protos-java (the .proto files of google/rpc).
set -euo pipefail
cd "$(dirname "$0")"
version=$(tr -d '[:space:]' <../VERSION)
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
unzip -qo /usr/share/java/proto-google-common-protos.jar 'google/rpc/*' -d "$scratch/google"
(cd codegen && go build -o "$scratch" google.golang.org/protobuf/cmd/protoc-gen-go \
  google.golang.org/grpc/cmd/protoc-gen-go-grpc)

# The contract names no package of Go: it is told here, for each file.
package=kpisuite.com/go/kpisuitev1
options=(--go_opt=module=kpisuite.com/go --go-grpc_opt=module=kpisuite.com/go)
for file in ../../kpisuite/v1/*.proto; do
  options+=("--go_opt=M${file#../../}=$package" "--go-grpc_opt=M${file#../../}=$package")
done
mkdir "$scratch/out"
PATH=$scratch:$PATH protoc -I../.. -I"$scratch/google" --go_out="$scratch/out" \
  --go-grpc_out="$scratch/out" "${options[@]}" ../../kpisuite/v1/*.proto
printf 'package kpisuite\n\n// Version is the version of this module, that of the suite.\n%s\n' \
  "const Version = \"$version\"" >"$scratch/version.go"

if [ "${1:-}" = --check ]; then
  if ! { diff -rq "$scratch/out/kpisuitev1" kpisuitev1 &&
    diff -q "$scratch/version.go" version.go; }; then
    echo "go: kpisuitev1 or version.go is out of date: run proto/stubs/generate.sh" >&2
    exit 1
  fi
else
  rm -rf kpisuitev1
  cp -r "$scratch/out/kpisuitev1" kpisuitev1
  cp "$scratch/version.go" version.go
fi
