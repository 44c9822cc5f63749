#!/usr/bin/env bash
# Sets everything up, builds, starts Redis and the three services, defines the demo KPIs, imports
# real data and shows how they stand.
#   deploy/quickstart.sh                 do all of it; safe to run again
#   deploy/quickstart.sh --stop          stop what it started; the data stays
#   deploy/quickstart.sh --clean         stop and delete the data
# Options:
#   --state-dir DIR    where data, logs and addresses go   (default: .quickstart)
#   --build-dir DIR    use the programs of this build tree (default: build preset "dev")
#   --skip-setup       do not install packages
set -euo pipefail
cd "$(dirname "$0")/.."

state=.quickstart build='' action=start setup=yes
usage() { sed -n '2,11s/^# \{0,1\}//p' "$0"; }
fail() { echo "quickstart: $*" >&2; exit 1; }
while [ $# -gt 0 ]; do
  case $1 in
    --stop) action=stop ;;
    --clean) action=clean ;;
    --skip-setup) setup=no ;;
    --state-dir | --build-dir)
      [ $# -ge 2 ] || { echo "quickstart: $1 needs a directory" >&2; exit 2; }
      if [ "$1" = --state-dir ]; then state=$2; else build=$2; fi
      shift ;;
    --help | -h) usage; exit 0 ;;
    *) echo "quickstart: unknown option '$1' (see --help)" >&2; exit 2 ;;
  esac
  shift
done
programs=(kpi-evaluation kpi-measurement kpi-definition redis)

# Whether the process that a pid file names is still the one that was started.
running() { # NAME
  local pid
  pid=$(cat "$state/$1.pid" 2>/dev/null) || return 1
  tr '\0' ' ' <"/proc/$pid/cmdline" 2>/dev/null | grep -q -- "${1/#redis/redis-server}"
}

stop_all() {
  local name pid
  for name in "${programs[@]}"; do
    running "$name" || continue
    pid=$(cat "$state/$name.pid")
    kill -TERM "$pid"
    for _ in $(seq 200); do kill -0 "$pid" 2>/dev/null || break; sleep 0.1; done
    if kill -0 "$pid" 2>/dev/null; then
      fail "$name (pid $pid) does not stop; see $state/$name.log"
    fi
    rm -f "$state/$name.pid" "$state/$name.ports"
    echo "stopped $name"
  done
}

if [ $action != start ]; then
  stop_all
  if [ $action = clean ]; then rm -rf "$state"; echo "deleted $state"; fi
  exit 0
fi

[ $setup = no ] || deploy/setup.sh
if [ -z "$build" ]; then
  build=.build/dev
  echo "building (the first time takes some minutes; log: .build/quickstart-build.log)"
  mkdir -p .build
  { cmake --preset dev && cmake --build "$build" --target \
      kpi-definition kpi-measurement kpi-evaluation kpictl; } >.build/quickstart-build.log 2>&1 ||
    { tail -n 40 .build/quickstart-build.log; fail "the build failed"; }
fi
for program in kpi-definition kpi-measurement kpi-evaluation kpictl; do
  [ -x "$build/bin/$program" ] || fail "$build/bin/$program is missing"
done
mkdir -p "$state"
state=$(cd "$state" && pwd)
build=$(cd "$build" && pwd)

start_redis() {
  if running redis; then return; fi
  local attempt port
  for attempt in 1 2 3 4 5; do
    port=$(python3 -c '
import socket
with socket.socket() as probe:
    probe.bind(("127.0.0.1", 0))
    print(probe.getsockname()[1])
')
    setsid redis-server --bind 127.0.0.1 --port "$port" --save '' --appendonly no \
      --maxmemory-policy noeviction --dir "$state" >"$state/redis.log" 2>&1 </dev/null &
    echo $! >"$state/redis.pid"
    for _ in $(seq 50); do
      if redis-cli -p "$port" ping >/dev/null 2>&1; then
        echo "$port" >"$state/redis.port"
        echo "started redis on port $port"
        return
      fi
      kill -0 "$(cat "$state/redis.pid")" 2>/dev/null || break
      sleep 0.1
    done
  done
  fail "redis-server does not start; see $state/redis.log"
}

# Starts a service on ports of the system's choice and waits until it is ready.
start_service() { # NAME ARGUMENT...
  local name=$1 admin
  shift
  if running "$name"; then echo "$name is running already"; return; fi
  rm -f "$state/$name.ports"
  mkdir -p "$state/$name"
  setsid "$build/bin/$name" --listen=127.0.0.1:0 --admin-listen=127.0.0.1:0 \
    --ports-file="$state/$name.ports" --store="sqlite:$state/$name" "$@" \
    >>"$state/$name.log" 2>&1 </dev/null &
  echo $! >"$state/$name.pid"
  for _ in $(seq 300); do
    kill -0 "$(cat "$state/$name.pid")" 2>/dev/null ||
      { tail -n 5 "$state/$name.log" >&2; fail "$name ended at start; see $state/$name.log"; }
    if [ -s "$state/$name.ports" ]; then
      admin=$(jq .admin "$state/$name.ports")
      if curl -fsS -o /dev/null "http://127.0.0.1:$admin/readyz" 2>/dev/null; then
        echo "started $name on port $(port_of "$name") (admin port $admin)"
        return
      fi
    fi
    sleep 0.1
  done
  fail "$name is not ready after 30 s; see $state/$name.log"
}
port_of() { # NAME
  jq .grpc "$state/$1.ports"
}

start_redis
start_service kpi-definition
start_service kpi-measurement --definition="127.0.0.1:$(port_of kpi-definition)"
start_service kpi-evaluation --definition="127.0.0.1:$(port_of kpi-definition)" \
  --measurement="127.0.0.1:$(port_of kpi-measurement)" \
  --cache="redis://127.0.0.1:$(cat "$state/redis.port")"

cat >"$state/env" <<ENV
export KPI_DEFINITION=127.0.0.1:$(port_of kpi-definition)
export KPI_MEASUREMENT=127.0.0.1:$(port_of kpi-measurement)
export KPI_EVALUATION=127.0.0.1:$(port_of kpi-evaluation)
export KPI_WORKSPACE=demo
export PATH="$build/bin:\$PATH"
ENV
# shellcheck disable=SC1091
. "$state/env"

# Imports a file and waits until every state includes it. The files are complete up to an instant.
import() { # MAPPING FILE COMPLETE_THROUGH
  local token
  token=$(kpictl import --map "$1" --complete-through "$3" "$2" -o json | jq -r .positionToken)
  kpictl wait "$token"
}

echo
echo "== definitions: deploy/demo/kpis.yaml"
kpictl apply -f deploy/demo/kpis.yaml --reason "demo" 2>"$state/apply.log" ||
  { cat "$state/apply.log" >&2; fail "the definitions were refused"; }
echo
echo "== samples: deploy/demo/flights.csv, deploy/demo/unemployment.csv"
import deploy/demo/flights.map.yaml deploy/demo/flights.csv 2001-04-01T00:00:00-06:00
import deploy/demo/unemployment.map.yaml deploy/demo/unemployment.csv 2010-03-01T00:00:00-05:00
echo
echo "== how the KPIs stand"
kpictl scorecard
cat <<NEXT

Try next (the services keep running; deploy/quickstart.sh --stop ends them):
  . $state/env
  kpictl explain on-time-performance --window MONTH --period 2001-03
  kpictl states on-time-performance --window MONTH --grouping origin
  kpictl history mean-arrival-delay --window WEEK
  kpictl watch on-time-performance --window DAY
  kpictl describe kpi unemployment-rate
NEXT
