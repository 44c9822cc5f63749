#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"

namespace kpisuite {

// A named event of a calendar (Easter, a sale) that moves from year to year, as a person writes it.
struct CalendarEvent {
  std::string name;
  // The day of the event, once a year, in any order.
  std::vector<absl::CivilDay> dates;
  // Days around the date that move along with it, 0 to 30 each.
  int days_before = 0;
  int days_after = 0;
};

// All events of a calendar, for the comparator HOLIDAY_ALIGNED. Immutable.
class CalendarEvents {
 public:
  // No events.
  CalendarEvents() = default;
  // INVALID_ARGUMENT (InvalidFields, paths `events[2].dates` and so on), all problems at once: no
  // name or one twice, no date, too many, days out of range, and days that belong to two events.
  static absl::StatusOr<CalendarEvents> Create(const std::vector<CalendarEvent>& events);

  // The day a year before that compares with `day`; nothing if there is none.
  //   A day of an event compares with the same day of the event's date before, which is 300 to 430
  //   days earlier (none if there is no such date).
  //   An ordinary day compares with the day 364 days earlier. Where that is a day of an event, it
  //   takes the day that this event has freed by moving, so that a day is never compared twice
  //   (none if the event has no next date).
  std::optional<absl::CivilDay> YearBefore(absl::CivilDay day) const;

 private:
  // The days of one date of one event.
  struct Occurrence {
    absl::CivilDay first_day;
    absl::CivilDay end_day;
    absl::CivilDay date;
    // Index of the dates before and after it of the same event, -1 if there is none.
    int before = -1;
    int after = -1;
  };

  const Occurrence* OccurrenceOn(absl::CivilDay day) const;

  std::vector<Occurrence> occurrences_;  // by first day
};

}  // namespace kpisuite
