#include "libs/kpi/week_year.h"

namespace kpisuite {
namespace {

constexpr int kDaysPerWeek = 7;
constexpr int kMonthsPerQuarter = 3;
constexpr int kWeeksPerQuarter = 13;

int DaysSince(absl::Weekday weekday, absl::CivilDay day) {
  const int days = static_cast<int>(absl::GetWeekday(day)) - static_cast<int>(weekday);
  return (days + kDaysPerWeek) % kDaysPerWeek;
}

// Last day of the fiscal year that ends by the rule around the month of `year`.
absl::CivilDay EndOf(const YearEnd& end, int year) {
  const absl::CivilDay last = absl::CivilDay(absl::CivilMonth(year, end.month) + 1) - 1;
  const int days = DaysSince(end.weekday, last);
  const bool next_is_nearer = end.rule == YearEndRule::kNearest && days > kDaysPerWeek / 2;
  return last - days + (next_is_nearer ? kDaysPerWeek : 0);
}

// First day of the year with that name.
absl::CivilDay FirstDayNamed(const Calendar& calendar, int year) {
  const CalendarSpec& spec = calendar.spec();
  if (!spec.year_end.has_value()) {
    const absl::CivilDay fourth_of_january(year, 1, 4);
    return fourth_of_january - DaysSince(spec.week_start, fourth_of_january);
  }
  // A year that ends around December lies in one calendar year, whichever names it.
  const bool ends_a_year_later =
      spec.year_label == FiscalYearLabel::kStart && spec.year_end->month != 12;
  return EndOf(*spec.year_end, ends_a_year_later ? year : year - 1) + 1;
}

}  // namespace

WeekYear WeekYearNamed(const Calendar& calendar, int year) {
  const absl::CivilDay first = FirstDayNamed(calendar, year);
  const absl::CivilDay end = FirstDayNamed(calendar, year + 1);
  return {year, first, static_cast<int>((end - first) / kDaysPerWeek)};
}

WeekYear WeekYearOf(const Calendar& calendar, absl::CivilDay day) {
  WeekYear year = WeekYearNamed(calendar, static_cast<int>(day.year()));
  while (day < year.first_day) year = WeekYearNamed(calendar, year.year - 1);
  while (day >= year.end_day()) year = WeekYearNamed(calendar, year.year + 1);
  return year;
}

std::array<int, 12> WeeksBeforeMonths(CalendarType type) {
  const int first = type == CalendarType::kFiscal544 ? 5 : 4;
  const int second = type == CalendarType::kFiscal454 ? 5 : 4;
  std::array<int, 12> weeks;
  for (int month = 0; month < 12; ++month) {
    const int position = month % kMonthsPerQuarter;
    weeks[month] = kWeeksPerQuarter * (month / kMonthsPerQuarter) + (position > 0 ? first : 0) +
                   (position > 1 ? second : 0);
  }
  return weeks;
}

}  // namespace kpisuite
