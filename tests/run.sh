#!/usr/bin/env bash
# Sets up, lints, builds and tests everything, and prints the time of each stage.
#   tests/run.sh           setup lint build unit python stubs chart asan tsan fuzz
#   tests/run.sh STAGE...  only these; also: tidy
# Skipped tests are a failure when CI=true.
set -uo pipefail
cd "$(dirname "$0")/.."
export CCACHE_BASEDIR=$PWD CCACHE_NOHASHDIR=1
export PATH="$PWD/.tools/npm/node_modules/.bin:$PATH"
jobs=$(nproc)
logs=.build/logs
mkdir -p "$logs"

stage_setup() { deploy/setup.sh; }

stage_lint() {
  tests/lint/check_tree.py && tests/lint/run_clang_format.sh && tests/lint/check_proto.sh
}

build_preset() { # PRESET [TARGET...]
  local preset=$1
  shift
  cmake --preset "$preset" >"$logs/configure-$preset.log" 2>&1 ||
    { cat "$logs/configure-$preset.log"; return 1; }
  cmake --build ".build/$preset" ${1:+--target "$@"} >"$logs/build-$preset.log" 2>&1 ||
    { grep -E 'error|FAILED|warning' -A3 "$logs/build-$preset.log" | head -60; return 1; }
}

# Runs the tests of a build tree; with CI=true a skipped test fails the stage.
test_preset() { # PRESET [CTEST ARGUMENT...]
  local preset=$1 log=$logs/ctest-$1.log
  shift
  ctest --test-dir ".build/$preset" -j "$jobs" --output-on-failure --no-tests=error "$@" \
    >"$log" 2>&1
  local status=$?
  tail -n 400 "$log" | grep -vE '^ *[0-9]+/[0-9]+ Test .*Passed|^ *Start ' | tail -n 120
  if [ "${CI:-}" = true ] && grep -q '\*\*\*Skipped' "$log"; then
    echo "skipped tests are a failure in CI:" && grep '\*\*\*Skipped' "$log"
    status=1
  fi
  return $status
}

stage_build() { build_preset dev; }
stage_tidy() { tests/lint/run_clang_tidy.sh .build/dev; }
stage_unit() { test_preset dev; }

stage_python() {
  local suite
  for suite in lint demo explain oracle conformance; do
    python3 -m unittest discover -q -s "tests/$suite" || return 1
  done
}

# Generated clients of all languages against the real server.
stage_stubs() { tests/conformance/run.sh; }

# The chart, rendered, checked and started as far as that goes without a cluster.
stage_chart() { python3 -m unittest discover -q -s tests/chart; }

# AddressSanitizer and UBSan over the domain, storage, cache, the cores of measurement and
# evaluation, the acceptance cases and the simulator. Without PaceProperty, which takes minutes
# there: the acceptance cases cover pace.
asan_targets=(
  kpi_base_test kpi_numbers_test kpi_aggregate_test kpi_formula_test kpi_time_test kpi_status_test
  kpi_control_test kpi_pace_test kpi_change_test
  kpi_storage_test kpi_postgres_test kpi_cache_test kpi_cache_deployment_test kpi_definitions_test
  definition_store_test
  measurement_store_test measurement_postgres_test evaluation_log_test kpi_upgrade_test
  evaluation_engine_test evaluation_forecast_test evaluation_simulation_test
  evaluation_versions_test harness_test acceptance_format_test acceptance_test kpi_simulator)
stage_asan() {
  build_preset asan "${asan_targets[@]}" || return 1
  KPISUITE_SANITIZED=1 ASAN_OPTIONS=detect_leaks=1 UBSAN_OPTIONS=print_stacktrace=1 \
    test_preset asan -LE 'bench|catalogue|e2e|integration|oracle|simulator' \
    -E 'NOT_BUILT|Vectors|PaceProperty' || return 1
  .build/asan/bin/kpi_simulator 0 100
}

stage_tsan() {
  build_preset tsan || return 1
  TSAN_OPTIONS=halt_on_error=1 test_preset tsan
}

stage_fuzz() { tests/fuzz/run.sh "${FUZZ_SECONDS:-10}"; }

default=(setup lint build unit python stubs chart asan tsan fuzz)
others=(tidy)
chosen=("$@")
[ ${#chosen[@]} -gt 0 ] || chosen=("${default[@]}")
passed=0 failed=0
summary=()
for stage in "${chosen[@]}"; do
  if ! declare -F "stage_$stage" >/dev/null; then
    echo "tests/run.sh: unknown stage '$stage'; stages are: ${default[*]} ${others[*]}" >&2
    exit 2
  fi
  echo "=== $stage"
  started=$SECONDS
  if "stage_$stage"; then
    result=passed passed=$((passed + 1))
  else
    result=FAILED failed=$((failed + 1))
  fi
  summary+=("$(printf '%-8s %-7s %5d s' "$stage" "$result" $((SECONDS - started)))")
  # Nothing after a failed set-up or build can tell anything.
  if [ $result = FAILED ] && [[ $stage == setup || $stage == build ]]; then break; fi
done
echo "=== stages"
printf '%s\n' "${summary[@]}"
echo "total $SECONDS s"
echo "stages: $passed passed, $failed failed"
[ $failed -eq 0 ]
