// SampleImport: a client that writes batches over one StreamSamples call and keeps the acks.
#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <vector>

#include "absl/status/status.h"
#include "kpisuite/v1/measurement_service.pb.h"
#include "tests/integration/suite_client.h"

namespace kpisuite {

// How one call ended.
struct ImportOutcome {
  // Results of the batches that were acknowledged, by index.
  std::map<size_t, v1::WriteResult> acked;
  // Batches that were refused, by index.
  std::map<size_t, absl::Status> refused;
  // Status of the call; ok when every batch was settled.
  absl::Status end;
};

// Sends all batches and returns when the call has ended, however it ended. `settled` counts acks
// as they come. Thread-safe.
ImportOutcome ImportSamples(SuiteClient& client,
                            const std::vector<v1::WriteSamplesRequest>& batches,
                            std::atomic<int>& settled);

}  // namespace kpisuite
