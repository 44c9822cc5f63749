// Which earlier periods targets compare with. For target_resolution.cc.
#pragma once

#include <optional>
#include <vector>

#include "libs/kpi/calendar.h"
#include "libs/kpi/comparator.h"
#include "libs/kpi/period.h"
#include "libs/kpi/target_spec.h"

namespace kpisuite {

// The period so much earlier; nothing when there is none.
std::optional<Period> EarlierPeriod(const Calendar& calendar, ComparatorKind kind, int count,
                                    const Period& period);

// The period that VS_PRIOR compares with; nothing when there is none.
std::optional<Period> PriorOf(const Calendar& calendar, TargetComparator comparator,
                              const Period& period);

// The days of COMPARABLE where they are not those of one period; none if a part of the period has
// no counterpart.
std::vector<DayRange> ComparableDays(const Calendar& calendar, const Period& period);

}  // namespace kpisuite
