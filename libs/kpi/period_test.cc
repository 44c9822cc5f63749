#include "libs/kpi/period.h"

#include <limits>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace kpisuite {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

Calendar Make(absl::string_view zone, absl::string_view name = "",
              CalendarType type = CalendarType::kGregorian, int first_month = 1,
              FiscalYearLabel label = FiscalYearLabel::kStart) {
  CalendarSpec spec;
  spec.name = std::string(name);
  spec.time_zone = std::string(zone);
  spec.type = type;
  spec.first_month = first_month;
  spec.year_label = label;
  absl::StatusOr<Calendar> calendar = Calendar::Create(spec);
  EXPECT_TRUE(calendar.ok()) << calendar.status();
  return *calendar;
}

Calendar April(FiscalYearLabel label = FiscalYearLabel::kStart) {
  return Make("UTC", "fy04", CalendarType::kFiscalMonthOffset, 4, label);
}

std::vector<std::string> Ids(const std::vector<Period>& periods) {
  std::vector<std::string> ids;
  for (const Period& period : periods) ids.push_back(period.id);
  return ids;
}

Period Parsed(const Calendar& calendar, absl::string_view id) {
  absl::StatusOr<Period> period = ParsePeriod(calendar, id);
  EXPECT_TRUE(period.ok()) << period.status();
  return *period;
}

TEST(Period, IdsNameTheirGrain) {
  EXPECT_THAT(Ids(PeriodsContaining(Calendar(), absl::CivilDay(2025, 3, 31))),
              ElementsAre("2025-03-31", "2025-W14", "2025-03", "2025-Q1", "2025"));
}

// 3.4.1, 3.4.2
TEST(Period, FiscalIdsCountFromTheFirstMonth) {
  EXPECT_THAT(Ids(PeriodsContaining(April(), absl::CivilDay(2025, 3, 31))),
              ElementsAre("fy04:2025-03-31", "fy04:2025-W14", "fy04:2024-P12", "fy04:2024-Q4",
                          "fy04:2024"));
  EXPECT_THAT(Ids(PeriodsContaining(April(FiscalYearLabel::kEnd), absl::CivilDay(2025, 4, 1))),
              ElementsAre("fy04:2025-04-01", "fy04:2025-W14", "fy04:2026-P01", "fy04:2026-Q1",
                          "fy04:2026"));
}

TEST(Period, FiscalYearIsTwelveMonthsFromItsFirst) {
  const Period year = Parsed(April(), "fy04:2025");
  EXPECT_EQ(year.first_day, absl::CivilDay(2025, 4, 1));
  EXPECT_EQ(year.end_day, absl::CivilDay(2026, 4, 1));
  EXPECT_EQ(Parsed(April(), "fy04:2025-P10").first_day, absl::CivilDay(2026, 1, 1));
  EXPECT_EQ(Parsed(April(FiscalYearLabel::kEnd), "fy04:2025-Q1").first_day,
            absl::CivilDay(2024, 4, 1));
}

TEST(Period, FiscalYearFromJanuaryHasOneLabel) {
  const Calendar calendar =
      Make("UTC", "cal", CalendarType::kFiscalMonthOffset, 1, FiscalYearLabel::kEnd);
  EXPECT_EQ(PeriodOf(calendar, Grain::kYear, absl::CivilDay(2025, 6, 1)).id, "cal:2025");
}

TEST(Period, NamedGregorianCalendarPrefixesItsIds) {
  EXPECT_EQ(PeriodOf(Make("UTC", "berlin"), Grain::kMonth, absl::CivilDay(2025, 6, 1)).id,
            "berlin:2025-06");
}

// Worked examples of periods.
TEST(Period, IsoWeeksFollowTheIsoWeekYear) {
  const Calendar calendar;
  EXPECT_EQ(PeriodOf(calendar, Grain::kWeek, absl::CivilDay(2024, 12, 30)).id, "2025-W01");
  EXPECT_EQ(PeriodOf(calendar, Grain::kWeek, absl::CivilDay(2021, 1, 1)).id, "2020-W53");
  std::vector<int> long_years;
  for (int year = 2010; year < 2036; ++year) {
    if (ParsePeriod(calendar, absl::StrCat(year, "-W53")).ok()) long_years.push_back(year);
  }
  EXPECT_THAT(long_years, ElementsAre(2015, 2020, 2026, 2032));
}

