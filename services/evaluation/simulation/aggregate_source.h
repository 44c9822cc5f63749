// Where aggregates come from when they are not fed to an engine by the loop.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "kpisuite/v1/measurement_service.pb.h"

namespace kpisuite {

// What measurement says to one query.
struct AggregateAnswer {
  v1::FeedPosition position;  // the cells reflect the feed up to here
  std::vector<v1::AggregateCell> cells;
  std::optional<absl::Time> watermark;  // of the metric
  std::optional<v1::KeptSamples> kept;  // of the metric; nothing when all are
};

// Answers all queries over metrics of one workspace (an id) from one snapshot, in their order. May
// block.
using AggregateSource = std::function<absl::StatusOr<std::vector<AggregateAnswer>>(
    const std::string& workspace, const std::vector<v1::AggregateQuery>& queries)>;

}  // namespace kpisuite
