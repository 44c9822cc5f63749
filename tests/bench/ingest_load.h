// IngestLoad: clients that write samples over StreamSamples.
#pragma once

#include <grpcpp/channel.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "kpisuite/v1/definition.pb.h"

namespace kpisuite {

struct IngestLoadOptions {
  int streams = 2;  // each with a connection of its own
  int window = 16;  // unacknowledged batches of a stream
  int batch = 1000;
  int series = 100;   // in each batch, with batch / series samples each
  double rate = 0;    // samples a second over all streams; 0: as fast as they are acknowledged
  bool by_id = true;  // identity EVENT, with a sample_id for each sample; else TIME
};

struct IngestLoadResult {
  int64_t samples = 0;  // acknowledged
  int64_t batches = 0;
  absl::Duration elapsed;
  std::vector<double> ack_seconds;  // from write to ack, of each batch, ascending
};

// The metric that is written, in workspace "w".
v1::Definition LoadMetric(const IngestLoadOptions& options);

// Writes for `duration` and waits for the last acks. The channels are made by `connect`. Fails
// with the first batch that is refused.
absl::StatusOr<IngestLoadResult> RunIngestLoad(
    const IngestLoadOptions& options, absl::Duration duration,
    const std::function<std::shared_ptr<grpc::Channel>()>& connect);

}  // namespace kpisuite