TEST(Period, WeeksMayBeginOnSunday) {
  CalendarSpec spec;
  spec.name = "us";
  spec.week_start = absl::Weekday::sunday;
  const Calendar calendar = *Calendar::Create(spec);
  const Period week = PeriodOf(calendar, Grain::kWeek, absl::CivilDay(2025, 1, 1));
  EXPECT_EQ(week.id, "us:2025-W01");
  EXPECT_EQ(week.first_day, absl::CivilDay(2024, 12, 29));
  EXPECT_EQ(Parsed(calendar, "us:2025-W01"), week);
}

TEST(Period, InstantsComeFromLocalDates) {
  const Calendar berlin = Make("Europe/Berlin");
  const Period march = Parsed(berlin, "2025-03");
  EXPECT_EQ(absl::FormatTime(march.start, absl::UTCTimeZone()), "2025-02-28T23:00:00+00:00");
  EXPECT_EQ(absl::FormatTime(march.end, absl::UTCTimeZone()), "2025-03-31T22:00:00+00:00");
  EXPECT_EQ(march.end - march.start, absl::Hours(31 * 24 - 1));
}

TEST(Period, ZoneOfTheKpiDecidesTheMonth) {
  const absl::Time instant = absl::FromUnixSeconds(1743460200);  // 2025-03-31T22:30:00Z
  EXPECT_EQ(PeriodOf(Make("Europe/Berlin"), Grain::kMonth, instant).id, "2025-04");
  EXPECT_EQ(PeriodOf(Make("America/New_York"), Grain::kMonth, instant).id, "2025-03");
}

TEST(Period, IsHalfOpen) {
  const Calendar calendar;
  const Period day = Parsed(calendar, "2025-03-31");
  EXPECT_EQ(PeriodOf(calendar, Grain::kDay, day.start), day);
  EXPECT_EQ(PeriodOf(calendar, Grain::kDay, day.end), NextPeriod(calendar, day));
  EXPECT_EQ(PeriodOf(calendar, Grain::kDay, day.end - absl::Nanoseconds(1)), day);
}

TEST(Period, EveryIdIsReadBackAsItWasWritten) {
  for (const Calendar& calendar :
       {Calendar(), April(), April(FiscalYearLabel::kEnd), Make("America/Chicago", "ops")}) {
    for (absl::CivilDay day(2019, 12, 1); day < absl::CivilDay(2021, 3, 1); ++day) {
      for (const Period& period : PeriodsContaining(calendar, day)) {
        const Period parsed = Parsed(calendar, period.id);
        ASSERT_EQ(parsed.first_day, period.first_day) << period.id;
        ASSERT_EQ(parsed.end_day, period.end_day) << period.id;
        ASSERT_TRUE(period.Contains(day)) << period.id;
        ASSERT_EQ(PreviousPeriod(calendar, NextPeriod(calendar, period)), period);
      }
    }
  }
}

