#include "libs/kpi/calendar.h"

#include <algorithm>
#include <limits>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "libs/base/error.h"
#include "libs/base/hash.h"
#include "libs/kpi/quoted.h"

namespace kpisuite {
namespace {

constexpr absl::Duration kDay = absl::Hours(24);
constexpr absl::Time kFirstInstant = absl::FromUnixNanos(std::numeric_limits<int64_t>::min());
constexpr absl::Time kLastInstant = absl::FromUnixNanos(std::numeric_limits<int64_t>::max());

FieldViolation Violation(absl::string_view field, absl::string_view got, absl::string_view want) {
  return {std::string(field), absl::StrCat("got ", got, ", want ", want), "", 0, 0};
}

bool IsLabel(absl::string_view name) {
  if (name.empty() || name.size() > 63 || name.front() == '-' || name.back() == '-') return false;
  return std::all_of(name.begin(), name.end(), [](char c) {
    return absl::ascii_islower(c) || absl::ascii_isdigit(c) || c == '-';
  });
}

// The zone loader also takes paths and pseudo zones such as "localtime", which differ between
// machines; only names of the IANA database may pass.
bool IsZoneName(absl::string_view name) {
  if (name.empty() || name.size() > 64 || name == "localtime") return false;
  char previous = '/';
  for (char c : name) {
    const bool starts_part = previous == '/';
    if (c == '/' ? starts_part : !absl::ascii_isalnum(c) && c != '_' && c != '-' && c != '+') {
      return false;
    }
    if (starts_part && !absl::ascii_isalpha(c)) return false;
    previous = c;
  }
  return previous != '/';
}

void CheckName(const CalendarSpec& spec, std::vector<FieldViolation>* violations) {
  if (!spec.name.empty() && !IsLabel(spec.name)) {
    violations->push_back(Violation("name", Quoted(spec.name),
                                    "1 to 63 lower-case letters, digits and inner hyphens"));
  }
  if (!spec.name.empty()) return;
  // Two calendars with plain ids must never give one id to different days.
  if (spec.type != CalendarType::kGregorian || spec.week_start != absl::Weekday::monday) {
    violations->push_back(Violation("name", "no name",
                                    "a name where weeks do not start on Monday or the type is "
                                    "not GREGORIAN"));
  }
}

void CheckFiscalYear(const CalendarSpec& spec, std::vector<FieldViolation>* violations) {
  if (spec.first_month < 1 || spec.first_month > 12) {
    violations->push_back(Violation("firstMonth", absl::StrCat(spec.first_month), "1 to 12"));
  } else if (spec.type != CalendarType::kFiscalMonthOffset && spec.first_month != 1) {
    violations->push_back(Violation("firstMonth", absl::StrCat(spec.first_month),
                                    "1, or the type FISCAL_MONTH_OFFSET"));
  }
}

bool Is445(CalendarType type) {
  return type == CalendarType::kFiscal445 || type == CalendarType::kFiscal454 ||
         type == CalendarType::kFiscal544;
}

void CheckYearEnd(const CalendarSpec& spec, std::vector<FieldViolation>* violations) {
  if (Is445(spec.type) != spec.year_end.has_value()) {
    violations->push_back(Is445(spec.type)
                              ? Violation("endRule", "nothing", "the rule for the year's last day")
                              : Violation("endRule", "a rule", "none outside of the 4-4-5 family"));
  } else if (spec.year_end.has_value() && (spec.year_end->month < 1 || spec.year_end->month > 12)) {
    violations->push_back(Violation("endMonth", absl::StrCat(spec.year_end->month), "1 to 12"));
  }
  if (spec.type == CalendarType::kIsoWeek && spec.week_start != absl::Weekday::monday) {
    violations->push_back(Violation("weekStart", "another day", "Monday: ISO weeks begin on it"));
  }
}

// The table of a CUSTOM calendar; null where there is none.
std::shared_ptr<const CustomPeriods> ReadPeriods(const CalendarSpec& spec,
                                                 std::vector<FieldViolation>* violations) {
  if (spec.type != CalendarType::kCustom) {
    if (!spec.periods.empty()) {
      violations->push_back(Violation("periods", "a table", "none outside of CUSTOM"));
    }
    return nullptr;
  }
  absl::StatusOr<CustomPeriods> periods = CustomPeriods::Create(spec.periods);
  if (periods.ok()) return std::make_shared<const CustomPeriods>(*std::move(periods));
  for (FieldViolation& item : GetErrorDetails(periods.status()).violations) {
    violations->push_back(std::move(item));
  }
  return nullptr;
}

std::string YearKey(const CalendarSpec& spec) {
  if (spec.year_end.has_value()) {
    return absl::StrCat(static_cast<int>(spec.year_end->rule), "/", spec.year_end->month, "/",
                        static_cast<int>(spec.year_end->weekday));
  }
  if (spec.periods.empty()) return "";
  std::vector<std::string> rows;
  for (const CustomPeriodRow& row : spec.periods) {
    rows.push_back(absl::StrCat(row.id, "|", FormatDay(row.first_day), "|", FormatDay(row.end_day),
                                "|", row.parent, "|", row.comparable_prior_id));
  }
  std::sort(rows.begin(), rows.end());
  return HexEncode(Sha256(absl::StrJoin(rows, "\n")).substr(0, 16));
}

CalendarEvents ReadEvents(const CalendarSpec& spec, std::vector<FieldViolation>* violations) {
  absl::StatusOr<CalendarEvents> events = CalendarEvents::Create(spec.events);
  if (events.ok()) return *std::move(events);
  for (FieldViolation& item : GetErrorDetails(events.status()).violations) {
    violations->push_back(std::move(item));
  }
  return {};
}

// Reads exactly `digits` digits.
bool ReadDigits(absl::string_view text, size_t digits, int* value) {
  return text.size() == digits && std::all_of(text.begin(), text.end(), absl::ascii_isdigit) &&
         absl::SimpleAtoi(text, value);
}

}  // namespace

Calendar::Calendar() : zone_(absl::UTCTimeZone()) {}

absl::StatusOr<Calendar> Calendar::Create(CalendarSpec spec) {
  std::vector<FieldViolation> violations;
  CheckName(spec, &violations);
  CheckFiscalYear(spec, &violations);
  CheckYearEnd(spec, &violations);
  Calendar calendar;
  calendar.custom_ = ReadPeriods(spec, &violations);
  calendar.events_ = ReadEvents(spec, &violations);
  if (!IsZoneName(spec.time_zone) || !absl::LoadTimeZone(spec.time_zone, &calendar.zone_)) {
    violations.push_back(Violation("timeZone", Quoted(spec.time_zone),
                                   "a name of the IANA time zone database, e.g. Europe/Berlin"));
  }
  if (spec.day_start < absl::ZeroDuration() || spec.day_start >= kDay ||
      spec.day_start != absl::Trunc(spec.day_start, absl::Minutes(1))) {
    violations.push_back(Violation("dayStart", absl::FormatDuration(spec.day_start),
                                   "whole minutes from 00:00 to 23:59"));
  }
  if (!violations.empty()) return InvalidFields(std::move(violations));
  if (spec.year_end.has_value()) {
    const int last = static_cast<int>(spec.year_end->weekday);
    spec.week_start = static_cast<absl::Weekday>((last + 1) % 7);
  }
  std::sort(spec.holidays.begin(), spec.holidays.end());
  spec.holidays.erase(std::unique(spec.holidays.begin(), spec.holidays.end()), spec.holidays.end());
  calendar.id_prefix_ = spec.name.empty() ? "" : absl::StrCat(spec.name, ":");
  calendar.year_key_ = YearKey(spec);
  calendar.spec_ = std::move(spec);
  return calendar;
}

bool Calendar::HasGrain(Grain grain) const {
  if (grain == Grain::kDay || grain == Grain::kAll) return true;
  if (custom_ != nullptr) return custom_->HasLevel(grain);
  const bool has_months = spec_.type != CalendarType::kIsoWeek;
  return has_months || grain == Grain::kWeek || grain == Grain::kYear;
}

absl::Time Calendar::StartOf(absl::CivilDay day) const {
  const absl::CivilSecond local = absl::CivilSecond(day) + absl::ToInt64Seconds(spec_.day_start);
  const absl::TimeZone::TimeInfo info = zone_.At(local);
  return info.kind == absl::TimeZone::TimeInfo::SKIPPED ? info.trans : info.pre;
}

absl::CivilDay Calendar::DayOf(absl::Time time) const {
  // The local date alone is wrong where clocks go back across the start of a day: the repeated
  // part belongs to the day that had already started.
  time = std::clamp(time, kFirstInstant, kLastInstant);
  absl::CivilDay day(zone_.At(time).cs - absl::ToInt64Seconds(spec_.day_start));
  while (time < StartOf(day)) --day;
  while (time >= StartOf(day + 1)) ++day;
  return day;
}

absl::CivilDay Calendar::DayOf(int64_t time_nano) const {
  return DayOf(absl::FromUnixNanos(time_nano));
}

bool Calendar::IsWorkingDay(absl::CivilDay day) const {
  const size_t weekday = static_cast<size_t>(absl::GetWeekday(day));
  return spec_.working_weekdays[weekday] && Exists(day) &&
         !std::binary_search(spec_.holidays.begin(), spec_.holidays.end(), day);
}

void DayLocator::Locate(int64_t time_nano) {
  day_ = calendar_->DayOf(time_nano);
  // Instants beyond the nanosecond range saturate, which keeps the comparisons right.
  start_nano_ = absl::ToUnixNanos(calendar_->StartOf(day_));
  end_nano_ = absl::ToUnixNanos(calendar_->StartOf(day_ + 1));
}

absl::StatusOr<absl::CivilDay> ParseDay(absl::string_view text) {
  int year = 0, month = 0, day = 0;
  if (text.size() == 10 && text[4] == '-' && text[7] == '-' &&
      ReadDigits(text.substr(0, 4), 4, &year) && ReadDigits(text.substr(5, 2), 2, &month) &&
      ReadDigits(text.substr(8), 2, &day)) {
    const absl::CivilDay result(year, month, day);
    if (result.year() == year && result.month() == month && result.day() == day) return result;
  }
  return InvalidFields({Violation("date", Quoted(text), "a day such as 2025-03-31")});
}

std::string FormatDay(absl::CivilDay day) {
  return absl::StrFormat("%04d-%02d-%02d", day.year(), day.month(), day.day());
}

absl::CivilDay AddMonths(absl::CivilDay day, int months) {
  const absl::CivilMonth month = absl::CivilMonth(day) + months;
  const absl::CivilDay last = absl::CivilDay(month + 1) - 1;
  return absl::CivilDay(month) + (std::min(day.day(), last.day()) - 1);
}

absl::StatusOr<absl::Duration> ParseDayStart(absl::string_view text) {
  int hour = 0, minute = 0;
  if (text.size() == 5 && text[2] == ':' && ReadDigits(text.substr(0, 2), 2, &hour) &&
      ReadDigits(text.substr(3), 2, &minute) && hour < 24 && minute < 60) {
    return absl::Hours(hour) + absl::Minutes(minute);
  }
  return InvalidFields({Violation("dayStart", Quoted(text), "a wall time from 00:00 to 23:59")});
}

}  // namespace kpisuite
