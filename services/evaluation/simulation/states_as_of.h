// StatesAsOf: what the states of a series were at a past moment, computed again.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "kpisuite/v1/definition.pb.h"
#include "kpisuite/v1/evaluation.pb.h"
#include "services/evaluation/engine/finality.h"
#include "services/evaluation/engine/recorded_values.h"
#include "services/evaluation/simulation/aggregate_source.h"
#include "services/evaluation/versions/kpi_versions.h"

namespace kpisuite {

// One applied set, as the change log of definitions has it.
struct FollowedSet {
  int64_t position = 0;
  std::vector<v1::Definition> definitions;  // removed ones have `deleted` set
};

// What was known at a moment.
struct Moment {
  absl::Time time;
  std::vector<FollowedSet> definitions;   // all that were applied until then, in their order
  KpiVersions::LastClosed last_closed;    // from the log
  FinalityDecisions decisions;            // all there are, in the order of time
  RecordedLookup recorded;                // what was recorded until then
  AggregateSource aggregates;             // of the samples as they are now, with cutoffs
  std::function<absl::Status()> proceed;  // asked now and then; an error ends the work with it
};

// Which series: a resource name, the id of a window, a canonical slice.
struct SeriesOfKpi {
  std::string kpi;
  std::string window;
  std::string slice;
};

// The state of each of the periods (ids) as it was at the moment, from the samples, watermarks,
// decisions, targets and definitions of that moment, by the same engine. Nothing for a period that
// there was not: of another calendar, or of a slice without samples.
//
// Errors: those of the sources; FAILED_PRECONDITION (MOMENT_UNKNOWN) when the KPI, its window or a
// metric of that time is not known any more.
absl::StatusOr<std::vector<std::optional<v1::KpiState>>> StatesAsOf(
    const SeriesOfKpi& series, absl::Span<const std::string> periods, const Moment& moment);

}  // namespace kpisuite
