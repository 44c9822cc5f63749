#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/time/civil_time.h"
#include "absl/types/span.h"
#include "libs/kpi/calendar.h"
#include "libs/kpi/period.h"
#include "libs/kpi/window.h"

namespace kpisuite {

// One step from the period of a formula to the period that an operand of it means.
struct PeriodHop {
  enum class Offset { kNone, kPreviousPeriod, kSamePeriodLastYear };

  // The operand's own window; nothing: that of the formula.
  std::optional<Window> window;
  Offset offset = Offset::kNone;
  int count = 0;  // of periods or years, >= 1 with an offset

  friend bool operator==(const PeriodHop&, const PeriodHop&) = default;
};

// The hops from the outermost formula inwards; empty: the formula's own window and period.
using PeriodPath = std::vector<PeriodHop>;

// Equal for equal paths: `TO_DATE(YEAR)-1Y/MONTH-2`; empty for the empty path.
std::string PathText(absl::Span<const PeriodHop> path);

// Whether some hop has an offset.
bool ReadsEarlierPeriod(absl::Span<const PeriodHop> path);

// Where a path ends.
struct PathEnd {
  Window window;
  Period period;
  // The samples that count: the reach of the window, cut so that nothing counts which comes after
  // the end of the period where the path began (at the same number of days in an earlier period).
  DayRange days;
};

// Follows the path from a window's period. With a window of its own, a hop leads to that window's
// period which contains the last day. Nothing when an earlier period does not exist:
// NO_COMPARABLE.
std::optional<PathEnd> FollowPath(const Calendar& calendar, const Window& window,
                                  const Period& period, absl::Span<const PeriodHop> path);

}  // namespace kpisuite
