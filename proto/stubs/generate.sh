#!/usr/bin/env bash
# Brings the packages of all languages up to date with the contract, VERSION and
# service_config.json.
#   generate.sh [LANGUAGE...]          writes
#   generate.sh --check [LANGUAGE...]  changes nothing; exit 1 when something is out of date
set -euo pipefail
cd "$(dirname "$0")"
check=''
if [ "${1:-}" = --check ]; then check=--check && shift; fi
languages=("$@")
if [ ${#languages[@]} -eq 0 ]; then
  for script in */generate.sh; do languages+=("${script%/*}"); done
fi
status=0
for language in "${languages[@]}"; do
  while IFS= read -r copy; do
    cmp -s service_config.json "$copy" && continue
    if [ -n "$check" ]; then
      echo "$copy differs from service_config.json: run proto/stubs/generate.sh" >&2
      status=1
    else
      cp service_config.json "$copy"
    fi
  done < <(git ls-files --cached --others --exclude-standard -- "$language/**/service_config.json" \
    "$language/service_config.json")
  "$language/generate.sh" $check || status=1
done
exit $status
