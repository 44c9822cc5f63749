#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "libs/kpi/calendar_events.h"
#include "libs/kpi/custom_periods.h"
#include "libs/kpi/grain.h"

namespace kpisuite {

enum class CalendarType {
  kGregorian,
  kFiscalMonthOffset,
  // The 4-4-5 family: years of 52 or 53 weeks, quarters of 13 weeks that are cut into months of
  // 4, 4 and 5 weeks (or as the name says). A 53rd week belongs to the year's last month.
  kFiscal445,
  kFiscal454,
  kFiscal544,
  // Years of ISO weeks; there are no months and quarters.
  kIsoWeek,
  // A table of periods.
  kCustom,
};

// Which calendar year names a fiscal year that touches two. In the 4-4-5 family the nominal years
// count, from the month after YearEnd::month: where weeks run over the end of the month by a few
// days, the name stays.
enum class FiscalYearLabel { kStart, kEnd };

// The 4-4-5 family only: the last day of the fiscal year.
enum class YearEndRule {
  kLast,     // the last such weekday of the month
  kNearest,  // the such weekday that is nearest to the month's last day
};
struct YearEnd {
  YearEndRule rule = YearEndRule::kLast;
  int month = 12;  // 1 to 12
  absl::Weekday weekday = absl::Weekday::saturday;
};

// What a week compares with where years of 52 and 53 weeks meet (comparator.h).
enum class Week53 {
  kRestated,    // after a year of 53 weeks: the week with the next number
  kSameNumber,  // the week with the same number
  kDrop53,      // the same, with weeks 53 left out of everything
};

// What a person writes about a calendar. The defaults are the Gregorian calendar in UTC.
struct CalendarSpec {
  // Prefix of the calendar's period ids (`fy04:2025-P03`); a lower-case RFC 1123 label. Empty for
  // the unnamed calendar of a KPI that only states its zone: plain ids, Monday weeks, GREGORIAN.
  std::string name;
  // IANA name, for instance America/Chicago.
  std::string time_zone = "UTC";
  // Local wall time at which a day starts: whole minutes in [0 h, 24 h).
  absl::Duration day_start = absl::ZeroDuration();
  // The week's number and year are those of its fourth day, which is ISO 8601 for Monday.
  // ISO_WEEK: Monday. The 4-4-5 family: ignored, the day after YearEnd::weekday.
  absl::Weekday week_start = absl::Weekday::monday;
  CalendarType type = CalendarType::kGregorian;
  // FISCAL_MONTH_OFFSET only: first month of the fiscal year, 1 to 12.
  int first_month = 1;
  FiscalYearLabel year_label = FiscalYearLabel::kStart;
  // Required in the 4-4-5 family, refused elsewhere.
  std::optional<YearEnd> year_end;
  // Required for CUSTOM, refused elsewhere.
  std::vector<CustomPeriodRow> periods;
  Week53 week_53 = Week53::kRestated;
  // For HOLIDAY_ALIGNED.
  std::vector<CalendarEvent> events;
  // Monday first.
  std::array<bool, 7> working_weekdays = {true, true, true, true, true, false, false};
  // In any order; repeated days count once.
  std::vector<absl::CivilDay> holidays;
};

// A validated calendar: which instants form a local day, and which days are worked.
// Immutable; safe to share between threads. A day D is [StartOf(D), StartOf(D + 1)).
class Calendar {
 public:
  // Gregorian, UTC, unnamed.
  Calendar();
  // INVALID_ARGUMENT (InvalidFields, paths `name`, `timeZone`, `dayStart`, `weekStart`,
  // `firstMonth`, `endRule`, `endMonth`, `periods[i].id`, `events[i].name` and so on), all problems
  // at once.
  static absl::StatusOr<Calendar> Create(CalendarSpec spec);

  const CalendarSpec& spec() const { return spec_; }
  const std::string& name() const { return spec_.name; }
  absl::TimeZone zone() const { return zone_; }
  // `fy04:` or empty.
  const std::string& id_prefix() const { return id_prefix_; }
  bool is_445_family() const { return spec_.year_end.has_value(); }
  // The table of a CUSTOM calendar; null for all others.
  const CustomPeriods* custom() const { return custom_.get(); }
  // What the cuts of years depend on besides type, first month, label and start of the week: the
  // rule of the year's end, or a digest of the table; otherwise empty.
  const std::string& year_key() const { return year_key_; }
  const CalendarEvents& events() const { return events_; }
  // Whether the calendar has periods of that grain: DAY and ALL always, otherwise by its type.
  bool HasGrain(Grain grain) const;

  // First instant of the local day. A start that the zone skips is the first instant after the
  // gap, a repeated one is the first. A day which the zone skips has the start of the next day.
  absl::Time StartOf(absl::CivilDay day) const;
  // The day that contains the instant; instants outside of unix nanoseconds (years 1677 to 2262)
  // count as the nearest within.
  absl::CivilDay DayOf(absl::Time time) const;
  // As above; `time_nano` is unix nanoseconds.
  absl::CivilDay DayOf(int64_t time_nano) const;
  // False for days which the zone skips (Pacific/Apia 2011-12-30): they have zero hours.
  bool Exists(absl::CivilDay day) const { return StartOf(day) < StartOf(day + 1); }
  // A working weekday that exists and is no holiday.
  bool IsWorkingDay(absl::CivilDay day) const;

 private:
  CalendarSpec spec_;
  absl::TimeZone zone_;
  std::string id_prefix_;
  std::string year_key_;
  CalendarEvents events_;
  std::shared_ptr<const CustomPeriods> custom_;
};

// Finds the day of each sample of a stream; remembers the last day, so that a run of samples of
// one day costs two comparisons each. Thread-compatible; the calendar must outlive it.
class DayLocator {
 public:
  explicit DayLocator(const Calendar* calendar) : calendar_(calendar) {}

  // `time_nano` is unix nanoseconds.
  absl::CivilDay DayOf(int64_t time_nano) {
    if (time_nano < start_nano_ || time_nano >= end_nano_) Locate(time_nano);
    return day_;
  }
  // A business date sent by the source wins over the instant.
  absl::CivilDay DayOf(int64_t time_nano, const std::optional<absl::CivilDay>& business_date) {
    return business_date.has_value() ? *business_date : DayOf(time_nano);
  }

 private:
  void Locate(int64_t time_nano);

  const Calendar* calendar_;
  absl::CivilDay day_;
  // The remembered day as unix nanoseconds; empty at first.
  int64_t start_nano_ = 0;
  int64_t end_nano_ = 0;
};

// Reads `2025-03-31` strictly. INVALID_ARGUMENT otherwise.
absl::StatusOr<absl::CivilDay> ParseDay(absl::string_view text);
// `2025-03-31`.
std::string FormatDay(absl::CivilDay day);
// The same day `months` later; days beyond the month's end clip to its last day.
absl::CivilDay AddMonths(absl::CivilDay day, int months);
// Reads a wall time `HH:MM` (00:00 to 23:59) into a day start. INVALID_ARGUMENT otherwise.
absl::StatusOr<absl::Duration> ParseDayStart(absl::string_view text);

}  // namespace kpisuite
