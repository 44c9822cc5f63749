#pragma once

#include <cstdint>
#include <optional>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "libs/kpi/bands.h"
#include "libs/kpi/decimal.h"
#include "libs/kpi/nd_reason.h"
#include "libs/kpi/period.h"

namespace kpisuite {

// How complete and usable the data behind a value is.
enum class DataState {
  kOk,
  kProvisional,    // not all inputs are complete yet
  kLate,           // still incomplete after the period's end, lag and grace
  kMissing,        // no rows, and none to be expected any more
  kNotApplicable,  // nothing to measure: denominator 0, a day that does not exist or is past
                   // its retention
  kSuppressed,
  kError,
};
// `OK`, `PROVISIONAL`, `LATE`, `MISSING`, `NOT_APPLICABLE`, `SUPPRESSED`, `ERROR`.
absl::string_view DataStateName(DataState state);

// The one table reason -> data state -> status, for values without a number.
struct NoDataRow {
  DataState state;
  KpiStatus status;
};
NoDataRow NoDataRowOf(NdReason reason);

// What is known about one input of a KPI in one period.
struct InputReadiness {
  // complete_through of its source: all events before it have arrived. InfinitePast if none.
  absl::Time watermark = absl::InfinitePast();
  absl::Duration expected_lag = absl::ZeroDuration();
  absl::Duration grace = absl::ZeroDuration();
  // Age from which the source's last value counts as stale.
  absl::Duration max_age = absl::InfiniteDuration();
  // When the source last wrote anything; InfinitePast if never.
  absl::Time last_update = absl::InfinitePast();
  // Rows of the input in the period and slice, before its filter.
  uint64_t rows = 0;
};

// Readiness of a period for a KPI.
struct PeriodReadiness {
  // All watermarks are at or past the period's end.
  bool ready = false;
  // Some input is not ready although its lag and grace have passed.
  bool late = false;
  // No input has a row.
  bool no_rows = true;
  // now > last_update + max_age for some input that was ever updated.
  bool stale = false;
  // Least watermark; InfinitePast if an input has none, InfiniteFuture without inputs.
  absl::Time watermark = absl::InfiniteFuture();
  // Mean over the inputs of the share of the period before their watermark, in [0, 1]; 1 exactly
  // if ready. All time has no end to be measured by: an input that has a watermark counts as 1.
  Decimal completeness;
};

// Pure. Without inputs (a KPI of constants) the period is ready at once.
PeriodReadiness AssessReadiness(const Period& period, absl::Time now,
                                absl::Span<const InputReadiness> inputs);
// The next instant after `now` at which AssessReadiness may change with the inputs unchanged, or
// the period begins or ends; InfiniteFuture if none. For timers.
absl::Time NextReadinessChange(const Period& period, absl::Time now,
                               absl::Span<const InputReadiness> inputs);

// What an input without rows is worth, by its source's watermark. `zero_if_empty`: its aggregation
// is SUM, COUNT, COUNT_TRUE or COUNT_DISTINCT; it is 0 once the watermark passed the period's
// start (PROVISIONAL until it passed the end), the others are EMPTY once it passed the end.
struct EmptyInput {
  // Set: no value, with this reason (EMPTY, NOT_READY or NOT_APPLICABLE). Else the value is 0.
  std::optional<NdReason> reason;
};
EmptyInput ValueOfEmptyInput(const Period& period, absl::Time watermark, bool zero_if_empty);

// Data state of a KPI's value: `reason` is why it has no number, empty if it has one. MISSING also
// for a number when the period is late and no input has a row: such a zero means nothing.
DataState DataStateOf(const Period& period, const PeriodReadiness& readiness,
                      std::optional<NdReason> reason);

}  // namespace kpisuite
