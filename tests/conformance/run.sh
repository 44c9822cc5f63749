#!/usr/bin/env bash
# Runs the conformance vectors with the stubs of every language against the real server, checks that
# the committed code is current, and prints one table with a line for every language.
#   run.sh [LANGUAGE...]
# KPI_BIN: folder with kpi-standalone (default .build/dev/bin). A language without a package, or
# without a toolchain that is new enough, is skipped; with CI=true that is a failure.
set -uo pipefail
cd "$(dirname "$0")/../.."
binary=${KPI_BIN:-.build/dev/bin}/kpi-standalone
[ -x "$binary" ] || { echo "conformance: $binary is missing" >&2; exit 1; }
python=.tools/stubs/python-newest/bin/python
[ -x "$python" ] || { echo "conformance: $python is missing; run deploy/setup.sh" >&2; exit 1; }
languages=("$@")
if [ ${#languages[@]} -eq 0 ]; then languages=(python go java typescript rust cpp); fi
logs=.build/logs
mkdir -p "$logs"
scratch=$(mktemp -d)
mkfifo "$scratch/hold"
# The servers end when this script does: the pipe is their standard input.
"$python" -B tests/conformance/fixture.py "$binary" "$scratch/servers" "$scratch/settings.json" \
  <"$scratch/hold" >"$logs/conformance-servers.log" 2>&1 &
fixture=$!
exec 8>"$scratch/hold"
trap 'exec 8>&-; kill "$fixture" 2>/dev/null; wait "$fixture" 2>/dev/null; rm -rf "$scratch"' EXIT
for _ in $(seq 300); do
  [ -e "$scratch/settings.json" ] && break
  kill -0 "$fixture" 2>/dev/null || { cat "$logs/conformance-servers.log" >&2; exit 1; }
  sleep 0.1
done
export KPI_CONFORMANCE=$scratch/settings.json

# The program without which a language cannot be tested.
tool_of() {
  case $1 in
    python) echo python3 ;; go) echo go ;; java) echo mvn ;; rust) echo cargo ;;
    typescript) echo npm ;; cpp) echo cmake ;; *) echo "$1" ;;
  esac
}

# The version of a language that its package asks for; nothing where its test.sh sees to that.
oldest_of() {
  case $1 in
    go) sed -n 's/^go //p' proto/stubs/go/go.mod ;;
    java) sed -n 's|.*<maven.compiler.release>\(.*\)</.*|\1|p' proto/stubs/java/pom.xml ;;
    rust) sed -n 's/^rust-version = "\(.*\)"/\1/p' proto/stubs/rust/Cargo.toml ;;
  esac
}

# The version that is here.
version_of() {
  case $1 in
    go) go version | sed -n 's/.* go\([0-9][0-9.]*\).*/\1/p' ;;
    java) javac -version 2>&1 | sed -n 's/^javac //p' ;;
    rust) cargo --version | sed -n 's/^cargo \([0-9.]*\).*/\1/p' ;;
  esac
}

# Why a language cannot be tested here; nothing when it can.
obstacle_of() {
  local tool oldest version
  tool=$(tool_of "$1")
  oldest=$(oldest_of "$1")
  if [ ! -x "proto/stubs/$1/test.sh" ]; then
    echo "proto/stubs/$1 has no test.sh"
  elif ! command -v "$tool" >/dev/null 2>&1; then
    echo "$tool is not installed"
  elif [ -n "$oldest" ]; then
    version=$(version_of "$1")
    printf '%s\n%s\n' "$oldest" "${version:-0}" | sort -V -C ||
      echo "needs $1 $oldest or newer, here is ${version:-none}"
  fi
}

failed=0
lines=()
for language in "${languages[@]}"; do
  obstacle=$(obstacle_of "$language")
  lines+=("$language${obstacle:+=$obstacle}")
  if [ -n "$obstacle" ]; then
    [ "${CI:-}" != true ] || failed=1
    continue
  fi
  log=$logs/conformance-$language.log
  if ! { proto/stubs/generate.sh --check "$language" && "proto/stubs/$language/test.sh"; } \
    >"$log" 2>&1 8>&-; then
    echo "$language: FAILED, see $log" && tail -n 40 "$log"
    failed=1
  fi
done
"$python" -B tests/conformance/table.py "$scratch/servers/results" "${lines[@]}" || failed=1
exit $failed
