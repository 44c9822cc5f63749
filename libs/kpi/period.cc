#include "libs/kpi/period.h"

#include <algorithm>
#include <cstdlib>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/strip.h"
#include "libs/base/error.h"
#include "libs/base/status_macros.h"
#include "libs/kpi/quoted.h"

namespace kpisuite {
namespace {

constexpr int kMonthsPerYear = 12;
constexpr int kMonthsPerQuarter = 3;

bool IsFiscal(const Calendar& calendar) {
  return calendar.spec().type == CalendarType::kFiscalMonthOffset;
}

// What to add to the calendar year in which a (fiscal) year begins to get its label.
int LabelOffset(const Calendar& calendar) {
  const CalendarSpec& spec = calendar.spec();
  return spec.year_label == FiscalYearLabel::kEnd && spec.first_month != 1 ? 1 : 0;
}

// Months from the first month of the (fiscal) year to the day's month, 0 to 11.
int MonthPosition(const Calendar& calendar, absl::CivilDay day) {
  return (day.month() - calendar.spec().first_month + kMonthsPerYear) % kMonthsPerYear;
}

absl::CivilDay WeekStart(const Calendar& calendar, absl::CivilDay day) {
  const int weekday = static_cast<int>(absl::GetWeekday(day));
  return day - (weekday - static_cast<int>(calendar.spec().week_start) + 7) % 7;
}

absl::CivilDay FirstDay(const Calendar& calendar, Grain grain, absl::CivilDay day) {
  const int position = MonthPosition(calendar, day);
  switch (grain) {
    case Grain::kDay: return day;
    case Grain::kWeek: return WeekStart(calendar, day);
    case Grain::kMonth: return absl::CivilDay(absl::CivilMonth(day));
    case Grain::kQuarter:
      return absl::CivilDay(absl::CivilMonth(day) - position % kMonthsPerQuarter);
    case Grain::kYear: return absl::CivilDay(absl::CivilMonth(day) - position);
  }
  return day;
}

// First day of the period `count` periods after the one which begins on `first_day`.
absl::CivilDay ShiftFirstDay(Grain grain, absl::CivilDay first_day, int count) {
  const absl::CivilMonth month(first_day);
  switch (grain) {
    case Grain::kDay: return first_day + count;
    case Grain::kWeek: return first_day + 7 * count;
    case Grain::kMonth: return absl::CivilDay(month + count);
    case Grain::kQuarter: return absl::CivilDay(month + kMonthsPerQuarter * count);
    case Grain::kYear: return absl::CivilDay(month + kMonthsPerYear * count);
  }
  return first_day;
}

std::string IdOf(const Calendar& calendar, Grain grain, absl::CivilDay first_day) {
  const int position = MonthPosition(calendar, first_day);
  const absl::CivilDay year_start = FirstDay(calendar, Grain::kYear, first_day);
  const std::string year = absl::StrFormat("%04d", year_start.year() + LabelOffset(calendar));
  const std::string& prefix = calendar.id_prefix();
  switch (grain) {
    case Grain::kDay: return absl::StrCat(prefix, FormatDay(first_day));
    case Grain::kWeek: {
      const absl::CivilDay fourth = first_day + 3;
      return absl::StrFormat("%s%04d-W%02d", prefix, fourth.year(),
                             (absl::GetYearDay(fourth) - 1) / 7 + 1);
    }
    case Grain::kMonth:
      return absl::StrFormat("%s%s-%s%02d", prefix, year, IsFiscal(calendar) ? "P" : "",
                             position + 1);
    case Grain::kQuarter: return absl::StrCat(prefix, year, "-Q", position / kMonthsPerQuarter + 1);
    case Grain::kYear: return absl::StrCat(prefix, year);
  }
  return "";
}

Period PeriodFrom(const Calendar& calendar, Grain grain, absl::CivilDay first_day) {
  Period period;
  period.grain = grain;
  period.first_day = first_day;
  period.end_day = ShiftFirstDay(grain, first_day, 1);
  period.start = calendar.StartOf(period.first_day);
  period.end = calendar.StartOf(period.end_day);
  period.id = IdOf(calendar, grain, first_day);
  return period;
}

bool YearInRange(absl::CivilDay day) {
  return day.year() >= kMinPeriodYear && day.year() <= kMaxPeriodYear;
}

// First day of week `number` of the week year: week 1 holds 4 January.
absl::CivilDay WeekFirstDay(const Calendar& calendar, int year, int number) {
  return WeekStart(calendar, absl::CivilDay(year, 1, 4)) + 7 * (number - 1);
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
  ParsedId id{Grain::kYear, 0, 0};
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

absl::CivilDay FirstDayOf(const Calendar& calendar, const ParsedId& id) {
  if (id.grain == Grain::kWeek) return WeekFirstDay(calendar, id.year, id.number);
  const absl::CivilMonth start(id.year - LabelOffset(calendar), calendar.spec().first_month);
  if (id.grain == Grain::kMonth) return absl::CivilDay(start + (id.number - 1));
  if (id.grain == Grain::kQuarter) {
    return absl::CivilDay(start + kMonthsPerQuarter * (id.number - 1));
  }
  return absl::CivilDay(start);
}

absl::Status BadId(const Calendar& calendar, absl::string_view id) {
  const std::string& prefix = calendar.id_prefix();
  return InvalidFields(
      {{"period",
        absl::StrFormat("got %s, want %s2025-03-31, %s2025-W14, %s2025-%s, "
                        "%s2025-Q1 or %s2025, in the years %d to %d",
                        Quoted(id), prefix, prefix, prefix, IsFiscal(calendar) ? "P03" : "03",
                        prefix, prefix, kMinPeriodYear, kMaxPeriodYear),
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
  }
  return "";
}

Period PeriodOf(const Calendar& calendar, Grain grain, absl::CivilDay day) {
  return PeriodFrom(calendar, grain, FirstDay(calendar, grain, day));
}

Period PeriodOf(const Calendar& calendar, Grain grain, absl::Time time) {
  return PeriodOf(calendar, grain, calendar.DayOf(time));
}

Period NextPeriod(const Calendar& calendar, const Period& period) {
  return PeriodFrom(calendar, period.grain, period.end_day);
}

Period PreviousPeriod(const Calendar& calendar, const Period& period) {
  return PeriodFrom(calendar, period.grain, ShiftFirstDay(period.grain, period.first_day, -1));
}

absl::StatusOr<Period> ShiftPeriod(const Calendar& calendar, const Period& period, int count) {
  // More than all days of the supported years, and far from overflow.
  constexpr int kMaxShift = 400 * (kMaxPeriodYear - kMinPeriodYear);
  if (std::abs(static_cast<int64_t>(count)) <= kMaxShift) {
    const absl::CivilDay first = ShiftFirstDay(period.grain, period.first_day, count);
    if (YearInRange(first)) return PeriodFrom(calendar, period.grain, first);
  }
  return MakeError(absl::StatusCode::kOutOfRange, "INVALID_FIELD",
                   absl::StrCat("period: got ", period.id, " shifted by ", count,
                                ", want a year from ", kMinPeriodYear, " to ", kMaxPeriodYear));
}

std::vector<Period> PeriodsContaining(const Calendar& calendar, absl::CivilDay day) {
  std::vector<Period> periods;
  for (Grain grain : kAllGrains) periods.push_back(PeriodOf(calendar, grain, day));
  return periods;
}

std::vector<Period> PeriodsWithin(const Calendar& calendar, const Period& period, Grain grain) {
  std::vector<Period> periods;
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
  Grain grain = Grain::kDay;
  absl::CivilDay first;
  if (const std::optional<ParsedId> parsed = ParseShape(body); parsed.has_value()) {
    grain = parsed->grain;
    first = FirstDayOf(calendar, *parsed);
  } else if (const absl::StatusOr<absl::CivilDay> day = ParseDay(body); day.ok()) {
    first = *day;
  } else {
    return BadId(calendar, id);
  }
  if (!YearInRange(first)) return BadId(calendar, id);
  // Numbers out of range and the letter of another calendar do not come back as they came.
  Period period = PeriodFrom(calendar, grain, first);
  if (period.id != id) return BadId(calendar, id);
  return period;
}

Period PeriodOfDays(const Calendar& calendar, const DayRange& days) {
  Period period;
  period.first_day = days.first;
  period.end_day = days.end;
  period.start = calendar.StartOf(days.first);
  period.end = calendar.StartOf(days.end);
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

Comparable PreviousComparable(const Calendar& calendar, const Period& period, int count) {
  const absl::StatusOr<Period> shifted = ShiftPeriod(calendar, period, -count);
  if (!shifted.ok()) return {};
  return {*shifted, false};
}

Comparable LastYearComparable(const Calendar& calendar, const Period& period, int years) {
  if (years > kMaxPeriodYear - kMinPeriodYear) return {};
  if (period.grain == Grain::kWeek) {
    const absl::CivilDay fourth = period.first_day + 3;
    const int number = (absl::GetYearDay(fourth) - 1) / 7 + 1;
    const int year = static_cast<int>(fourth.year()) - years;
    const absl::CivilDay first = WeekFirstDay(calendar, year, number);
    if ((first + 3).year() != year || !YearInRange(first)) return {};
    return {PeriodFrom(calendar, Grain::kWeek, first), false};
  }
  // Days, months, quarters and years all begin on a day that moves by whole years.
  const absl::CivilDay first = AddMonths(period.first_day, -kMonthsPerYear * years);
  if (!YearInRange(first)) return {};
  return {PeriodFrom(calendar, period.grain, first), first.day() != period.first_day.day()};
}

}  // namespace kpisuite
