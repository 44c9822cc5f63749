#include "libs/definitions/calendar_check.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/definitions/field_checks.h"
#include "libs/definitions/references.h"

namespace kpisuite {
namespace {

constexpr int kMaxHolidays = 10'000;

void ReadType(const v1::Calendar& calendar, CalendarSpec& spec, Violations& violations) {
  switch (calendar.type()) {
    case v1::CALENDAR_TYPE_UNSPECIFIED:
    case v1::CALENDAR_TYPE_GREGORIAN: spec.type = CalendarType::kGregorian; break;
    case v1::CALENDAR_TYPE_FISCAL_MONTH_OFFSET: spec.type = CalendarType::kFiscalMonthOffset; break;
    default:
      if (v1::CalendarType_IsValid(calendar.type())) {
        CheckNotSet("calendar.type", true, violations);
      } else {
        CheckEnum("calendar.type", calendar.type(), false, violations);
      }
  }
  CheckEnum("calendar.year_label", calendar.year_label(),
            v1::FiscalYearLabel_IsValid(calendar.year_label()), violations);
  spec.year_label = calendar.year_label() == v1::FISCAL_YEAR_LABEL_START ? FiscalYearLabel::kStart
                                                                         : FiscalYearLabel::kEnd;
  if (calendar.has_first_month() &&
      CheckRange("calendar.first_month", calendar.first_month(), 1, 12, violations)) {
    spec.first_month = calendar.first_month();
  }
}

void ReadWeek(const v1::Calendar& calendar, CalendarSpec& spec, Violations& violations) {
  if (calendar.has_week_start() &&
      CheckRange("calendar.week_start", calendar.week_start(), 1, 7, violations)) {
    spec.week_start = static_cast<absl::Weekday>(calendar.week_start() - 1);
  }
  if (calendar.working_days().empty()) return;
  spec.working_weekdays.fill(false);
  for (int i = 0; i < calendar.working_days_size(); ++i) {
    const std::string field = IndexField("calendar.working_days", i);
    const int day = calendar.working_days(i);
    if (!CheckRange(field, day, 1, 7, violations)) continue;
    if (spec.working_weekdays[day - 1]) {
      violations.Add(field, violation::kDuplicate, GotWant(absl::StrCat(day), "each day once"));
    }
    spec.working_weekdays[day - 1] = true;
  }
}

void ReadHolidays(const v1::Calendar& calendar, CalendarSpec& spec, Violations& violations) {
  if (calendar.holidays_size() > kMaxHolidays) {
    violations.Add("calendar.holidays", violation::kLimit,
                   absl::StrCat("got ", calendar.holidays_size(), ", want at most ", kMaxHolidays));
    return;
  }
  for (int i = 0; i < calendar.holidays_size(); ++i) {
    const std::optional<absl::CivilDay> day =
        CheckDate(IndexField("calendar.holidays", i), calendar.holidays(i), violations);
    if (day.has_value()) spec.holidays.push_back(*day);
  }
}

// Paths of libs/kpi to those of the proto.
std::string FieldOf(absl::string_view path) {
  if (path == "timeZone") return "calendar.time_zone";
  if (path == "dayStart") return "calendar.day_start";
  if (path == "weekStart") return "calendar.week_start";
  if (path == "firstMonth") return "calendar.first_month";
  return "calendar";
}

}  // namespace

std::shared_ptr<const Calendar> BuildCalendar(const ResourceName& name,
                                              const v1::Calendar& calendar,
                                              Violations& violations) {
  const size_t before = violations.size();
  CalendarSpec spec;
  spec.name = name.id;
  if (!calendar.time_zone().empty()) spec.time_zone = calendar.time_zone();
  spec.day_start = absl::Seconds(calendar.day_start().seconds()) +
                   absl::Nanoseconds(calendar.day_start().nanos());
  ReadType(calendar, spec, violations);
  ReadWeek(calendar, spec, violations);
  ReadHolidays(calendar, spec, violations);
  CheckNotSet("calendar.end_rule", !calendar.end_rule().empty(), violations);
  CheckNotSet("calendar.periods", calendar.periods_size() > 0, violations);
  absl::StatusOr<Calendar> built = Calendar::Create(std::move(spec));
  if (!built.ok()) {
    for (const FieldViolation& item : GetErrorDetails(built.status()).violations) {
      const bool zone = item.field == "timeZone";
      violations.Add(FieldOf(item.field),
                     zone ? violation::kUnknownReference : violation::kOutOfRange,
                     item.description);
    }
    if (violations.size() == before) {
      violations.AddStatus("calendar", violation::kSyntax, built.status());
    }
  }
  if (violations.size() != before) return nullptr;
  return std::make_shared<const Calendar>(*std::move(built));
}

}  // namespace kpisuite
