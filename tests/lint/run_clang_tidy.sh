#!/usr/bin/env bash
# clang-tidy over the suite's own sources: run_clang_tidy.sh BUILD_DIR [FILE...]
exec python3 "$(dirname "${BASH_SOURCE[0]}")/run_clang_tidy.py" "$@"
