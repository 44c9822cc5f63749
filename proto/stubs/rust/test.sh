#!/usr/bin/env bash
# Builds the crate and runs its tests. The conformance vectors, the example and the load run when
# KPI_CONFORMANCE names the file of tests/conformance/run.sh, else they are skipped.
set -euo pipefail
cd "$(dirname "$0")"
# The vectors are JSON: a test reads and prints it by the descriptors of the contract.
mkdir -p target/google
unzip -qo /usr/share/java/proto-google-common-protos.jar 'google/rpc/*' -d target/google
export KPI_DESCRIPTORS=$PWD/target/kpisuite.bin
protoc -I../.. -Itarget/google --include_imports --descriptor_set_out="$KPI_DESCRIPTORS" \
  ../../kpisuite/v1/*.proto
export RUST_BACKTRACE=0
exec cargo test --quiet -- --nocapture
