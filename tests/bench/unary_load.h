// Unary calls with prebuilt requests against one server: as many as it takes, or at a fixed rate.
#pragma once

#include <grpcpp/channel.h>
#include <grpcpp/support/byte_buffer.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "tests/bench/statistics.h"

namespace kpisuite {

// What is called. The requests outlive every run.
struct UnaryTarget {
  std::vector<std::shared_ptr<grpc::Channel>> channels;  // each with a client thread of its own
  std::string method;                                    // "/package.Service/Method"
  const std::vector<grpc::ByteBuffer>* requests = nullptr;
  // Which request each call sends: indices, used in turn and from the start again.
  const std::vector<uint32_t>* sequence = nullptr;
};

// One call, of the first request.
absl::StatusOr<std::string> CallOnce(const UnaryTarget& target);

struct ClosedLoopResult {
  int64_t calls = 0;
  absl::Duration elapsed;
  double rate() const { return static_cast<double>(calls) / absl::ToDoubleSeconds(elapsed); }
};

// Keeps `in_flight` calls (at least one for each channel) open for `duration`. Fails with the
// first call that fails.
absl::StatusOr<ClosedLoopResult> RunClosedLoop(const UnaryTarget& target, int in_flight,
                                               absl::Duration duration);

// Starts `rate` calls a second for `duration`, whether or not earlier ones have ended. Latencies
// count from the moment at which a call was to start. Fails with the first call that fails.
absl::StatusOr<LatencyHistogram> RunOpenLoop(const UnaryTarget& target, double rate,
                                             absl::Duration duration);

}  // namespace kpisuite
