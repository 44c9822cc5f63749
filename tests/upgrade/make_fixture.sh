#!/usr/bin/env bash
# Makes the fixture of the version that is built: a small suite with a past, as SQL text, and the
# programs that made it.
#   make_fixture.sh PROGRAMS DIRECTORY POSTGRES_URI
# PROGRAMS holds make_suite, kpictl and the services; POSTGRES_URI is an empty database. Then write
# the answers:
#   KPISUITE_WRITE_ANSWERS=1 PROGRAMS/kpi_upgrade_test --gtest_filter='*SqliteFiles*'
set -euo pipefail
programs=$1 out=$2 uri=$3
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$out"

"$programs/make_suite" "$work"
for store in definition measurement evaluation; do
  file=$work/$store/$store.db
  {
    for pragma in application_id user_version; do
      echo "PRAGMA $pragma=$(sqlite3 "$file" "PRAGMA $pragma");"
    done
    sqlite3 "$file" .dump
  } >"$out/$store.sqlite.sql"
done
"$programs/kpictl" migrate --from=sqlite:"$work/definition" --from=sqlite:"$work/measurement" \
  --from=sqlite:"$work/evaluation" --store="$uri"
# Meta-commands of psql are not SQL.
pg_dump --inserts --rows-per-insert=100 --no-owner --no-privileges "$uri" | grep -v '^\\' \
  >"$out/postgres.sql"
"$(dirname "$0")/archive_programs.sh" "$programs" "$out"
