// AnswerAggregates: aggregate plans over one snapshot of a store, with the watermarks that belong
// to them.
#pragma once

#include <cstdint>
#include <optional>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "kpisuite/v1/measurement_service.pb.h"
#include "services/measurement/aggregate_query.h"
#include "services/measurement/aggregate_scan.h"
#include "services/measurement/measurement_store.h"

namespace kpisuite {

// As RunAggregates. A plan whose one cutoff is of all days asks for everything as it was at a
// moment: its complete_through is the watermark of that moment too, else it is the latest one.
// May block. Errors: also those of FindWatermarkAt.
absl::Status AnswerAggregates(MeasurementStore& store, absl::Span<const AggregatePlan> plans,
                              const AggregateLimits& limits,
                              absl::FunctionRef<absl::Status(v1::QueryAggregatesResponse)> emit);

// The watermark of a metric after entry `seq` of the feed of its partition, nanoseconds since the
// epoch: its last move at or before that entry. Looks back through the feed. OUT_OF_RANGE
// FEED_TRIMMED when the entries that would tell are gone; errors of the store.
absl::StatusOr<std::optional<int64_t>> FindWatermarkAt(MeasurementStore& store,
                                                       const FeedHead& head, int64_t seq,
                                                       absl::string_view workspace,
                                                       absl::string_view metric);

}  // namespace kpisuite
