#!/usr/bin/env bash
# Installs every package needed to build, run and test the KPI suite on Debian 12.
#
#   deploy/setup.sh            install what is missing (needs root or sudo only if something is)
#   deploy/setup.sh --check    change nothing; print what is missing, exit 1 if anything is
#   deploy/setup.sh --build    install only what compiles the programs
#
# Safe to run any number of times: with nothing to do it makes no network access and takes well
# under a second. No system service is left running and no database cluster is made: the tests and
# the quickstart start their own Redis and PostgreSQL on a port and a directory of their own.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/.."

# One package a line, and why it is here.
list() { sed -e 's/#.*//' -e 's/[[:space:]]*$//' -e '/^$/d'; }

# What compiles the programs and their tests; deploy/Dockerfile needs no more.
build_packages() {
  list <<'LIST'
build-essential                 # g++ 12, make, libc headers
cmake                           # build generator, 3.25 with presets
ninja-build                     # build tool of every preset
ccache                          # compiler cache, used by the presets when present
mold                            # fast linker for the development builds
pkg-config                      # finds the libraries that ship no CMake package
libgrpc++-dev                   # gRPC 1.51: servers and clients
libgrpc-dev                     # gRPC core under it
libprotobuf-dev                 # Protocol Buffers 3.21: messages, JSON, descriptors
protobuf-compiler               # protoc
protobuf-compiler-grpc          # its gRPC plugins
libgoogle-common-protos-java    # google/rpc and google/api .proto files (a jar)
libabsl-dev                     # status, time zones, containers, strings
libhiredis-dev                  # Redis client
libsqlite3-dev                  # embedded stores
libpq-dev                       # PostgreSQL client library
libintelrdfpmath-dev            # IEEE 754-2008 decimal128
libboost1.81-dev                # cpp_dec_float for exp, ln and pow with one rounding
libxxhash-dev                   # series and partition hashes
libssl-dev                      # SHA-256, TLS
prometheus-cpp-dev              # metrics of the admin port
libcpp-httplib-dev              # HTTP server of the admin port
libspdlog-dev                   # JSON logs
libfmt-dev                      # formatting under spdlog
libyaml-cpp-dev                 # KPI-as-code files with line and column
nlohmann-json3-dev              # NDJSON import and JSON output
libcli11-dev                    # command lines
libgtest-dev                    # unit tests
libgmock-dev                    # matchers of the unit tests
libbenchmark-dev                # benchmarks
tzdata                          # IANA time zones, calendars depend on them
python3                         # recomputation of the demo, lint scripts
unzip                           # takes the .proto files out of their jar
git                             # tree checks list the tracked files
ca-certificates                 # certificates for the npm client
LIST
}

# What tests them.
test_packages() {
  list <<'LIST'
sqlite3                         # looking into a store by hand and in tests
postgresql-15                   # scale-out stores; tests start their own server
redis-server                    # the state cache; tests and quickstart start their own process
chromium                        # runs the TypeScript client, headless
redis-tools                     # redis-cli
clang-14                        # fuzz targets, thread-safety analysis
libclang-rt-14-dev              # sanitizer and fuzzer runtimes
lld                             # linker of the clang builds
clang-format                    # formatting gate
clang-tidy                      # lint gate
python3-venv                    # environments in which the Python client is tested
python3-yaml                    # the same scripts read the demo definitions
curl                            # admin port in tests and quickstart
jq                              # JSON in shell tests
procps                          # ps, pgrep in process tests
util-linux                      # flock, setsid in shell scripts
xz-utils                        # unpacks the programs of earlier versions
prometheus                      # promtool: checks and tests of the alert rules
LIST
}

readonly TOOLS_SOURCE=deploy/tools
readonly TOOLS_TARGET=.tools/npm
readonly MINIMUM_NODE=18

fail() {
  printf 'setup: %s\n' "$*" >&2
  exit 1
}

note() {
  printf 'setup: %s\n' "$*"
}

# Runs a command as root: directly, or through sudo.
as_root() {
  if [ "$(id -u)" -eq 0 ]; then
    "$@"
  elif command -v sudo >/dev/null 2>&1; then
    sudo "$@"
  else
    fail "installing packages needs root: run this script as root, or install sudo"
  fi
}

