#include "libs/kpi/counterpart.h"

#include <algorithm>

#include "absl/status/statusor.h"
#include "libs/kpi/week_year.h"

namespace kpisuite {
namespace {

constexpr int kDaysOfWeeks = 364;
constexpr int kMonthsPerYear = 12;
constexpr int kLongYear = 53;

bool YearsAreWeeks(const Calendar& calendar) {
  return calendar.is_445_family() || calendar.spec().type == CalendarType::kIsoWeek;
}

bool YearInRange(absl::CivilDay day) {
  return day.year() >= kMinPeriodYear && day.year() <= kMaxPeriodYear;
}

Counterpart Found(Period period, bool clipped = false) {
  if (!YearInRange(period.first_day)) return {};
  return {std::move(period), clipped};
}

Counterpart Shifted(const Calendar& calendar, const Period& period, int count) {
  absl::StatusOr<Period> shifted = ShiftPeriod(calendar, period, count);
  if (!shifted.ok()) return {};
  return {*std::move(shifted), false};
}

// The day with the same weekday in the week with the same number; nothing for a week 53 of a year
// that has none.
std::optional<absl::CivilDay> SameWeekOf(const Calendar& calendar, absl::CivilDay day, int years) {
  const WeekYear own = WeekYearOf(calendar, day);
  const WeekYear other = WeekYearNamed(calendar, own.year - years);
  const int number = own.NumberOf(day);
  if (number > other.weeks) return std::nullopt;
  return other.FirstDayOf(number) + (day - own.FirstDayOf(number));
}

// Index of the period at the same place of its level `years` years earlier; -1 if there is none.
int SamePlaceOf(const CustomPeriods& custom, Grain grain, int index, int years) {
  const auto& level = custom.Level(grain);
  const auto& roots = custom.Level(Grain::kYear);
  const int root = custom.IndexOf(Grain::kYear, level[index].first_day);
  if (years > root) return -1;
  const int place = index - custom.IndexOf(grain, roots[root].first_day);
  const int found = custom.IndexOf(grain, roots[root - years].first_day) + place;
  return level[found].end_day <= roots[root - years].end_day ? found : -1;
}

// Index of the period that the table names, `count` times; -1 if there is none.
int NamedByTable(const CustomPeriods& custom, Grain grain, int index, int count) {
  while (index >= 0 && count-- > 0) index = custom.Level(grain)[index].comparable;
  return index;
}

// Both comparators of a CUSTOM calendar that know the table.
Counterpart CustomCounterpart(const Calendar& calendar, const Period& period,
                              const Comparator& comparator) {
  const CustomPeriods& custom = *calendar.custom();
  const bool is_day = period.grain == Grain::kDay;
  const Grain grain = is_day ? custom.finest() : period.grain;
  const auto& level = custom.Level(grain);
  const int own = custom.IndexOf(grain, period.first_day);
  if (own < 0 || own >= static_cast<int>(level.size())) return {};
  const int other = comparator.kind == ComparatorKind::kComparable
                        ? NamedByTable(custom, grain, own, comparator.count)
                        : SamePlaceOf(custom, grain, own, comparator.count);
  if (other < 0) return {};
  const absl::CivilDay first = level[other].first_day;
  if (!is_day) return {PeriodOf(calendar, grain, first), false};
  const absl::CivilDay same = first + (period.first_day - level[own].first_day);
  const absl::CivilDay last = level[other].end_day - 1;
  return {PeriodOf(calendar, Grain::kDay, std::min(same, last)), same > last};
}

Counterpart LastYear(const Calendar& calendar, const Period& period, int years) {
  switch (period.grain) {
    case Grain::kMonth: return Shifted(calendar, period, -kMonthsPerYear * years);
    case Grain::kQuarter: return Shifted(calendar, period, -4 * years);
    case Grain::kYear: return Shifted(calendar, period, -years);
    case Grain::kAll: return {};
    case Grain::kDay:
      if (!YearsAreWeeks(calendar)) {
        const absl::CivilDay day = AddMonths(period.first_day, -kMonthsPerYear * years);
        return Found(PeriodOf(calendar, Grain::kDay, day), day.day() != period.first_day.day());
      }
      break;
    case Grain::kWeek: break;
  }
  const std::optional<absl::CivilDay> day = SameWeekOf(calendar, period.first_day, years);
  if (!day.has_value()) return {};
  return Found(PeriodOf(calendar, period.grain, *day));
}

// A year before by the calendar's rule for weeks 53.
std::optional<absl::CivilDay> ComparableYearBefore(const Calendar& calendar, absl::CivilDay day) {
  const WeekYear own = WeekYearOf(calendar, day);
  const WeekYear before = WeekYearNamed(calendar, own.year - 1);
  const int number = own.NumberOf(day);
  const bool restates = calendar.spec().week_53 == Week53::kRestated && before.weeks == kLongYear;
  const int other = restates ? number + 1 : number;
  if (other > before.weeks) return std::nullopt;
  return before.FirstDayOf(other) + (day - own.FirstDayOf(number));
}

}  // namespace

bool ComparesByDay(const Calendar& calendar, Grain grain, const Comparator& comparator) {
  switch (comparator.kind) {
    case ComparatorKind::kPreviousPeriod:
    case ComparatorKind::kSamePeriodLastYear: return false;
    case ComparatorKind::kSameWeekday:
    case ComparatorKind::kHolidayAligned: return true;
    case ComparatorKind::kComparable: break;
  }
  if (calendar.custom() != nullptr || calendar.spec().week_53 == Week53::kSameNumber) return false;
  return YearsAreWeeks(calendar) || grain == Grain::kWeek;
}

Counterpart CounterpartOf(const Calendar& calendar, const Period& period,
                          const Comparator& comparator) {
  if (comparator.kind == ComparatorKind::kPreviousPeriod) {
    return Shifted(calendar, period, -comparator.count);
  }
  if (period.grain == Grain::kAll) return {};
  if (calendar.custom() != nullptr) return CustomCounterpart(calendar, period, comparator);
  return LastYear(calendar, period, comparator.count);
}

std::optional<absl::CivilDay> CounterpartOf(const Calendar& calendar, absl::CivilDay day,
                                            const Comparator& comparator) {
  std::optional<absl::CivilDay> found = day;
  for (int i = 0; i < comparator.count && found.has_value(); ++i) {
    if (comparator.kind == ComparatorKind::kSameWeekday) {
      found = *found - kDaysOfWeeks;
    } else if (comparator.kind == ComparatorKind::kHolidayAligned) {
      found = calendar.events().YearBefore(*found);
    } else {
      found = ComparableYearBefore(calendar, *found);
    }
  }
  return found;
}

bool IsCompared(const Calendar& calendar, absl::CivilDay day, const Comparator& comparator) {
  if (comparator.kind != ComparatorKind::kComparable ||
      calendar.spec().week_53 != Week53::kDrop53) {
    return true;
  }
  return WeekYearOf(calendar, day).NumberOf(day) < kLongYear;
}

}  // namespace kpisuite
