#include "libs/kpi/period_path.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "libs/kpi/comparator.h"

namespace kpisuite {
namespace {

// A place on the way: a period, of which only the first `elapsed` days count when it is cut.
struct Place {
  Window window;
  Period period;
  std::optional<int> elapsed;

  absl::CivilDay end_day() const {
    return elapsed.has_value() ? std::min(period.first_day + *elapsed, period.end_day)
                               : period.end_day;
  }
};

// Into the period of another window that contains the last day which counts.
Place Enter(const Calendar& calendar, const Window& window, const Place& place) {
  const absl::CivilDay last = std::max(place.end_day() - 1, place.period.first_day);
  Place next{window, window.At(calendar, last), {}};
  if (last + 1 < next.period.end_day) {
    next.elapsed = static_cast<int>(last + 1 - next.period.first_day);
  }
  return next;
}

std::optional<Period> Earlier(const Calendar& calendar, const Place& place, const PeriodHop& hop) {
  if (hop.offset == PeriodHop::Offset::kNone) return place.period;
  const Comparator comparator{.kind = hop.offset == PeriodHop::Offset::kPreviousPeriod
                                          ? ComparatorKind::kPreviousPeriod
                                          : ComparatorKind::kSamePeriodLastYear,
                              .count = hop.count};
  return ComparableOf(place.window, calendar, place.period, comparator).period;
}

}  // namespace

std::string PathText(absl::Span<const PeriodHop> path) {
  std::string text;
  for (const PeriodHop& hop : path) {
    if (!text.empty()) text += '/';
    if (hop.window.has_value()) text += hop.window->id();
    if (hop.offset == PeriodHop::Offset::kPreviousPeriod) absl::StrAppend(&text, "-", hop.count);
    if (hop.offset == PeriodHop::Offset::kSamePeriodLastYear) {
      absl::StrAppend(&text, "-", hop.count, "Y");
    }
  }
  return text;
}

bool ReadsEarlierPeriod(absl::Span<const PeriodHop> path) {
  return std::any_of(path.begin(), path.end(),
                     [](const PeriodHop& hop) { return hop.offset != PeriodHop::Offset::kNone; });
}

std::optional<PathEnd> FollowPath(const Calendar& calendar, const Window& window,
                                  const Period& period, absl::Span<const PeriodHop> path) {
  Place place{window, period, {}};
  for (const PeriodHop& hop : path) {
    if (hop.window.has_value()) place = Enter(calendar, *hop.window, place);
    std::optional<Period> earlier = Earlier(calendar, place, hop);
    if (!earlier.has_value()) return std::nullopt;
    place.period = *std::move(earlier);
  }
  const DayRange reach = place.window.ReachOf(calendar, place.period);
  return PathEnd{
      place.window,
      place.period,
      {reach.first_day, std::max(reach.first_day, std::min(reach.end_day, place.end_day()))}};
}

}  // namespace kpisuite
