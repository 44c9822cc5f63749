#!/usr/bin/env bash
# Keeps the programs of the version that is built with its fixture: what later versions run beside.
#   archive_programs.sh PROGRAMS DIRECTORY
# PROGRAMS holds the three services, of the preset `dev` of the commit that made the fixture in
# DIRECTORY. The archive is the same for the same programs: names in order, one time, one owner.
set -euo pipefail
programs=$1 out=$2
services=(kpi-definition kpi-evaluation kpi-measurement)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

for service in "${services[@]}"; do
  strip -o "$work/$service" "$programs/$service"
done
tar -C "$work" --sort=name --mtime='2026-01-01 00:00Z' --owner=0 --group=0 --numeric-owner \
  --mode=0755 -cf - "${services[@]}" | xz --x86 --lzma2=preset=9e >"$out/programs.tar.xz"
