#pragma once

#include <optional>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "libs/kpi/calendar.h"
#include "libs/kpi/period.h"
#include "libs/kpi/window.h"

namespace kpisuite {

// What a period is compared with (SEMANTICS 3.4.6).
//
// By period: another period stands for the one that is compared, and the window reaches back from
// it in the same way (a trailing window compares with the trailing window of that period).
//   PREVIOUS_PERIOD: `count` periods earlier.
//   SAME_PERIOD_LAST_YEAR: the same position `count` years earlier: month 3, quarter 1, week 14 of
//     its week year; a day by its date, or by week and weekday where years consist of weeks; in a
//     CUSTOM calendar the same place among the periods of the year, a day by its place in the
//     finest period, clipped to the end of a shorter one.
//   COMPARABLE where years and months do not consist of weeks, and under SAME_NUMBER: the same as
//     SAME_PERIOD_LAST_YEAR. In a CUSTOM calendar what the table says.
// By day: each day of the reach has its own counterpart; the value is that of all of them.
//   SAME_WEEKDAY: 364 days earlier, `count` times.
//   COMPARABLE of weeks and of calendars whose years consist of weeks: the same weekday of the
//     week with the same number a year earlier; RESTATED: in the year after one of 53 weeks, the
//     week with the next number. Years are walked one by one. Week 53 has no counterpart; DROP_53
//     leaves it out on both sides.
//   HOLIDAY_ALIGNED: see CalendarEvents::YearBefore, `count` times.
enum class ComparatorKind {
  kPreviousPeriod,
  kSamePeriodLastYear,
  kSameWeekday,
  kComparable,
  kHolidayAligned,
};
inline constexpr ComparatorKind kAllComparatorKinds[] = {
    ComparatorKind::kPreviousPeriod, ComparatorKind::kSamePeriodLastYear,
    ComparatorKind::kSameWeekday, ComparatorKind::kComparable, ComparatorKind::kHolidayAligned};

// `PREVIOUS_PERIOD`, `SAME_PERIOD_LAST_YEAR`, `SAME_WEEKDAY`, `COMPARABLE`, `HOLIDAY_ALIGNED`.
absl::string_view ComparatorKindName(ComparatorKind kind);

struct Comparator {
  ComparatorKind kind = ComparatorKind::kPreviousPeriod;
  // Periods (1 to 1000) or years (1 to 100) back.
  int count = 1;
  // Cuts the comparator of an open period at the same share of its length instead of the same
  // position. Comparators by day have pairs of days, so there it changes nothing.
  bool proportional = false;

  friend bool operator==(const Comparator&, const Comparator&) = default;
};

// INVALID_ARGUMENT (InvalidFields, path `count`).
absl::Status ValidateComparator(const Comparator& comparator);

// What a whole period compares with.
struct Comparable {
  // Days whose facts make up the comparator's value: disjoint, in order. None: NO_COMPARABLE.
  std::vector<DayRange> days;
  // Days of the period's own reach that are compared: all of it, but for the weeks 53 of DROP_53.
  std::vector<DayRange> own_days;
  // The period whose reach `days` are; none where the days of several periods are taken together
  // (a RESTATED month, which is the sum of its mapped weeks).
  std::optional<Period> period;
  // A day was clipped to the end of a shorter period (29 February to 28 February).
  bool clipped = false;
  // Some own days have no counterpart (a week 53, an event that has no date before).
  bool partial = false;
};
// `window` accepts `period`; the comparator is valid. Pure; cost is linear in the days of the reach
// for comparators by day.
Comparable ComparableOf(const Window& window, const Calendar& calendar, const Period& period,
                        const Comparator& comparator);

// What the part of a period that lies before an instant compares with.
struct ComparableCut {
  std::vector<DayRange> days;  // whole days
  // Then this day, from its start to `until`.
  std::optional<absl::CivilDay> last_day;
  absl::Time until;
};
// `as_of` is min(now, watermark). Both sides are cut at the same position: whole days from the
// period's start, then the wall time of the as-of instant, clipped to the comparator's length. A
// wall time that the comparator's day skips is the first instant after the gap, a repeated one the
// first. Nothing before the reach begins; all days of ComparableOf once it has ended (for
// EXCLUDE_CURRENT from the start of the period); in the units of a trailing window before the
// period, as many days before the start of either. PROPORTIONAL: the same share of the period's
// elapsed time, rounded down to whole seconds.
ComparableCut CutComparable(const Window& window, const Calendar& calendar, const Period& period,
                            const Comparator& comparator, absl::Time as_of);

}  // namespace kpisuite
