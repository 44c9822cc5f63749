// What became of samples.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "kpisuite/client/error.h"
#include "kpisuite/v1/measurement.pb.h"

namespace kpisuite::client {

// A batch that was refused as a whole, and why.
struct Refusal {
  std::string request_id;
  google::rpc::Status status;
};

// What became of the batches of a SampleWriter so far.
struct WriteSummary {
  int64_t inserted = 0;   // new samples
  int64_t corrected = 0;  // samples that were there with another value
  int64_t unchanged = 0;  // samples that were there as sent
  int64_t batches = 0;    // batches that are settled: durable, or refused
  // Groups of samples that were refused; only with allow_partial.
  std::vector<v1::RejectedGroup> rejected;
  // Batches that were refused.
  std::vector<Refusal> refused;
  // Token for reads that must include the last durable batch; empty without one.
  std::string position_token;
};

}  // namespace kpisuite::client
