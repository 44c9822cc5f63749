// Runs aggregate plans over one snapshot: samples to mergeable states by slice and local day.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/types/span.h"
#include "kpisuite/v1/measurement_service.pb.h"
#include "services/measurement/aggregate_query.h"
#include "services/measurement/measurement_store.h"

namespace kpisuite {

struct AggregateLimits {
  size_t max_chunk_bytes = size_t{2} << 20;
  // Of the states of all queries over one metric, which are in memory together.
  size_t max_cells = 1'000'000;
};

// Runs `plans` on `snapshot`. Plans over the same metric share one scan. Calls `emit` for each
// chunk: the chunks of a query in order, its last one marked; slices in the order in which their
// first series was recorded, the cells of each by day; queries in the order in which their metrics
// first occur. The plans are of metrics of one workspace.
//
// Samples that are no longer kept count nowhere; each chunk says which those are.
//
// The states of the cells do not depend on the order of the scan. Errors: those of `snapshot` and
// `emit`; FAILED_PRECONDITION IMMUTABLE_FIELD when the stored samples of a metric have other
// traits than its definition; INVALID_ARGUMENT INVALID_FIELD beyond max_cells.
absl::Status RunAggregates(MeasurementSnapshot& snapshot, absl::Span<const AggregatePlan> plans,
                           int partitions, const AggregateLimits& limits,
                           absl::FunctionRef<absl::Status(v1::QueryAggregatesResponse)> emit);

}  // namespace kpisuite
