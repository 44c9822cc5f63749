#!/usr/bin/env bash
# Lints the contract and compares it with the committed baseline proto/kpisuite.binpb.
#   check_proto.sh           lint, breaking changes, and: baseline current => CHANGELOG current
#   check_proto.sh --update  writes a new baseline; it must go with a new CHANGELOG entry
# The descriptor set is made by protoc, so buf needs no network.
set -euo pipefail
cd "$(dirname "$0")/../.."
buf=.tools/npm/node_modules/.bin/buf
[ -x "$buf" ] || { echo "check_proto: buf is missing; run deploy/setup.sh" >&2; exit 1; }

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
unzip -qo /usr/share/java/proto-google-common-protos.jar 'google/rpc/*' -d "$scratch"
image=$scratch/kpisuite.binpb
(cd proto && protoc -I. -I"$scratch" --include_imports --include_source_info \
  -o "$image" kpisuite/v1/*.proto)
"$buf" lint "$image" --config proto/buf.yaml --path kpisuite

# The baseline carries no comments: it changes only when the contract does.
contract=$scratch/contract.binpb
(cd proto && protoc -I. -I"$scratch" --include_imports -o "$contract" kpisuite/v1/*.proto)
digest() { sha256sum "$1" | cut -c1-16; }

if [ "${1:-}" = --update ]; then
  cp "$contract" proto/kpisuite.binpb
  echo "baseline is now $(digest proto/kpisuite.binpb); name it in CHANGELOG.md"
  exit 0
fi
"$buf" breaking "$contract" --against proto/kpisuite.binpb --config proto/buf.yaml --path kpisuite
if ! grep -q "contract baseline $(digest proto/kpisuite.binpb)" CHANGELOG.md; then
  echo "check_proto: CHANGELOG.md has no line 'contract baseline $(digest proto/kpisuite.binpb)':" \
       "a baseline moves only together with an entry that says why" >&2
  exit 1
fi
echo "proto: lint and breaking-change checks passed"
