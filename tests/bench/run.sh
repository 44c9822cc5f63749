#!/usr/bin/env bash
# Runs all benchmarks and writes one Markdown table to stdout; what they print goes to stderr.
#   tests/bench/run.sh [--build DIRECTORY] [--smoke] [--directory DIRECTORY]
#     --build      build tree to use as it is; default: builds the release preset
#     --smoke      only whether they work
#     --directory  where stores are made, on a real disk; default: the build tree
set -euo pipefail
cd "$(dirname "$0")/../.."
build='' smoke=false directory=''
while [ $# -gt 0 ]; do
  case $1 in
    --build) build=${2:?} && shift 2 ;;
    --directory) directory=${2:?} && shift 2 ;;
    --smoke) smoke=true && shift ;;
    *) echo "tests/bench/run.sh: unknown argument '$1'" >&2 && exit 2 ;;
  esac
done
if [ -z "$build" ]; then
  build=.build/release
  cmake --preset release >&2
  cmake --build "$build" --target bench_ingest bench_postgres bench_reads bench_freshness \
    bench_takeover bench_kpis >&2
fi
directory=${directory:-$build}
output=$(mktemp)
trap 'rm -f "$output"' EXIT

# Runs one program. Lines of the form "what  figure" (two spaces) become rows of the table.
bench() { # NAME [ARGUMENT...]
  echo "--- $*" >&2
  "$build/bin/$1" "${@:2}" | tee "$output" >&2
  awk -v command="$*" -F '  +' '
    BEGIN { gsub(/ --directory=[^ ]*/, "", command) }
    { sub(/^ +/, "") }
    NF >= 2 { figure = $2; for (i = 3; i <= NF; i++) figure = figure " " $i
              printf "| `%s` | %s | %s |\n", command, $1, figure }' "$output"
}

setting() { sed -n "s/^$1:[A-Z]*=//p" "$build/CMakeCache.txt"; }

build_type=$(setting CMAKE_BUILD_TYPE)
echo "Commit $(git describe --always --dirty), $(setting CMAKE_CXX_COMPILER) $(
  "$(setting CMAKE_CXX_COMPILER)" -dumpfullversion), build type $build_type,"
echo "flags \`$(setting CMAKE_CXX_FLAGS) $(setting "CMAKE_CXX_FLAGS_${build_type^^}")\`;"
echo "$(nproc) cores of $(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -1),"
echo "$(awk '/MemTotal/ {printf "%.0f GiB", $2 / 1048576}' /proc/meminfo), Linux $(uname -r)," \
  "$(redis-server --version | cut -d ' ' -f 1-3);"
echo "servers, Redis and clients share the cores. $(date -u +%F)"
echo
echo '| command | what | figure |'
echo '|---|---|---|'
if $smoke; then
  bench bench_ingest --seconds=1 --directory="$directory"
  bench bench_postgres --rounds=1 --duration=200ms
  bench bench_reads --smoke --directory="$directory"
  bench bench_freshness --smoke --background=1000 --directory="$directory"
  bench bench_takeover --smoke --directory="$directory"
  bench bench_kpis --smoke --touched=100
else
  bench bench_ingest --seconds=60 --directory="$directory"
  bench bench_postgres
  bench bench_reads --directory="$directory"
  bench bench_reads --kpis=100000 --directory="$directory"
  bench bench_freshness --directory="$directory"
  bench bench_freshness --background=20000 --directory="$directory"
  bench bench_freshness --postgres --directory="$directory"
  bench bench_takeover --directory="$directory"
  bench bench_kpis
fi
