#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "libs/kpi/calendar.h"
#include "libs/kpi/grain.h"

namespace kpisuite {

// A whole calendar period: the half-open range of days [first_day, end_day), and the same as the
// half-open range of instants [start, end). A plain value; made by the functions below only.
//
// Ids, after the calendar's prefix (`fy04:`), if it has a name:
//   day `2025-03-31`, week `2025-W14`, month `2025-03` (fiscal: `2025-P03`), quarter `2025-Q1`,
//   year `2025`, all time `ALL`. Days do not depend on the fiscal year; weeks do so in the 4-4-5
//   family only, where they are numbered within it.
//   CUSTOM: the ids of the table. Days before its first row are in the period `BEFORE-MONTH` (or
//   another level), days after its last in `AFTER-MONTH`, so that no fact is lost and the gap is
//   seen.
struct Period {
  std::string id;
  Grain grain = Grain::kDay;
  absl::CivilDay first_day;
  absl::CivilDay end_day;
  absl::Time start;
  absl::Time end;

  // False for a day which the zone skips: nothing can happen in it (NOT_APPLICABLE).
  bool exists() const { return start < end; }
  bool Contains(absl::CivilDay day) const { return first_day <= day && day < end_day; }
  absl::CivilDay last_day() const { return end_day - 1; }
  // Civil days of the range, those included which the zone skips.
  int civil_days() const { return static_cast<int>(end_day - first_day); }

  friend bool operator==(const Period& a, const Period& b) { return a.id == b.id; }
  friend bool operator!=(const Period& a, const Period& b) { return a.id != b.id; }
};

// Years which period ids may name, so that all instants fit unix nanoseconds.
inline constexpr int kMinPeriodYear = 1678;
inline constexpr int kMaxPeriodYear = 2261;

// All days that an instant of unix nanoseconds can lie in: the days of ALL, and the outer ends of
// BEFORE and AFTER.
inline constexpr absl::CivilDay kFirstDay(1677, 1, 1);
inline constexpr absl::CivilDay kEndDay(2263, 1, 1);

// The period of that grain which contains the day or instant. A grain that the calendar lacks
// stands for the next coarser one that it has.
Period PeriodOf(const Calendar& calendar, Grain grain, absl::CivilDay day);
Period PeriodOf(const Calendar& calendar, Grain grain, absl::Time time);

// The neighbours. Arithmetic is on ids, never on seconds. Beyond the end of the table (and of ALL)
// lies an empty period without an id.
Period NextPeriod(const Calendar& calendar, const Period& period);
Period PreviousPeriod(const Calendar& calendar, const Period& period);
// `count` periods later, earlier if negative. OUT_OF_RANGE if that leaves the years above or the
// table of a CUSTOM calendar.
absl::StatusOr<Period> ShiftPeriod(const Calendar& calendar, const Period& period, int count);
// As above without an error, for the ends of ranges; |count| <= 1'000'000. Ids beyond the years
// above cannot be read back; shifts beyond the table stop at BEFORE and AFTER.
Period ShiftPeriodFreely(const Calendar& calendar, const Period& period, int count);

// One period for each grain that the calendar has, in the order of kAllGrains.
std::vector<Period> PeriodsContaining(const Calendar& calendar, absl::CivilDay day);
// The periods of `grain` that make up `period`, in order. Empty if they do not tile it exactly
// (weeks in a month, months in a day), and for ALL, BEFORE and AFTER.
std::vector<Period> PeriodsWithin(const Calendar& calendar, const Period& period, Grain grain);

// Reads an id of this calendar strictly: prefix, digits, and a day, week, month or quarter that
// exists. INVALID_ARGUMENT says what came and what was wanted.
absl::StatusOr<Period> ParsePeriod(const Calendar& calendar, absl::string_view id);

// The constants `days` and `working_days` of formulas: days which the zone skips do not count.
int DayCount(const Calendar& calendar, const Period& period);
int WorkingDayCount(const Calendar& calendar, const Period& period);

}  // namespace kpisuite
