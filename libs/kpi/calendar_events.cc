#include "libs/kpi/calendar_events.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "libs/kpi/calendar.h"
#include "libs/kpi/quoted.h"

namespace kpisuite {
namespace {

constexpr size_t kMaxEvents = 200;
constexpr size_t kMaxDates = 600;
constexpr size_t kMaxNameLength = 64;
constexpr int kMaxDaysAround = 30;
// 52 weeks: the same weekday a year before.
constexpr int kDaysOfWeeks = 364;
// Easter moves by up to 35 days, lunar years have 354 or 384 days.
constexpr int kShortestYear = 300;
constexpr int kLongestYear = 430;

FieldViolation Violation(size_t event, absl::string_view field, absl::string_view got,
                         absl::string_view want, absl::string_view reason) {
  return {absl::StrCat("events[", event, "].", field), absl::StrCat("got ", got, ", want ", want),
          std::string(reason), 0, 0};
}

void CheckEvent(const CalendarEvent& event, size_t index, std::set<std::string>* names,
                std::vector<FieldViolation>* violations) {
  const auto add = [&](absl::string_view field, absl::string_view got, absl::string_view want,
                       absl::string_view reason) {
    violations->push_back(Violation(index, field, got, want, reason));
  };
  if (event.name.empty() || event.name.size() > kMaxNameLength) {
    add("name", Quoted(event.name), absl::StrCat("1 to ", kMaxNameLength, " characters"), "SYNTAX");
  } else if (!names->insert(event.name).second) {
    add("name", Quoted(event.name), "each event once", "DUPLICATE");
  }
  if (event.dates.empty() || event.dates.size() > kMaxDates) {
    add("dates", absl::StrCat(event.dates.size(), " dates"), absl::StrCat("1 to ", kMaxDates),
        event.dates.empty() ? "REQUIRED" : "LIMIT");
  }
  const std::pair<absl::string_view, int> arounds[] = {{"daysBefore", event.days_before},
                                                       {"daysAfter", event.days_after}};
  for (const auto& [field, days] : arounds) {
    if (days < 0 || days > kMaxDaysAround) {
      add(field, absl::StrCat(days), absl::StrCat("0 to ", kMaxDaysAround), "OUT_OF_RANGE");
    }
  }
}

}  // namespace

absl::StatusOr<CalendarEvents> CalendarEvents::Create(const std::vector<CalendarEvent>& events) {
  std::vector<FieldViolation> violations;
  std::set<std::string> names;
  if (events.size() > kMaxEvents) {
    return InvalidFields(
        {{"events", absl::StrCat("got ", events.size(), ", want at most ", kMaxEvents), "LIMIT", 0,
          0}});
  }
  // First day of an occurrence, with its event.
  std::map<std::pair<absl::CivilDay, size_t>, Occurrence> found;
  for (size_t i = 0; i < events.size(); ++i) {
    const size_t before = violations.size();
    CheckEvent(events[i], i, &names, &violations);
    if (violations.size() != before) continue;
    for (const absl::CivilDay date : events[i].dates) {
      const Occurrence occurrence = {date - events[i].days_before, date + events[i].days_after + 1,
                                     date};
      found.emplace(std::pair(occurrence.first_day, i), occurrence);
    }
  }
  CalendarEvents result;
  std::map<size_t, int> last;  // of each event
  for (const auto& [key, occurrence] : found) {
    const size_t event = key.second;
    if (!result.occurrences_.empty() && occurrence.first_day < result.occurrences_.back().end_day) {
      violations.push_back(Violation(event, "dates", FormatDay(occurrence.date),
                                     "days that belong to no other event", "OVERLAP"));
    }
    const int index = static_cast<int>(result.occurrences_.size());
    result.occurrences_.push_back(occurrence);
    if (const auto it = last.find(event); it != last.end()) {
      Occurrence& earlier = result.occurrences_[it->second];
      const int days = static_cast<int>(occurrence.date - earlier.date);
      if (days >= kShortestYear && days <= kLongestYear) {
        result.occurrences_[index].before = it->second;
        earlier.after = index;
      }
    }
    last[event] = index;
  }
  if (!violations.empty()) return InvalidFields(std::move(violations));
  return result;
}

const CalendarEvents::Occurrence* CalendarEvents::OccurrenceOn(absl::CivilDay day) const {
  const auto found =
      std::partition_point(occurrences_.begin(), occurrences_.end(),
                           [&](const Occurrence& item) { return item.end_day <= day; });
  return found == occurrences_.end() || day < found->first_day ? nullptr : &*found;
}

std::optional<absl::CivilDay> CalendarEvents::YearBefore(absl::CivilDay day) const {
  if (const Occurrence* own = OccurrenceOn(day); own != nullptr) {
    if (own->before < 0) return std::nullopt;
    return occurrences_[own->before].date + (day - own->date);
  }
  absl::CivilDay before = day - kDaysOfWeeks;
  // Each round leaves one occurrence behind, so that the walk ends.
  while (const Occurrence* taken = OccurrenceOn(before)) {
    if (taken->after < 0) return std::nullopt;
    before = occurrences_[taken->after].date + (before - taken->date) - kDaysOfWeeks;
  }
  return before;
}

}  // namespace kpisuite