TEST(Period, BadIdsAreRefusedWithWhatWasWanted) {
  for (const char* id :
       {"",          "2025-",    "25",       "2025-13",  "2025-00",  "2025-P03",   "2025-Q0",
        "2025-Q5",   "2025-Q01", "2025-W00", "2025-W53", "2025-W1",  "2025-02-29", "2025-3-01",
        "fy04:2025", "1677",     "2262",     "2025-03 ", "2025-w14", "20250331",   "2025-Wxx"}) {
    const absl::Status status = ParsePeriod(Calendar(), id).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << id;
    EXPECT_THAT(std::string(status.message()),
                ::testing::HasSubstr("want an id such as 2025-03-31, 2025-W14"))
        << id;
  }
  EXPECT_FALSE(ParsePeriod(April(), "2025-P03").ok());
  EXPECT_FALSE(ParsePeriod(April(), "fy04:2025-03").ok());
  EXPECT_FALSE(ParsePeriod(April(), "fy04:2025-P13").ok());
  EXPECT_FALSE(ParsePeriod(April(), std::string(100'000, 'x')).ok());
}

TEST(Period, AnyTextIsRefusedOrIsItsOwnId) {
  constexpr absl::string_view kAlphabet = "0123456789-WPQ:fy";
  const Calendar calendars[] = {Calendar(), April()};
  std::mt19937 random(7);
  int accepted = 0;
  for (int round = 0; round < 50'000; ++round) {
    std::string text = round % 2 == 0 ? "2025-" : "fy04:2025-";
    for (size_t i = random() % 6; i > 0; --i) text += kAlphabet[random() % kAlphabet.size()];
    const absl::StatusOr<Period> period = ParsePeriod(calendars[round % 2], text);
    if (!period.ok()) continue;
    ++accepted;
    ASSERT_EQ(period->id, text);
    ASSERT_LT(period->first_day, period->end_day);
  }
  EXPECT_GT(accepted, 100);
}

TEST(Period, ShiftsByIdNotBySeconds) {
  const Calendar berlin = Make("Europe/Berlin");
  EXPECT_EQ(ShiftPeriod(berlin, Parsed(berlin, "2025-03-29"), 2)->id, "2025-03-31");
  EXPECT_EQ(ShiftPeriod(berlin, Parsed(berlin, "2024-12"), 3)->id, "2025-03");
  EXPECT_EQ(ShiftPeriod(berlin, Parsed(berlin, "2025-Q1"), -5)->id, "2023-Q4");
  EXPECT_EQ(ShiftPeriod(berlin, Parsed(berlin, "2020-W53"), 1)->id, "2021-W01");
  EXPECT_EQ(ShiftPeriod(berlin, Parsed(berlin, "2025"), -10)->id, "2015");
}

TEST(Period, ShiftOutOfTheSupportedYearsIsOutOfRange) {
  const Calendar calendar;
  for (const int count :
       {-400, 300, std::numeric_limits<int>::max(), std::numeric_limits<int>::min()}) {
    EXPECT_EQ(ShiftPeriod(calendar, Parsed(calendar, "2025"), count).status().code(),
              absl::StatusCode::kOutOfRange);
  }
}

TEST(Period, PeriodsWithinTileOrAreNone) {
  const Calendar calendar;
  EXPECT_THAT(Ids(PeriodsWithin(calendar, Parsed(calendar, "2025-Q1"), Grain::kMonth)),
              ElementsAre("2025-01", "2025-02", "2025-03"));
  EXPECT_THAT(PeriodsWithin(calendar, Parsed(calendar, "2024-02"), Grain::kDay), SizeIs(29));
  EXPECT_THAT(PeriodsWithin(calendar, Parsed(calendar, "2025-03"), Grain::kWeek), IsEmpty());
  EXPECT_THAT(PeriodsWithin(calendar, Parsed(calendar, "2025-03"), Grain::kYear), IsEmpty());
  // February 2021 is exactly four ISO weeks.
  EXPECT_THAT(PeriodsWithin(calendar, Parsed(calendar, "2021-02"), Grain::kWeek), SizeIs(4));
}

TEST(Period, SkippedDayExistsAsAnIdWithoutHours) {
  const Calendar apia = Make("Pacific/Apia");
  const Period skipped = Parsed(apia, "2011-12-30");
  EXPECT_FALSE(skipped.exists());
  EXPECT_EQ(PreviousPeriod(apia, Parsed(apia, "2011-12-31")), skipped);
  EXPECT_EQ(DayCount(apia, skipped), 0);
  EXPECT_EQ(DayCount(apia, Parsed(apia, "2011-12")), 30);
  EXPECT_EQ(WorkingDayCount(apia, Parsed(apia, "2011-12")), 21);
}

// 3.2, constants `days` and `working_days`.
TEST(Period, CountsItsDays) {
  const Calendar berlin = Make("Europe/Berlin");
  EXPECT_EQ(DayCount(berlin, Parsed(berlin, "2025-03")), 31);
  EXPECT_EQ(DayCount(berlin, Parsed(berlin, "2025-03-30")), 1);
  EXPECT_EQ(DayCount(berlin, Parsed(berlin, "2024")), 366);
  EXPECT_EQ(WorkingDayCount(berlin, Parsed(berlin, "2025-03")), 21);
}

}  // namespace
}  // namespace kpisuite
