// The sans-IO core of ingest: what a request means, decided without a clock, a store or a network.
//
// Entry points, in the order in which a server (or the simulator) uses them:
//   PlanWrite, PlanRetraction, PlanWatermarks   request -> units, one for each partition
//   MeasurementStore::Ingest                    unit -> outcome, atomic
//   ResultOf                                    plan and outcomes -> answer
// All functions are pure and thread-safe.
#pragma once

#include <cstdint>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "kpisuite/v1/measurement.pb.h"
#include "kpisuite/v1/measurement_service.pb.h"
#include "libs/definitions/metric.h"
#include "services/measurement/sample.h"

namespace kpisuite {

// What one request may hold.
struct IngestLimits {
  int64_t max_batch_samples = 10'000;
  absl::Duration max_future = absl::Minutes(10);
};

// The live definition of a metric; null when there is none.
using MetricFinder = absl::FunctionRef<std::shared_ptr<const MetricDefinition>(
    absl::string_view workspace, absl::string_view metric)>;

// Everything a plan depends on besides the request.
struct IngestContext {
  MetricFinder find_metric;
  IngestLimits limits;
  int partitions = 1;
  absl::Time now;
  absl::Time samples_kept_from = absl::InfinitePast();  // samples before it are refused
};

struct IngestPlan {
  std::vector<IngestUnit> units;            // by partition; none when all samples are refused
  std::vector<v1::RejectedGroup> rejected;  // only with allow_partial
  std::set<std::string> unknown_metrics;    // among the refused
};

// Checks the whole request and splits it by partition. Without allow_partial one bad sample
// refuses it: INVALID_ARGUMENT INVALID_FIELD with a violation for each bad sample
// (`series[3].time_unix_nano[17]`), BATCH_TOO_LARGE; NOT_FOUND UNKNOWN_METRIC, then
// FAILED_PRECONDITION PAST_RETENTION, when everything else that can be checked is right. Of one
// identity the last row counts. A plan knows nothing of what is stored: a request that is repeated
// after its samples have passed their retention is refused, not answered as the first time; what it
// has stored was not lost by that.
absl::StatusOr<IngestPlan> PlanWrite(const v1::WriteSamplesRequest& request,
                                     const IngestContext& context);

// As PlanWrite, without values and allow_partial.
absl::StatusOr<IngestPlan> PlanRetraction(const v1::RetractSamplesRequest& request,
                                          const IngestContext& context);

// Moves the watermarks of `metrics`, which the caller has resolved from the request. The units are
// not remembered by a request_id: moving a watermark is idempotent. INVALID_ARGUMENT for a time
// out of range.
absl::StatusOr<IngestPlan> PlanWatermarks(
    const v1::AdvanceWatermarkRequest& request,
    absl::Span<const std::shared_ptr<const MetricDefinition>> metrics,
    const IngestContext& context);

// The answer to a request whose units ended with `outcomes`. The rejected groups of a repeated
// request are those of the first time.
v1::WriteResult ResultOf(const IngestPlan& plan, absl::Span<const IngestOutcome> outcomes);

// Token of the positions that include the outcomes.
std::string PositionTokenOf(absl::Span<const IngestOutcome> outcomes);

// What may not change once a metric has samples, as text.
std::string TraitsOf(const MetricDefinition& metric);

}  // namespace kpisuite
