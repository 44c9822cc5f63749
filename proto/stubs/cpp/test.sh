#!/usr/bin/env bash
# Builds and installs the package below .build/stubs, then builds the consumer project against what
# was installed and runs its tests. The conformance vectors and the load run when KPI_CONFORMANCE
# names the file of tests/conformance/run.sh, else they are skipped.
set -euo pipefail
cd "$(dirname "$0")"
build=$PWD/../../../.build/stubs
mkdir -p "$build"
build=$(cd "$build" && pwd)
export CCACHE_BASEDIR=${CCACHE_BASEDIR:-$(cd ../../.. && pwd)} CCACHE_NOHASHDIR=1

# Optimized a little: a debug build would measure the compiler, a release build takes long.
configure=(-G Ninja -DCMAKE_BUILD_TYPE= "-DCMAKE_CXX_FLAGS=-O1 -Wall -Wextra -Werror")
if command -v ccache >/dev/null; then configure+=(-DCMAKE_CXX_COMPILER_LAUNCHER=ccache); fi
if command -v mold >/dev/null; then
  configure+=(-DCMAKE_EXE_LINKER_FLAGS=-fuse-ld=mold -DCMAKE_SHARED_LINKER_FLAGS=-fuse-ld=mold)
fi

# Runs a command and shows what it said only when it fails.
quietly() {
  "$@" >"$build/log" 2>&1 || { cat "$build/log"; return 1; }
}
quietly cmake -S . -B "$build/cpp" "${configure[@]}" -DCMAKE_INSTALL_PREFIX="$build/installed"
quietly cmake --build "$build/cpp"
quietly cmake --install "$build/cpp"
quietly cmake -S consumer -B "$build/cpp-consumer" "${configure[@]}" \
  -DCMAKE_PREFIX_PATH="$build/installed"
quietly cmake --build "$build/cpp-consumer"
exec ctest --test-dir "$build/cpp-consumer" --output-on-failure --no-tests=error
