#!/usr/bin/env bash
# Checks that every C++ file of the checkout is laid out as .clang-format says; --fix rewrites them.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

case "${1:-}" in
  "") mode=(--dry-run --Werror) ;;
  --fix) mode=(-i) ;;
  *)
    echo "run_clang_format: unknown argument '$1' (usage: run_clang_format.sh [--fix])" >&2
    exit 2
    ;;
esac

git ls-files -z --cached --others --exclude-standard -- '*.cc' '*.h' |
  while IFS= read -r -d '' file; do
    if [ -f "$file" ]; then printf '%s\0' "$file"; fi
  done |
  xargs -0 -r -n 16 -P "$(nproc)" clang-format-14 "${mode[@]}"
