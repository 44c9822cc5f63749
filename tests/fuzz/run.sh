#!/usr/bin/env bash
# Builds the fuzz targets (preset clang) and runs each from its seeds.
#   tests/fuzz/run.sh [SECONDS [TARGET...]]     default: 10 seconds, every target
# Exit status 1 if any target crashes, leaks, hangs or does not run.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

seconds=${1:-10}
shift || true
build=.build/clang
out=$build/fuzz
mkdir -p "$out"
cmake --preset clang >"$out/configure.log" 2>&1 || { tail -40 "$out/configure.log" >&2; exit 1; }
cmake --build "$build" --target fuzz_targets >"$out/build.log" 2>&1 ||
  { tail -80 "$out/build.log" >&2; exit 1; }

targets=("$@")
if [ ${#targets[@]} -eq 0 ]; then
  for folder in tests/fuzz/corpus/*/; do targets+=("$(basename "$folder")"); done
fi
status=0
for target in "${targets[@]}"; do
  mkdir -p "$out/$target"
  log=$out/$target.log
  limits=(-max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 -max_len=4096)
  if "$build/bin/$target" "${limits[@]}" -print_final_stats=1 -artifact_prefix="$out/" \
      "$out/$target" "tests/fuzz/corpus/$target" >"$log" 2>&1; then
    echo "$target: $(sed -n 's/^stat::number_of_executed_units: *//p' "$log") inputs, no failure"
  else
    status=1
    echo "$target: FAILED, see $log" >&2
    tail -30 "$log" >&2
  fi
done
if [ $status -eq 0 ]; then
  echo "fuzz: ${#targets[@]} targets ran $seconds s each, no failure"
else
  echo "fuzz: FAILED" >&2
fi
exit $status
