// Checks one SeriesBlock of a request against its metric and turns it into typed rows.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "kpisuite/v1/measurement.pb.h"
#include "libs/base/error.h"
#include "libs/definitions/metric.h"
#include "services/measurement/sample.h"

namespace kpisuite {

// Why some samples are refused.
struct BlockIssue {
  FieldViolation violation;  // field is a path from the request
  int64_t samples = 1;       // how many samples it refuses
};

struct CheckedBlock {
  SeriesRows rows;  // the good ones, in the order of the block
  // At most one for each bad row; or a single one that refuses the whole block.
  std::vector<BlockIssue> issues;
};

// Event times that are accepted: [earliest, latest], of samples from `kept_from` on.
struct TimeLimits {
  int64_t earliest_nano = 0;
  int64_t latest_nano = 0;
  std::string latest_text;  // for messages: "2025-03-31T00:10:00Z, 10 minutes in the future"
  int64_t kept_from_nano = 0;
  std::string kept_from_text;
};
// `kept_from`: see SamplesKeptFrom.
TimeLimits TimeLimitsAt(absl::Time now, absl::Duration max_future, absl::Time kept_from);

// Codes of violations besides those of libs/definitions/violations.h.
inline constexpr char kColumnLength[] = "COLUMN_LENGTH";
// Of a row with which nothing else is wrong.
inline constexpr char kPastRetention[] = "PAST_RETENTION";

// `path` is that of the block, `series[3]`.
CheckedBlock CheckBlock(const v1::SeriesBlock& block, const std::string& path,
                        const MetricDefinition& metric, IngestOperation operation,
                        const TimeLimits& times);

}  // namespace kpisuite
