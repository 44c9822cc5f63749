#include "libs/kpi/comparator.h"

#include <algorithm>
#include <string>
#include <utility>

#include "absl/numeric/int128.h"
#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "libs/kpi/counterpart.h"

namespace kpisuite {
namespace {

constexpr int kMaxPeriodsBack = 1000;
constexpr int kMaxYearsBack = 100;

// Sorts days and joins those that follow one another.
std::vector<DayRange> RangesOf(std::vector<absl::CivilDay> days) {
  std::sort(days.begin(), days.end());
  std::vector<DayRange> ranges;
  for (const absl::CivilDay day : days) {
    if (!ranges.empty() && day < ranges.back().end_day) continue;
    if (!ranges.empty() && day == ranges.back().end_day) {
      ++ranges.back().end_day;
    } else {
      ranges.push_back({day, day + 1});
    }
  }
  return ranges;
}

// Both sides of a comparison by day, of the days `own`.
Comparable CompareDays(const Calendar& calendar, const DayRange& own,
                       const Comparator& comparator) {
  Comparable result;
  std::vector<absl::CivilDay> own_days;
  std::vector<absl::CivilDay> days;
  for (absl::CivilDay day = own.first_day; day < own.end_day; ++day) {
    if (!IsCompared(calendar, day, comparator)) continue;
    own_days.push_back(day);
    const std::optional<absl::CivilDay> found = CounterpartOf(calendar, day, comparator);
    if (found.has_value()) {
      days.push_back(*found);
    } else {
      result.partial = true;
    }
  }
  result.own_days = RangesOf(std::move(own_days));
  result.days = RangesOf(std::move(days));
  return result;
}

// What begins with all time goes on doing so; only its end moves.
Comparable CompareFromTheBeginning(const Calendar& calendar, const DayRange& own,
                                   const Comparator& comparator) {
  Comparable result;
  result.own_days = {own};
  const std::optional<absl::CivilDay> last = CounterpartOf(calendar, own.end_day - 1, comparator);
  if (last.has_value()) result.days = {{kFirstDay, *last + 1}};
  return result;
}

bool IsAll(const Period& period) { return period.grain == Grain::kAll; }

Comparable CompareReach(const Window& window, const Calendar& calendar, const DayRange& own,
                        const Comparator& comparator) {
  return window.kind() == WindowKind::kCumulative
             ? CompareFromTheBeginning(calendar, own, comparator)
             : CompareDays(calendar, own, comparator);
}

// The period that consists of the counterparts of this one's days, if there is one.
std::optional<Period> PeriodOfDays(const Calendar& calendar, const Period& period,
                                   const Comparator& comparator) {
  const Comparable own = CompareDays(calendar, {period.first_day, period.end_day}, comparator);
  if (own.days.size() != 1 || own.partial) return std::nullopt;
  Period found = PeriodOf(calendar, period.grain, own.days[0].first_day);
  if (DayRange{found.first_day, found.end_day} != own.days[0]) return std::nullopt;
  return found;
}

// The instant at which the wall clock of `day` shows `wall` after the start of days.
absl::Time AtWallTime(const Calendar& calendar, absl::CivilDay day, absl::Duration wall) {
  const absl::Duration since_midnight = calendar.spec().day_start + wall;
  const absl::CivilSecond local =
      absl::CivilSecond(day) + absl::ToInt64Seconds(absl::Floor(since_midnight, absl::Seconds(1)));
  const absl::TimeZone::TimeInfo info = calendar.zone().At(local);
  if (info.kind == absl::TimeZone::TimeInfo::SKIPPED) return info.trans;
  return info.pre + (since_midnight - absl::Floor(since_midnight, absl::Seconds(1)));
}

// Hours on the wall clock since the nominal start of the day that contains the instant; none at its
// first instant, also where the clocks skip the nominal one.
absl::Duration WallTimeOf(const Calendar& calendar, absl::CivilDay day, absl::Time time) {
  if (time <= calendar.StartOf(day)) return absl::ZeroDuration();
  const absl::TimeZone::CivilInfo info = calendar.zone().At(time);
  const absl::Duration wall =
      absl::Seconds(info.cs - absl::CivilSecond(day)) + info.subsecond - calendar.spec().day_start;
  return std::max(wall, absl::ZeroDuration());
}

// The days before `day`, then `day` until the instant.
ComparableCut CutOn(const Calendar& calendar, std::vector<DayRange> days, absl::CivilDay day,
                    absl::Time until) {
  ComparableCut cut;
  cut.days = std::move(days);
  until = std::clamp(until, calendar.StartOf(day), calendar.StartOf(day + 1));
  if (until == calendar.StartOf(day)) return cut;
  cut.last_day = day;
  cut.until = until;
  return cut;
}

std::vector<DayRange> RangeOrNothing(absl::CivilDay first, absl::CivilDay end) {
  if (first >= end) return {};
  return {{first, end}};
}

// The instant in `other` that lies at the same share of its elapsed time.
absl::Time AtSameShare(const Period& period, const Period& other, absl::Time as_of) {
  const int64_t length = absl::ToInt64Seconds(period.end - period.start);
  if (length <= 0) return other.start;
  const absl::int128 elapsed = absl::ToInt64Seconds(as_of - period.start);
  const absl::int128 other_length = absl::ToInt64Seconds(other.end - other.start);
  return other.start + absl::Seconds(static_cast<int64_t>(elapsed * other_length / length));
}

}  // namespace

absl::string_view ComparatorKindName(ComparatorKind kind) {
  switch (kind) {
    case ComparatorKind::kPreviousPeriod: return "PREVIOUS_PERIOD";
    case ComparatorKind::kSamePeriodLastYear: return "SAME_PERIOD_LAST_YEAR";
    case ComparatorKind::kSameWeekday: return "SAME_WEEKDAY";
    case ComparatorKind::kComparable: return "COMPARABLE";
    case ComparatorKind::kHolidayAligned: return "HOLIDAY_ALIGNED";
  }
  return "";
}

absl::Status ValidateComparator(const Comparator& comparator) {
  const int most =
      comparator.kind == ComparatorKind::kPreviousPeriod ? kMaxPeriodsBack : kMaxYearsBack;
  if (comparator.count >= 1 && comparator.count <= most) return absl::OkStatus();
  return InvalidFields({{"count", absl::StrCat("got ", comparator.count, ", want 1 to ", most),
                         "OUT_OF_RANGE", 0, 0}});
}

Comparable ComparableOf(const Window& window, const Calendar& calendar, const Period& period,
                        const Comparator& comparator) {
  const DayRange own = window.ReachOf(calendar, period);
  Comparable result;
  if (IsAll(period)) {
    result.own_days = {own};
    return result;
  }
  if (ComparesByDay(calendar, period.grain, comparator)) {
    result = CompareReach(window, calendar, own, comparator);
    if (!result.days.empty()) result.period = PeriodOfDays(calendar, period, comparator);
    return result;
  }
  result.own_days = {own};
  Counterpart counterpart = CounterpartOf(calendar, period, comparator);
  if (!counterpart.period.has_value()) return result;
  result.days = {window.ReachOf(calendar, *counterpart.period)};
  result.period = std::move(counterpart.period);
  result.clipped = counterpart.clipped;
  return result;
}

ComparableCut CutComparable(const Window& window, const Calendar& calendar, const Period& period,
                            const Comparator& comparator, absl::Time as_of) {
  ComparableCut cut;
  const DayRange own = window.ReachOf(calendar, period);
  if (IsAll(period) || as_of < calendar.StartOf(own.first_day)) return cut;
  if (as_of >= calendar.StartOf(own.end_day)) {
    cut.days = ComparableOf(window, calendar, period, comparator).days;
    return cut;
  }
  const absl::CivilDay day = calendar.DayOf(as_of);
  const absl::Duration wall = WallTimeOf(calendar, day, as_of);
  if (ComparesByDay(calendar, period.grain, comparator)) {
    Comparable whole = CompareReach(window, calendar, {own.first_day, day}, comparator);
    const std::optional<absl::CivilDay> last = CounterpartOf(calendar, day, comparator);
    if (!last.has_value() || !IsCompared(calendar, day, comparator)) {
      cut.days = std::move(whole.days);
      return cut;
    }
    return CutOn(calendar, std::move(whole.days), *last, AtWallTime(calendar, *last, wall));
  }
  const std::optional<Period> other = CounterpartOf(calendar, period, comparator).period;
  if (!other.has_value()) return cut;
  const DayRange reach = window.ReachOf(calendar, *other);
  absl::CivilDay last = other->first_day + (day - period.first_day);
  absl::Time until = last < other->end_day ? AtWallTime(calendar, last, wall) : other->end;
  if (comparator.proportional && as_of > period.start) {
    until = AtSameShare(period, *other, as_of);
    last = calendar.DayOf(until);
  }
  if (last >= other->end_day) {
    cut.days = {reach};
    return cut;
  }
  if (last < reach.first_day) return cut;
  return CutOn(calendar, RangeOrNothing(reach.first_day, last), last, until);
}

}  // namespace kpisuite
