#pragma once

#include <array>

#include "absl/time/civil_time.h"
#include "libs/kpi/calendar.h"

namespace kpisuite {

// A year of 52 or 53 whole weeks. Its weeks are those of the calendar's period ids (`2025-W14`).
//   4-4-5 family: the fiscal year, which begins on the day after the end of the one before.
//   All other types: the weeks whose fourth day lies in the calendar year (ISO 8601 where weeks
//   begin on Monday).
struct WeekYear {
  int year = 0;  // its name
  absl::CivilDay first_day;
  int weeks = 0;  // 52 or 53

  absl::CivilDay end_day() const { return first_day + 7 * weeks; }
  // Number of the week that holds a day of this year, 1 to `weeks`.
  int NumberOf(absl::CivilDay day) const { return static_cast<int>((day - first_day) / 7) + 1; }
  // First day of a week; numbers outside of the year run into its neighbours.
  absl::CivilDay FirstDayOf(int number) const { return first_day + 7 * (number - 1); }
};

WeekYear WeekYearNamed(const Calendar& calendar, int year);
WeekYear WeekYearOf(const Calendar& calendar, absl::CivilDay day);

// Number of weeks before each of the twelve months of a year of the 4-4-5 family. A 53rd week
// belongs to the last month. The type is one of the family.
std::array<int, 12> WeeksBeforeMonths(CalendarType type);

}  // namespace kpisuite
