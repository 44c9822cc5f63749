// Any two lines, a window and a period id of some calendar: what is read is written canonically,
// and all comparators of a period that the window accepts give disjoint days in order.

#include <vector>

#include "absl/strings/str_split.h"
#include "libs/kpi/comparator.h"
#include "tests/fuzz/require.h"

namespace kpisuite {
namespace {

std::vector<Calendar> MakeCalendars() {
  CalendarSpec fiscal{.name = "c", .type = CalendarType::kFiscalMonthOffset, .first_month = 4};
  CalendarSpec retail{.name = "c", .type = CalendarType::kFiscal454, .year_end = YearEnd()};
  CalendarSpec iso{.name = "c", .type = CalendarType::kIsoWeek};
  CalendarSpec custom{.name = "c", .type = CalendarType::kCustom};
  const absl::CivilDay day(2025, 1, 1);
  custom.periods = {{"Y", day, day + 20, "", ""}, {"Z", day + 20, day + 50, "", "Y"}};
  custom.events = {{"e", {day, day + 350}, 1, 1}};
  std::vector<Calendar> calendars = {Calendar()};
  for (const CalendarSpec& spec : {fiscal, retail, iso, custom}) {
    calendars.push_back(*Calendar::Create(spec));
  }
  return calendars;
}

void RequireOrder(const std::vector<DayRange>& ranges) {
  for (size_t i = 0; i < ranges.size(); ++i) {
    Require(ranges[i].first_day < ranges[i].end_day);
    if (i > 0) Require(ranges[i - 1].end_day < ranges[i].first_day);
  }
}

void CheckPeriod(const Calendar& calendar, const Window& window, absl::string_view id) {
  const absl::StatusOr<Period> period = ParsePeriod(calendar, id);
  if (!period.ok()) return;
  Require(period->id == id && period->first_day < period->end_day);
  // Years of days, one by one, are slow and say nothing more.
  if (!window.FitsCalendar(calendar) || !window.Accepts(*period) || window.count() > 10) return;
  for (const ComparatorKind kind : kAllComparatorKinds) {
    const Comparator comparator = {kind};
    RequireOrder(ComparableOf(window, calendar, *period, comparator).days);
    const absl::Time middle = period->start + (period->end - period->start) / 2;
    RequireOrder(CutComparable(window, calendar, *period, comparator, middle).days);
  }
}

void Check(absl::string_view text) {
  static const auto* const calendars = new std::vector<Calendar>(MakeCalendars());
  const std::pair<absl::string_view, absl::string_view> lines =
      absl::StrSplit(text, absl::MaxSplits('\n', 1));
  const absl::StatusOr<Window> window = Window::Parse(lines.first);
  if (!window.ok()) return;
  Require(*Window::Parse(window->id()) == *window);
  for (const Calendar& calendar : *calendars) CheckPeriod(calendar, *window, lines.second);
}

}  // namespace
}  // namespace kpisuite

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  kpisuite::Check({reinterpret_cast<const char*>(data), size});
  return 0;
}
