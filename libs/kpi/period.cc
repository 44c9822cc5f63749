#include "libs/kpi/period.h"

#include <algorithm>
#include <cstdlib>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "libs/base/error.h"
#include "libs/kpi/quoted.h"
#include "libs/kpi/week_year.h"

namespace kpisuite {
namespace {

constexpr int kMonthsPerYear = 12;

int MonthsOf(Grain grain) {
  switch (grain) {
    case Grain::kMonth: return 1;
    case Grain::kQuarter: return 3;
    default: return kMonthsPerYear;
  }
}

bool HasWeekYears(const Calendar& calendar) {
  return calendar.is_445_family() || calendar.spec().type == CalendarType::kIsoWeek;
}

bool HasPlainMonths(const Calendar& calendar) {
  return calendar.spec().type == CalendarType::kGregorian;
}

// The grain itself, or the next coarser one that the calendar has.
Grain KnownGrain(const Calendar& calendar, Grain grain) {
  while (!calendar.HasGrain(grain)) grain = static_cast<Grain>(static_cast<int>(grain) + 1);
  return grain;
}

// What to add to the calendar year in which a fiscal year of months begins to get its label.
int LabelOffset(const Calendar& calendar) {
  const CalendarSpec& spec = calendar.spec();
  return spec.year_label == FiscalYearLabel::kEnd && spec.first_month != 1 ? 1 : 0;
}

bool YearInRange(absl::CivilDay day) {
  return day.year() >= kMinPeriodYear && day.year() <= kMaxPeriodYear;
}

Period PeriodFrom(const Calendar& calendar, Grain grain, absl::string_view id,
                  absl::CivilDay first_day, absl::CivilDay end_day) {
  Period period;
  period.grain = grain;
  period.first_day = first_day;
  period.end_day = end_day;
  period.start = calendar.StartOf(first_day);
  period.end = calendar.StartOf(end_day);
  period.id = absl::StrCat(calendar.id_prefix(), id);
  return period;
}

Period AllTime(const Calendar& calendar) {
  return PeriodFrom(calendar, Grain::kAll, "ALL", kFirstDay, kEndDay);
}

Period DayPeriod(const Calendar& calendar, absl::CivilDay day) {
  return PeriodFrom(calendar, Grain::kDay, FormatDay(day), day, day + 1);
}

Period WeekPeriod(const Calendar& calendar, absl::CivilDay day) {
  const WeekYear year = WeekYearOf(calendar, day);
  const int number = year.NumberOf(day);
  const absl::CivilDay first = year.FirstDayOf(number);
  return PeriodFrom(calendar, Grain::kWeek, absl::StrFormat("%04d-W%02d", year.year, number), first,
                    first + 7);
}

// Months, quarters and years other than CUSTOM ones are counted through all years: the ordinal of
// a period is its year times the periods of a year plus its place, from 0.
int OrdinalOf(const Calendar& calendar, Grain grain, absl::CivilDay day) {
  int year = 0;
  int month = 0;
  if (HasWeekYears(calendar)) {
    const WeekYear weeks = WeekYearOf(calendar, day);
    year = weeks.year;
    const auto before = WeeksBeforeMonths(calendar.spec().type);
    while (month + 1 < kMonthsPerYear && before[month + 1] < weeks.NumberOf(day)) ++month;
  } else {
    const int first_month = calendar.spec().first_month;
    year = static_cast<int>(day.year()) + LabelOffset(calendar) - (day.month() < first_month);
    month = (day.month() - first_month + kMonthsPerYear) % kMonthsPerYear;
  }
  return (year * kMonthsPerYear + month) / MonthsOf(grain);
}

Period PeriodAt(const Calendar& calendar, Grain grain, int ordinal) {
  const int months = MonthsOf(grain);
  const int year = ordinal * months / kMonthsPerYear;
  const int month = ordinal * months % kMonthsPerYear;
  std::string id = absl::StrFormat("%04d", year);
  if (grain == Grain::kQuarter) absl::StrAppend(&id, "-Q", month / months + 1);
  if (grain == Grain::kMonth) {
    absl::StrAppendFormat(&id, "-%s%02d", HasPlainMonths(calendar) ? "" : "P", month + 1);
  }
  if (HasWeekYears(calendar)) {
    const WeekYear weeks = WeekYearNamed(calendar, year);
    const auto before = WeeksBeforeMonths(calendar.spec().type);
    const bool is_last = month + months == kMonthsPerYear;
    return PeriodFrom(calendar, grain, id, weeks.FirstDayOf(before[month] + 1),
                      is_last ? weeks.end_day() : weeks.FirstDayOf(before[month + months] + 1));
  }
  const absl::CivilMonth first =
      absl::CivilMonth(year - LabelOffset(calendar), calendar.spec().first_month) + month;
  return PeriodFrom(calendar, grain, id, absl::CivilDay(first), absl::CivilDay(first + months));
}

// The period of a level of the table; beyond its ends BEFORE and AFTER.
Period CustomPeriod(const Calendar& calendar, Grain grain, int index) {
  const std::vector<CustomPeriods::Entry>& level = calendar.custom()->Level(grain);
  if (index < 0) {
    return PeriodFrom(calendar, grain, absl::StrCat("BEFORE-", GrainName(grain)), kFirstDay,
                      level.front().first_day);
  }
  if (index >= static_cast<int>(level.size())) {
    return PeriodFrom(calendar, grain, absl::StrCat("AFTER-", GrainName(grain)),
                      level.back().end_day, kEndDay);
  }
  const CustomPeriods::Entry& entry = level[index];
  return PeriodFrom(calendar, grain, entry.id, entry.first_day, entry.end_day);
}

bool IsOfTable(const Calendar& calendar, Grain grain) {
  return calendar.custom() != nullptr && grain != Grain::kDay;
}

// ALL and BEFORE have no neighbour before them, ALL and AFTER none behind them.
bool IsFirst(const Calendar& calendar, const Period& period) {
  return (period.grain == Grain::kAll || IsOfTable(calendar, period.grain)) &&
         period.first_day <= kFirstDay;
}
bool IsLast(const Calendar& calendar, const Period& period) {
  return (period.grain == Grain::kAll || IsOfTable(calendar, period.grain)) &&
         period.end_day >= kEndDay;
}
bool IsUnbounded(const Calendar& calendar, const Period& period) {
  return IsFirst(calendar, period) || IsLast(calendar, period);
}

Period Nothing(const Calendar& calendar, Grain grain, absl::CivilDay day) {
  Period period = PeriodFrom(calendar, grain, "", day, day);
  period.id.clear();
  return period;
}

// What an id without prefix names. Only its shape is checked.
struct ParsedId {
  Grain grain;
  int year;
  int number;  // of the week, month or quarter
};

std::optional<ParsedId> ParseShape(absl::string_view body) {
  const auto digits = [](absl::string_view text, size_t count, int* value) {
    return text.size() == count && std::all_of(text.begin(), text.end(), absl::ascii_isdigit) &&
           absl::SimpleAtoi(text, value);
  };
  ParsedId id{Grain::kYear, 0, 1};
  if (!digits(body.substr(0, 4), 4, &id.year)) return std::nullopt;
  body.remove_prefix(4);
  if (body.empty()) return id;
  if (!absl::ConsumePrefix(&body, "-")) return std::nullopt;
  size_t width = 2;
  if (absl::ConsumePrefix(&body, "W")) {
    id.grain = Grain::kWeek;
  } else if (absl::ConsumePrefix(&body, "Q")) {
    id.grain = Grain::kQuarter;
    width = 1;
  } else {
    absl::ConsumePrefix(&body, "P");
    id.grain = Grain::kMonth;
  }
  if (!digits(body, width, &id.number)) return std::nullopt;
  return id;
}

// The period that the text of an id without prefix might mean; its own id may differ, where numbers
// are out of range or letters are those of another calendar.
std::optional<Period> Guess(const Calendar& calendar, absl::string_view body) {
  if (body == "ALL") return AllTime(calendar);
  if (const absl::StatusOr<absl::CivilDay> day = ParseDay(body); day.ok()) {
    return DayPeriod(calendar, *day);
  }
  if (const CustomPeriods* custom = calendar.custom(); custom != nullptr) {
    for (const Grain grain : kAllGrains) {
      if (!IsOfTable(calendar, grain) || !calendar.HasGrain(grain)) continue;
      if (body == absl::StrCat("BEFORE-", GrainName(grain))) {
        return CustomPeriod(calendar, grain, -1);
      }
      if (body == absl::StrCat("AFTER-", GrainName(grain))) {
        return CustomPeriod(calendar, grain, static_cast<int>(custom->Level(grain).size()));
      }
    }
    const std::optional<CustomPeriods::Place> place = custom->Find(body);
    if (!place.has_value()) return std::nullopt;
    return CustomPeriod(calendar, place->grain, place->index);
  }
  const std::optional<ParsedId> id = ParseShape(body);
  if (!id.has_value() || !calendar.HasGrain(id->grain)) return std::nullopt;
  if (id->grain == Grain::kWeek) {
    return WeekPeriod(calendar, WeekYearNamed(calendar, id->year).FirstDayOf(id->number));
  }
  const int per_year = kMonthsPerYear / MonthsOf(id->grain);
  return PeriodAt(calendar, id->grain, std::max(id->year * per_year + id->number - 1, 0));
}

absl::Status BadId(const Calendar& calendar, absl::string_view id) {
  const absl::CivilDay day = calendar.custom() == nullptr
                                 ? absl::CivilDay(2025, 3, 31)
                                 : calendar.custom()->Level(Grain::kYear).front().first_day;
  std::vector<std::string> examples;
  for (const Period& period : PeriodsContaining(calendar, day)) examples.push_back(period.id);
  return InvalidFields(
      {{"period",
        absl::StrCat("got ", Quoted(id), ", want an id such as ", absl::StrJoin(examples, ", "),
                     ", in the years ", kMinPeriodYear, " to ", kMaxPeriodYear),
        "", 0, 0}});
}

}  // namespace

absl::string_view GrainName(Grain grain) {
  switch (grain) {
    case Grain::kDay: return "DAY";
    case Grain::kWeek: return "WEEK";
    case Grain::kMonth: return "MONTH";
    case Grain::kQuarter: return "QUARTER";
    case Grain::kYear: return "YEAR";
    case Grain::kAll: return "ALL";
  }
  return "";
}

Period PeriodOf(const Calendar& calendar, Grain grain, absl::CivilDay day) {
  grain = KnownGrain(calendar, grain);
  if (grain == Grain::kAll) return AllTime(calendar);
  if (grain == Grain::kDay) return DayPeriod(calendar, day);
  if (IsOfTable(calendar, grain)) {
    return CustomPeriod(calendar, grain, calendar.custom()->IndexOf(grain, day));
  }
  if (grain == Grain::kWeek) return WeekPeriod(calendar, day);
  return PeriodAt(calendar, grain, OrdinalOf(calendar, grain, day));
}

Period PeriodOf(const Calendar& calendar, Grain grain, absl::Time time) {
  return PeriodOf(calendar, grain, calendar.DayOf(time));
}

Period NextPeriod(const Calendar& calendar, const Period& period) {
  if (IsLast(calendar, period)) return Nothing(calendar, period.grain, kEndDay);
  return PeriodOf(calendar, period.grain, period.end_day);
}

Period PreviousPeriod(const Calendar& calendar, const Period& period) {
  if (IsFirst(calendar, period)) return Nothing(calendar, period.grain, kFirstDay);
  return PeriodOf(calendar, period.grain, period.first_day - 1);
}

Period ShiftPeriodFreely(const Calendar& calendar, const Period& period, int count) {
  const absl::CivilDay first = period.first_day;
  switch (period.grain) {
    case Grain::kAll: return period;
    case Grain::kDay: return DayPeriod(calendar, first + count);
    default: break;
  }
  if (IsOfTable(calendar, period.grain)) {
    const int size = static_cast<int>(calendar.custom()->Level(period.grain).size());
    const int index = calendar.custom()->IndexOf(period.grain, first);
    return CustomPeriod(calendar, period.grain, std::clamp(index + count, -1, size));
  }
  if (period.grain == Grain::kWeek) return WeekPeriod(calendar, first + 7 * count);
  const int ordinal = OrdinalOf(calendar, period.grain, first) + count;
  return PeriodAt(calendar, period.grain, std::max(ordinal, 0));
}

absl::StatusOr<Period> ShiftPeriod(const Calendar& calendar, const Period& period, int count) {
  // More than all days of the supported years, and far from overflow.
  constexpr int kMaxShift = 400 * (kMaxPeriodYear - kMinPeriodYear);
  if (std::abs(static_cast<int64_t>(count)) <= kMaxShift && !IsUnbounded(calendar, period)) {
    Period shifted = ShiftPeriodFreely(calendar, period, count);
    if (YearInRange(shifted.first_day) && !IsUnbounded(calendar, shifted)) return shifted;
  }
  return MakeError(absl::StatusCode::kOutOfRange, "INVALID_FIELD",
                   absl::StrCat("period: got ", period.id, " shifted by ", count,
                                ", want a period of the calendar in the years ", kMinPeriodYear,
                                " to ", kMaxPeriodYear));
}

std::vector<Period> PeriodsContaining(const Calendar& calendar, absl::CivilDay day) {
  std::vector<Period> periods;
  for (Grain grain : kAllGrains) {
    if (calendar.HasGrain(grain)) periods.push_back(PeriodOf(calendar, grain, day));
  }
  return periods;
}

std::vector<Period> PeriodsWithin(const Calendar& calendar, const Period& period, Grain grain) {
  std::vector<Period> periods;
  if (IsUnbounded(calendar, period) || !calendar.HasGrain(grain)) return periods;
  absl::CivilDay day = period.first_day;
  while (day < period.end_day) {
    Period next = PeriodOf(calendar, grain, day);
    if (next.first_day != day || next.end_day > period.end_day) return {};
    day = next.end_day;
    periods.push_back(std::move(next));
  }
  return periods;
}

absl::StatusOr<Period> ParsePeriod(const Calendar& calendar, absl::string_view id) {
  absl::string_view body = id;
  if (!absl::ConsumePrefix(&body, calendar.id_prefix())) return BadId(calendar, id);
  std::optional<Period> period = Guess(calendar, body);
  if (!period.has_value() || period->id != id) return BadId(calendar, id);
  if (!IsUnbounded(calendar, *period) && !YearInRange(period->first_day))
    return BadId(calendar, id);
  return *std::move(period);
}

Period PeriodOfDays(const Calendar& calendar, const DayRange& days) {
  Period period;
  period.first_day = days.first_day;
  period.end_day = days.end_day;
  period.start = calendar.StartOf(days.first_day);
  period.end = calendar.StartOf(days.end_day);
  return period;
}

int DayCount(const Calendar& calendar, const Period& period) {
  const int days = period.civil_days();
  // A skipped day takes 24 h away; all other clock changes of a period stay well below 12 h.
  if (period.end - period.start > days * absl::Hours(24) - absl::Hours(12)) return days;
  int count = 0;
  for (absl::CivilDay day = period.first_day; day < period.end_day; ++day) {
    if (calendar.Exists(day)) ++count;
  }
  return count;
}

int WorkingDayCount(const Calendar& calendar, const Period& period) {
  int count = 0;
  for (absl::CivilDay day = period.first_day; day < period.end_day; ++day) {
    if (calendar.IsWorkingDay(day)) ++count;
  }
  return count;
}

}  // namespace kpisuite
