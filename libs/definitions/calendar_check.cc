#include "libs/definitions/calendar_check.h"

#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "libs/definitions/field_checks.h"
#include "libs/definitions/references.h"

namespace kpisuite {
namespace {

constexpr int kMaxHolidays = 10'000;

CalendarType TypeOf(v1::CalendarType type) {
  switch (type) {
    case v1::CALENDAR_TYPE_FISCAL_MONTH_OFFSET: return CalendarType::kFiscalMonthOffset;
    case v1::CALENDAR_TYPE_FISCAL_4_4_5: return CalendarType::kFiscal445;
    case v1::CALENDAR_TYPE_FISCAL_4_5_4: return CalendarType::kFiscal454;
    case v1::CALENDAR_TYPE_FISCAL_5_4_4: return CalendarType::kFiscal544;
    case v1::CALENDAR_TYPE_ISO_WEEK: return CalendarType::kIsoWeek;
    case v1::CALENDAR_TYPE_CUSTOM: return CalendarType::kCustom;
    default: return CalendarType::kGregorian;
  }
}

bool Is445(v1::CalendarType type) {
  return type == v1::CALENDAR_TYPE_FISCAL_4_4_5 || type == v1::CALENDAR_TYPE_FISCAL_4_5_4 ||
         type == v1::CALENDAR_TYPE_FISCAL_5_4_4;
}

void ReadType(const v1::Calendar& calendar, CalendarSpec& spec, Violations& violations) {
  CheckEnum("calendar.type", calendar.type(), v1::CalendarType_IsValid(calendar.type()),
            violations);
  spec.type = TypeOf(calendar.type());
  CheckEnum("calendar.year_label", calendar.year_label(),
            v1::FiscalYearLabel_IsValid(calendar.year_label()), violations);
  spec.year_label = calendar.year_label() == v1::FISCAL_YEAR_LABEL_START ? FiscalYearLabel::kStart
                                                                         : FiscalYearLabel::kEnd;
  if (calendar.has_first_month() &&
      CheckRange("calendar.first_month", calendar.first_month(), 1, 12, violations)) {
    spec.first_month = calendar.first_month();
  }
}

// The three fields of the 4-4-5 family, which belong together.
void ReadYearEnd(const v1::Calendar& calendar, CalendarSpec& spec, Violations& violations) {
  if (!Is445(calendar.type())) {
    constexpr absl::string_view kWant = "nothing outside of the 4-4-5 family";
    if (calendar.has_end_rule()) {
      violations.Add("calendar.end_rule", violation::kRefused, GotWant(calendar.end_rule(), kWant));
    }
    if (calendar.has_end_month()) {
      violations.Add("calendar.end_month", violation::kRefused,
                     GotWant(absl::StrCat(calendar.end_month()), kWant));
    }
    if (calendar.has_end_weekday()) {
      violations.Add("calendar.end_weekday", violation::kRefused,
                     GotWant(absl::StrCat(calendar.end_weekday()), kWant));
    }
    return;
  }
  YearEnd end;
  if (calendar.end_rule() == "NEAREST") {
    end.rule = YearEndRule::kNearest;
  } else if (calendar.end_rule().empty()) {
    AddRequired("calendar.end_rule", "LAST or NEAREST", violations);
  } else if (calendar.end_rule() != "LAST") {
    violations.Add("calendar.end_rule", violation::kOutOfRange,
                   GotWant(calendar.end_rule(), "LAST or NEAREST"));
  }
  if (!calendar.has_end_month()) {
    AddRequired("calendar.end_month", "1 to 12", violations);
  } else if (CheckRange("calendar.end_month", calendar.end_month(), 1, 12, violations)) {
    end.month = calendar.end_month();
  }
  if (!calendar.has_end_weekday()) {
    AddRequired("calendar.end_weekday", "1 (Monday) to 7 (Sunday)", violations);
  } else if (CheckRange("calendar.end_weekday", calendar.end_weekday(), 1, 7, violations)) {
    end.weekday = static_cast<absl::Weekday>(calendar.end_weekday() - 1);
    if (calendar.has_week_start() && calendar.week_start() != calendar.end_weekday() % 7 + 1) {
      violations.Add("calendar.week_start", violation::kOutOfRange,
                     GotWant(absl::StrCat(calendar.week_start()),
                             "the day after end_weekday, on which weeks begin, or nothing"));
    }
  }
  spec.year_end = end;
}

void ReadPeriods(const v1::Calendar& calendar, CalendarSpec& spec, Violations& violations) {
  const size_t before = violations.size();
  for (int i = 0; i < calendar.periods_size(); ++i) {
    const v1::CustomPeriod& period = calendar.periods(i);
    const std::string field = IndexField("calendar.periods", i);
    const auto start = CheckDate(field + ".start_date", period.start_date(), violations);
    const auto end = CheckDate(field + ".end_date", period.end_date(), violations);
    if (!start.has_value() || !end.has_value()) continue;
    spec.periods.push_back(
        {period.id(), *start, *end, period.parent(), period.comparable_prior_id()});
  }
  if (violations.size() == before) return;
  // A table with a row missing would only show holes that are none; the other fields are checked.
  spec.periods.clear();
  spec.type = CalendarType::kGregorian;
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

Week53 Week53Of(v1::Week53Policy policy) {
  switch (policy) {
    case v1::WEEK53_POLICY_SAME_NUMBER: return Week53::kSameNumber;
    case v1::WEEK53_POLICY_DROP_53: return Week53::kDrop53;
    default: return Week53::kRestated;
  }
}

// What comparators ask of a calendar.
void ReadComparison(const v1::Calendar& calendar, CalendarSpec& spec, Violations& violations) {
  CheckEnum("calendar.week_53_policy", calendar.week_53_policy(),
            v1::Week53Policy_IsValid(calendar.week_53_policy()), violations);
  spec.week_53 = Week53Of(calendar.week_53_policy());
  const size_t before = violations.size();
  for (int i = 0; i < calendar.events_size(); ++i) {
    const v1::CalendarEvent& event = calendar.events(i);
    CalendarEvent read = {event.name(), {}, event.days_before(), event.days_after()};
    const std::string field = IndexField("calendar.events", i) + ".dates";
    for (int j = 0; j < event.dates_size(); ++j) {
      const auto date = CheckDate(IndexField(field, j), event.dates(j), violations);
      if (date.has_value()) read.dates.push_back(*date);
    }
    spec.events.push_back(std::move(read));
  }
  if (violations.size() != before) spec.events.clear();
}

// Paths of libs/kpi (`periods[3].startDate`) to those of the proto.
std::string FieldOf(absl::string_view path) {
  if (path == "name") return "calendar";
  std::string field = "calendar.";
  for (const char c : path) {
    if (absl::ascii_isupper(c)) field += '_';
    field += absl::ascii_tolower(c);
  }
  return field;
}

absl::string_view CodeOf(const FieldViolation& item) {
  if (!item.reason.empty()) return item.reason;
  return item.field == "timeZone" ? violation::kUnknownReference : violation::kOutOfRange;
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
  ReadYearEnd(calendar, spec, violations);
  ReadWeek(calendar, spec, violations);
  ReadHolidays(calendar, spec, violations);
  ReadPeriods(calendar, spec, violations);
  ReadComparison(calendar, spec, violations);
  absl::StatusOr<Calendar> built = Calendar::Create(std::move(spec));
  if (!built.ok()) {
    for (const FieldViolation& item : GetErrorDetails(built.status()).violations) {
      violations.Add(FieldOf(item.field), CodeOf(item), item.description);
    }
  }
  if (violations.size() != before) return nullptr;
  return std::make_shared<const Calendar>(*std::move(built));
}

}  // namespace kpisuite