# Prints those of its arguments that are not completely installed.
missing_packages() {
  local installed
  installed=$(dpkg-query --show --showformat '${Package} ${db:Status-Status}\n' "$@" 2>/dev/null |
    awk '$2 == "installed" { print $1 }') || true
  comm -23 <(printf '%s\n' "$@" | sort -u) <(printf '%s\n' "$installed" | sort -u)
}

# Whether a node that can run the npm tools, and npm, are on the PATH, wherever they came from.
have_node() {
  local version
  command -v npm >/dev/null 2>&1 || return 1
  version=$(node --version 2>/dev/null) || return 1
  version=${version#v}
  [ "${version%%.*}" -ge "$MINIMUM_NODE" ]
}

# Whether a Maven with a JDK of 17 or newer is on the PATH: the Java client is tested with it.
have_maven() {
  local version
  command -v mvn >/dev/null 2>&1 && command -v javac >/dev/null 2>&1 || return 1
  version=$(javac -version 2>&1) && version=${version#javac }
  [ "${version%%.*}" -ge 17 ]
}

# Whether the version of the first argument is that of the second or newer.
at_least() {
  [ -n "$1" ] && printf '%s\n%s\n' "$2" "$1" | sort -V -C
}

# Whether a Go that the Go client accepts is on the PATH, wherever it came from.
have_go() {
  at_least "$(go version 2>/dev/null | sed -n 's/.* go\([0-9.]*\).*/\1/p')" "$minimum_go"
}

# The same for cargo and the Rust client.
have_cargo() {
  at_least "$(cargo --version 2>/dev/null | sed -n 's/^cargo \([0-9.]*\).*/\1/p')" "$minimum_rust"
}

# Whether the npm tools are installed as the committed lock file says.
have_npm_tools() {
  cmp -s "$TOOLS_SOURCE/package-lock.json" "$TOOLS_TARGET/package-lock.json" &&
    [ -x "$TOOLS_TARGET/node_modules/.bin/buf" ] && [ -e "$TOOLS_TARGET/.complete" ]
}

# Whether the calendar rules have the zones they are tested with, the US aliases included.
have_time_zones() {
  local zone
  for zone in America/Chicago America/New_York Europe/Berlin Australia/Lord_Howe US/Central; do
    [ -e "/usr/share/zoneinfo/$zone" ] || return 1
  done
}

# Debian makes a cluster when the server is installed, unless told not to before; what an
# administrator has written stays.
keep_from_making_clusters() {
  [ -e /etc/postgresql-common/createcluster.conf ] && return
  as_root mkdir -p /etc/postgresql-common
  as_root sh -c 'echo "create_main_cluster = false" >/etc/postgresql-common/createcluster.conf'
}

install_apt() {
  local policy=/usr/sbin/policy-rc.d new_policy=false services=() package
  for package in redis-server prometheus; do
    case " $* " in *" $package "*) services+=("$package") ;; esac
  done
  case " $* " in *" postgresql-15 "*) services+=(postgresql) && keep_from_making_clusters ;; esac
  # Debian starts a service when its package is installed; these are wanted as programs only.
  if [ ${#services[@]} -gt 0 ] && [ ! -e "$policy" ]; then
    new_policy=true
    as_root sh -c "printf '#!/bin/sh\nexit 101\n' >$policy && chmod 755 $policy"
    trap 'as_root rm -f /usr/sbin/policy-rc.d' EXIT
  fi
  note "installing: $*"
  as_root env DEBIAN_FRONTEND=noninteractive apt-get update -q
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends "$@"
  if $new_policy; then
    as_root rm -f "$policy"
    trap - EXIT
  fi
  if [ ${#services[@]} -gt 0 ] && command -v systemctl >/dev/null 2>&1; then
    as_root systemctl disable "${services[@]}" >/dev/null 2>&1 || true
  fi
}

# Debian's own Go is too old for the client; the one of bookworm-backports is not. Its source is the
# mirror that apt already uses, and stays: apt takes from it only what is asked for by name.
install_go() {
  local list=/etc/apt/sources.list.d/kpisuite-backports.list mirror
  local keys=/usr/share/keyrings/debian-archive-keyring.gpg
  mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Codename: bookworm' | sed -n 1p)
  if [ -z "$mirror" ]; then
    install_apt golang-go
    return
  fi
  if [ -z "$(apt-get indextargets --format '$(REPO_URI)' 'Codename: bookworm-backports')" ]; then
    note "adding bookworm-backports of $mirror to $list"
    as_root sh -c "echo 'deb [signed-by=$keys] $mirror bookworm-backports main' >$list"
  fi
  note "installing: golang-go of bookworm-backports"
  as_root env DEBIAN_FRONTEND=noninteractive apt-get update -q
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends \
    -t bookworm-backports golang-go
}

# Debian keeps a newer Rust beside its own one, to build browsers with; it comes with security
# updates.
install_rust() { install_apt cargo-web rustc-web; }

install_npm_tools() {
  note "installing the npm tools of $TOOLS_SOURCE into $TOOLS_TARGET"
  mkdir -p "$TOOLS_TARGET"
  rm -f "$TOOLS_TARGET/.complete"
  cp "$TOOLS_SOURCE/package.json" "$TOOLS_SOURCE/package-lock.json" "$TOOLS_TARGET/"
  # Install scripts are not needed: the programs come as optional packages of this platform.
  (cd "$TOOLS_TARGET" && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error)
  # npm may rewrite the copy; the committed file is what a later run compares with.
  cp "$TOOLS_SOURCE/package-lock.json" "$TOOLS_TARGET/"
  touch "$TOOLS_TARGET/.complete"
}

main() {
  local usage="usage: deploy/setup.sh [--check | --build]" check=false packages missing
  local minimum_go minimum_rust
  case "${1:-}" in
    "" | --build) ;;
    --check) check=true ;;
    *) fail "unknown argument '$1' ($usage)" ;;
  esac
  [ $# -le 1 ] || fail "too many arguments ($usage)"
  command -v dpkg-query >/dev/null 2>&1 && command -v apt-get >/dev/null 2>&1 ||
    fail "this script installs Debian packages, and dpkg or apt-get is not here"

  if [ "${1:-}" = --build ]; then
    mapfile -t packages < <(build_packages)
    mapfile -t missing < <(missing_packages "${packages[@]}")
    if [ ${#missing[@]} -gt 0 ]; then install_apt "${missing[@]}"; fi
    return
  fi
  minimum_go=$(sed -n 's/^go //p' proto/stubs/go/go.mod)
  minimum_rust=$(sed -n 's/^rust-version = "\(.*\)"/\1/p' proto/stubs/rust/Cargo.toml)
  mapfile -t packages < <(build_packages; test_packages)
  if ! have_node; then packages+=(nodejs npm); fi
  if ! have_maven; then packages+=(maven openjdk-17-jdk-headless); fi
  mapfile -t missing < <(missing_packages "${packages[@]}")

  if $check; then
    local complete=true
    if [ ${#missing[@]} -gt 0 ]; then
      complete=false
      printf 'missing package: %s\n' "${missing[@]}"
    fi
    have_time_zones || { complete=false; printf 'missing: IANA time zones\n'; }
    have_go || { complete=false; printf 'missing: Go %s or newer\n' "$minimum_go"; }
    have_cargo || { complete=false; printf 'missing: Rust %s or newer\n' "$minimum_rust"; }
    have_npm_tools || { complete=false; printf 'missing: npm tools in %s\n' "$TOOLS_TARGET"; }
    proto/stubs/python/setup.sh --check || complete=false
    proto/stubs/typescript/setup.sh --check || complete=false
    tests/chart/setup.sh --check || complete=false
    $complete || exit 1
    note "everything is installed"
    return
  fi

  if [ ${#missing[@]} -gt 0 ]; then install_apt "${missing[@]}"; fi
  # The suite itself needs neither: without them their clients are not tested. In a shell of its own
  # a step that fails does not end this one.
  have_go || (install_go) || true
  have_go || note "no Go $minimum_go on the PATH: the Go client is not tested here"
  have_cargo || (install_rust) || true
  have_cargo || note "no cargo $minimum_rust on the PATH: the Rust client is not tested here"
  have_time_zones ||
    fail "/usr/share/zoneinfo is incomplete: run apt-get install --reinstall tzdata"
  have_node || fail "node $MINIMUM_NODE or newer with npm is needed"
  if ! have_npm_tools; then install_npm_tools; fi
  proto/stubs/python/setup.sh
  proto/stubs/typescript/setup.sh
  tests/chart/setup.sh
  note "everything is installed"
}

main "$@"
