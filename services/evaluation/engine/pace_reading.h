// What the pace of an open period is assessed from, read from panes (SEMANTICS 3.11).
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "libs/kpi/pace.h"
#include "libs/kpi/period.h"

namespace kpisuite {

class KpiRuntime;
struct SliceStates;

// All of it is about complete local days, so that it changes with data, watermarks and days only.
struct PaceReading {
  // The start of the day that contains the least of now and the watermark (now alone while a metric
  // has none), not before the period's start.
  absl::Time as_of;
  // The KPI over the complete days before `as_of`; NOT_READY when there is none.
  Number to_date = NdReason::kNotReady;
  // Parallel to KpiDefinition::inputs. Empty for a KPI that reads other periods or finished values:
  // it is not projected. The rows behind a mean are counted before its filter.
  std::vector<PaceOperand> operands;
  // When it changes without new data.
  absl::Time next_change = absl::InfiniteFuture();
};

// When the first local day begins that has not begun at `now`.
absl::Time NextDayStart(const Calendar& calendar, absl::Time now);

// Null where there is no pace: the KPI has no rule for it, the window is neither CALENDAR nor
// TO_DATE, the period has not begun, is closed, or its data is complete. The history is made of the
// last closed periods, to the same number of days; the oldest of them are left out until one has
// rows, because before its first rows a slice did not exist. Last year's period counts only with
// rows. Errors: those of the inputs.
absl::StatusOr<std::shared_ptr<const PaceReading>> ReadPace(const KpiRuntime& runtime,
                                                            const SliceStates& slice, size_t window,
                                                            const Period& period, absl::Time now,
                                                            int64_t seq);

}  // namespace kpisuite
