#include "libs/kpi/calendar.h"

#include <limits>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/base/error.h"

namespace kpisuite {
namespace {

using ::testing::UnorderedElementsAre;

Calendar InZone(absl::string_view zone, absl::Duration day_start = absl::ZeroDuration()) {
  CalendarSpec spec;
  spec.time_zone = std::string(zone);
  spec.day_start = day_start;
  absl::StatusOr<Calendar> calendar = Calendar::Create(spec);
  EXPECT_TRUE(calendar.ok()) << calendar.status();
  return *calendar;
}

absl::Time Instant(absl::string_view text) {
  absl::Time time;
  std::string error;
  EXPECT_TRUE(absl::ParseTime(absl::RFC3339_full, text, &time, &error)) << error;
  return time;
}

double Hours(const Calendar& calendar, absl::CivilDay day) {
  return absl::ToDoubleHours(calendar.StartOf(day + 1) - calendar.StartOf(day));
}

// 3.4.2 and the worked examples of periods.
TEST(Calendar, DaysOfClockChangesAreShorterOrLonger) {
  EXPECT_EQ(Hours(InZone("Europe/Berlin"), absl::CivilDay(2025, 3, 30)), 23);
  EXPECT_EQ(Hours(InZone("Europe/Berlin"), absl::CivilDay(2025, 10, 26)), 25);
  EXPECT_EQ(Hours(InZone("Australia/Lord_Howe"), absl::CivilDay(2025, 4, 6)), 24.5);
  EXPECT_EQ(Hours(InZone("Australia/Lord_Howe"), absl::CivilDay(2025, 10, 5)), 23.5);
}

TEST(Calendar, MissingMidnightIsTheFirstInstantAfterTheGap) {
  const Calendar sao_paulo = InZone("America/Sao_Paulo");
  EXPECT_EQ(sao_paulo.StartOf(absl::CivilDay(2018, 11, 4)), Instant("2018-11-04T03:00:00Z"));
  EXPECT_EQ(Hours(sao_paulo, absl::CivilDay(2018, 11, 4)), 23);
  const Calendar cairo = InZone("Africa/Cairo");
  EXPECT_EQ(cairo.StartOf(absl::CivilDay(2025, 4, 25)), Instant("2025-04-24T22:00:00Z"));
  EXPECT_EQ(Hours(cairo, absl::CivilDay(2025, 4, 25)), 23);
}

TEST(Calendar, RepeatedMidnightIsTheFirst) {
  const Calendar havana = InZone("America/Havana");
  const absl::CivilDay day(2024, 11, 3);
  EXPECT_EQ(havana.StartOf(day), Instant("2024-11-03T04:00:00Z"));
  EXPECT_EQ(Hours(havana, day), 25);
  EXPECT_EQ(havana.DayOf(Instant("2024-11-03T04:30:00Z")), day);
  EXPECT_EQ(havana.DayOf(Instant("2024-11-03T05:30:00Z")), day);
}

TEST(Calendar, ClockGoingBackAcrossMidnightDoesNotReopenTheDayBefore) {
  // St John's went from 00:01 back to 23:01 of the day before.
  const Calendar st_johns = InZone("America/St_Johns");
  const absl::CivilDay day(2010, 11, 7);
  const absl::Time start = st_johns.StartOf(day);
  EXPECT_EQ(start, Instant("2010-11-07T02:30:00Z"));
  EXPECT_EQ(st_johns.DayOf(start + absl::Minutes(30)), day);
  EXPECT_EQ(st_johns.DayOf(start - absl::Nanoseconds(1)), day - 1);
}

TEST(Calendar, DayThatTheZoneSkipsHasNoHours) {
  const Calendar apia = InZone("Pacific/Apia");
  const absl::CivilDay skipped(2011, 12, 30);
  EXPECT_EQ(Hours(apia, skipped), 0);
  EXPECT_FALSE(apia.Exists(skipped));
  EXPECT_FALSE(apia.IsWorkingDay(skipped));
  EXPECT_EQ(apia.DayOf(apia.StartOf(skipped)), absl::CivilDay(2011, 12, 31));
  EXPECT_EQ(apia.DayOf(apia.StartOf(skipped) - absl::Nanoseconds(1)), absl::CivilDay(2011, 12, 29));
}

TEST(Calendar, ZoneDecidesTheDayOfAnInstant) {
  const absl::Time instant = Instant("2025-03-31T22:30:00Z");
  EXPECT_EQ(InZone("Europe/Berlin").DayOf(instant), absl::CivilDay(2025, 4, 1));
  EXPECT_EQ(InZone("America/New_York").DayOf(instant), absl::CivilDay(2025, 3, 31));
}

TEST(Calendar, DayStartMovesTheDay) {
  const Calendar calendar = InZone("Europe/Berlin", absl::Hours(6));
  EXPECT_EQ(calendar.DayOf(Instant("2025-06-02T03:59:59Z")), absl::CivilDay(2025, 6, 1));
  EXPECT_EQ(calendar.DayOf(Instant("2025-06-02T04:00:00Z")), absl::CivilDay(2025, 6, 2));
}

TEST(Calendar, MissingDayStartIsTheFirstInstantAfterTheGap) {
  const Calendar calendar = InZone("Europe/Berlin", absl::Minutes(150));
  EXPECT_EQ(calendar.StartOf(absl::CivilDay(2025, 3, 30)), Instant("2025-03-30T01:00:00Z"));
}

TEST(Calendar, EveryInstantLiesInItsDay) {
  for (const char* zone : {"Pacific/Apia", "America/St_Johns", "Africa/Cairo", "UTC"}) {
    const Calendar calendar = InZone(zone, absl::Minutes(30));
    const absl::Time begin = Instant("2010-01-01T00:00:00Z");
    for (absl::Time t = begin; t < begin + 800 * absl::Hours(24); t += absl::Minutes(719)) {
      const absl::CivilDay day = calendar.DayOf(t);
      ASSERT_LE(calendar.StartOf(day), t) << zone;
      ASSERT_LT(t, calendar.StartOf(day + 1)) << zone;
    }
  }
}

TEST(Calendar, InfiniteInstantsHaveADayToo) {
  const Calendar calendar = InZone("Europe/Berlin");
  EXPECT_EQ(calendar.DayOf(absl::InfinitePast()).year(), 1677);
  EXPECT_EQ(calendar.DayOf(absl::InfiniteFuture()).year(), 2262);
}

TEST(Calendar, WorkingDaysAreWeekdaysWithoutHolidays) {
  CalendarSpec spec;
  spec.holidays = {absl::CivilDay(2025, 5, 1), absl::CivilDay(2025, 5, 1)};
  const Calendar calendar = *Calendar::Create(spec);
  EXPECT_TRUE(calendar.IsWorkingDay(absl::CivilDay(2025, 4, 30)));
  EXPECT_FALSE(calendar.IsWorkingDay(absl::CivilDay(2025, 5, 1)));
  EXPECT_TRUE(calendar.IsWorkingDay(absl::CivilDay(2025, 5, 2)));
  EXPECT_FALSE(calendar.IsWorkingDay(absl::CivilDay(2025, 5, 3)));
  EXPECT_FALSE(calendar.IsWorkingDay(absl::CivilDay(2025, 5, 4)));
}

TEST(Calendar, ReportsAllProblemsAtOnce) {
  CalendarSpec spec;
  spec.name = "Fiscal Year";
  spec.time_zone = "Europe/Atlantis";
  spec.day_start = absl::Hours(24);
  spec.first_month = 13;
  const absl::Status status = Calendar::Create(spec).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  std::vector<std::string> fields;
  for (const FieldViolation& violation : GetErrorDetails(status).violations) {
    fields.push_back(violation.field);
  }
  EXPECT_THAT(fields, UnorderedElementsAre("name", "timeZone", "dayStart", "firstMonth"));
}

TEST(Calendar, RefusesZonesThatAreNoIanaNames) {
  for (const char* zone : {"", "localtime", "/etc/passwd", "../UTC", "Europe/", "Europe//Berlin",
                           ":UTC", "libc:UTC", "Fixed/UTC+01:00:00", "Europe/Berlin "}) {
    CalendarSpec spec;
    spec.time_zone = zone;
    EXPECT_EQ(Calendar::Create(spec).status().code(), absl::StatusCode::kInvalidArgument) << zone;
  }
}

TEST(Calendar, PlainIdsAreForMondayWeeksAndTheGregorianYear) {
  CalendarSpec spec;
  spec.week_start = absl::Weekday::sunday;
  EXPECT_FALSE(Calendar::Create(spec).ok());
  spec.name = "us";
  EXPECT_TRUE(Calendar::Create(spec).ok());
}

TEST(Calendar, FieldsOfAnotherTypeAreRefused) {
  const auto fields = [](CalendarSpec spec) {
    spec.name = "retail";
    std::vector<std::string> fields;
    for (const auto& item : GetErrorDetails(Calendar::Create(spec).status()).violations) {
      fields.push_back(item.field);
    }
    return fields;
  };
  CalendarSpec spec;
  spec.year_end = YearEnd();
  spec.periods.push_back({"2025", absl::CivilDay(2025, 1, 1), absl::CivilDay(2026, 1, 1), "", ""});
  EXPECT_THAT(fields(spec), UnorderedElementsAre("endRule", "periods"));
  spec = {};
  spec.type = CalendarType::kFiscal445;
  spec.first_month = 4;
  EXPECT_THAT(fields(spec), UnorderedElementsAre("endRule", "firstMonth"));
  spec = {};
  spec.type = CalendarType::kFiscal544;
  spec.year_end = YearEnd{YearEndRule::kLast, 13};
  EXPECT_THAT(fields(spec), UnorderedElementsAre("endMonth"));
  spec = {};
  spec.type = CalendarType::kIsoWeek;
  spec.week_start = absl::Weekday::sunday;
  EXPECT_THAT(fields(spec), UnorderedElementsAre("weekStart"));
  spec = {};
  spec.type = CalendarType::kCustom;
  EXPECT_THAT(fields(spec), UnorderedElementsAre("periods"));
}

// 3.4.3
TEST(DayLocator, BusinessDateWinsOverTheInstant) {
  const Calendar calendar = InZone("Europe/Berlin");
  DayLocator locator(&calendar);
  const int64_t nano = absl::ToUnixNanos(Instant("2025-03-31T22:30:00Z"));
  EXPECT_EQ(locator.DayOf(nano, absl::CivilDay(2025, 3, 31)), absl::CivilDay(2025, 3, 31));
  EXPECT_EQ(locator.DayOf(nano, std::nullopt), absl::CivilDay(2025, 4, 1));
}

TEST(DayLocator, AgreesWithTheCalendarInAnyOrderOfSamples) {
  const Calendar calendar = InZone("America/Chicago");
  DayLocator locator(&calendar);
  int64_t nano = absl::ToUnixNanos(Instant("2001-03-31T00:00:00Z"));
  for (int i = 0; i < 400; ++i) {
    nano += (i % 3 == 0 ? -5 : 7) * absl::ToInt64Nanoseconds(absl::Minutes(97));
    ASSERT_EQ(locator.DayOf(nano), calendar.DayOf(nano));
  }
  for (const int64_t extreme : {std::numeric_limits<int64_t>::min(), int64_t{-1}, int64_t{0},
                                std::numeric_limits<int64_t>::max()}) {
    EXPECT_EQ(locator.DayOf(extreme), calendar.DayOf(extreme));
  }
}

TEST(Day, IsReadStrictly) {
  EXPECT_EQ(*ParseDay("2024-02-29"), absl::CivilDay(2024, 2, 29));
  EXPECT_EQ(FormatDay(absl::CivilDay(2024, 2, 9)), "2024-02-09");
  for (const char* text : {"", "2025-02-29", "2025-13-01", "2025-00-10", "2025-1-01", "25-01-01",
                           "2025-01-01 ", "+025-01-01", "2025/01/01", "2025-01-0x"}) {
    EXPECT_FALSE(ParseDay(text).ok()) << text;
  }
}

// 3.4.4
TEST(Day, MonthShiftClipsToTheLastDay) {
  EXPECT_EQ(AddMonths(absl::CivilDay(2025, 1, 31), 1), absl::CivilDay(2025, 2, 28));
  EXPECT_EQ(AddMonths(absl::CivilDay(2024, 3, 31), -1), absl::CivilDay(2024, 2, 29));
  EXPECT_EQ(AddMonths(absl::CivilDay(2024, 3, 15), -15), absl::CivilDay(2022, 12, 15));
}

TEST(DayStart, IsReadStrictly) {
  EXPECT_EQ(*ParseDayStart("06:30"), absl::Minutes(390));
  for (const char* text : {"", "24:00", "6:30", "06:60", "06-30", "06:3x"}) {
    EXPECT_FALSE(ParseDayStart(text).ok()) << text;
  }
}

}  // namespace
}  // namespace kpisuite
