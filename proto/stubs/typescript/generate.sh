#!/usr/bin/env bash
# Generates src/generated from the contract and sets the version of the package: that of ../VERSION.
#   generate.sh          writes
#   generate.sh --check  changes nothing; exit 1 when something is out of date
# Needs npm, protoc and Debian's libgoogle-common-protos-java (the .proto files of google/rpc).
set -euo pipefail
cd "$(dirname "$0")"
./setup.sh
PATH=$PWD/../../../.tools/stubs/node/bin:$PATH
version=$(tr -d '[:space:]' <../VERSION)
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
out=$scratch/generated
mkdir "$out"
unzip -qo /usr/share/java/proto-google-common-protos.jar 'google/rpc/*' -d "$scratch/google"
cp error_info.proto "$scratch/google/google/rpc/"
protoc -I../.. -I"$scratch/google" --plugin=node_modules/.bin/protoc-gen-es \
  --es_out="$out" --es_opt=target=ts,import_extension=js \
  google/rpc/{status,error_details,error_info}.proto ../../kpisuite/v1/*.proto
{
  echo '// All messages, enums and services of the contract.'
  (cd "$out" && printf 'export * from "./%s.js";\n' kpisuite/v1/*_pb.ts | sed 's/\.ts\.js/.js/')
} >"$out/v1.ts"
{
  echo '// What this package shares with those of the other languages.'
  printf 'export const version = "%s";\n' "$version"
  printf 'export const serviceConfig = %s as const;\n' "$(cat ../service_config.json)"
} >"$out/package.ts"
for file in package.json package-lock.json; do
  # The name of the package stands right above its version.
  sed "/\"name\": \"@kpisuite\/client\"/{n;s|\"version\": .*|\"version\": \"$version\",|}" "$file" \
    >"$scratch/$file"
done

if [ "${1:-}" = --check ]; then
  if ! { diff -rq "$out" src/generated && diff -q "$scratch/package.json" package.json &&
    diff -q "$scratch/package-lock.json" package-lock.json; }; then
    echo "typescript: generated code or version is out of date: run proto/stubs/generate.sh" >&2
    exit 1
  fi
else
  rm -rf src/generated
  cp -r "$out" src/generated
  cp "$scratch/package.json" "$scratch/package-lock.json" .
  cp package-lock.json node_modules/.complete
fi
