#pragma once

#include <optional>

#include "absl/time/civil_time.h"
#include "libs/kpi/calendar.h"
#include "libs/kpi/comparator.h"
#include "libs/kpi/period.h"

namespace kpisuite {

// The two halves of comparator.h: which period, and which day, stands for another.

// Whether the comparator maps the days of a window with steps of that grain one by one.
bool ComparesByDay(const Calendar& calendar, Grain grain, const Comparator& comparator);

struct Counterpart {
  std::optional<Period> period;  // none: NO_COMPARABLE
  bool clipped = false;
};
// Of a comparator by period.
Counterpart CounterpartOf(const Calendar& calendar, const Period& period,
                          const Comparator& comparator);

// Of a comparator by day; nothing if there is none.
std::optional<absl::CivilDay> CounterpartOf(const Calendar& calendar, absl::CivilDay day,
                                            const Comparator& comparator);
// Whether the comparator looks at the day at all: not at those of week 53 under DROP_53.
bool IsCompared(const Calendar& calendar, absl::CivilDay day, const Comparator& comparator);

}  // namespace kpisuite
