#include "libs/kpi/target_comparable.h"

#include <utility>

#include "absl/status/statusor.h"
#include "libs/kpi/window.h"

namespace kpisuite {

std::optional<Period> EarlierPeriod(const Calendar& calendar, ComparatorKind kind, int count,
                                    const Period& period) {
  const absl::StatusOr<Window> window = Window::Create({.grain = period.grain});
  if (!window.ok()) return std::nullopt;
  return ComparableOf(*window, calendar, period, {.kind = kind, .count = count}).period;
}

std::optional<Period> PriorOf(const Calendar& calendar, TargetComparator comparator,
                              const Period& period) {
  switch (comparator) {
    case TargetComparator::kPreviousPeriod:
      return EarlierPeriod(calendar, ComparatorKind::kPreviousPeriod, 1, period);
    case TargetComparator::kSamePeriodLastYear:
      return EarlierPeriod(calendar, ComparatorKind::kSamePeriodLastYear, 1, period);
    case TargetComparator::kSameWeekday:
      // 364 days are 52 weeks.
      if (period.grain != Grain::kDay && period.grain != Grain::kWeek) return std::nullopt;
      return EarlierPeriod(calendar, ComparatorKind::kPreviousPeriod,
                           period.grain == Grain::kDay ? 364 : 52, period);
    case TargetComparator::kComparable:
      return EarlierPeriod(calendar, ComparatorKind::kComparable, 1, period);
  }
  return std::nullopt;
}

std::vector<DayRange> ComparableDays(const Calendar& calendar, const Period& period) {
  const absl::StatusOr<Window> window = Window::Create({.grain = period.grain});
  if (!window.ok()) return {};
  Comparable comparable =
      ComparableOf(*window, calendar, period, {.kind = ComparatorKind::kComparable});
  const bool whole = !comparable.partial && comparable.own_days.size() == 1 &&
                     comparable.own_days.front() == DayRange{period.first_day, period.end_day};
  return whole ? std::move(comparable.days) : std::vector<DayRange>();
}

}  // namespace kpisuite
