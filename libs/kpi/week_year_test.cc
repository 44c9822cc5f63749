#include "libs/kpi/week_year.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/kpi/period.h"

namespace kpisuite {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

Calendar Make(CalendarType type, std::optional<YearEnd> year_end,
              FiscalYearLabel label = FiscalYearLabel::kStart) {
  CalendarSpec spec;
  spec.name = "corp";
  spec.type = type;
  spec.year_end = year_end;
  spec.year_label = label;
  absl::StatusOr<Calendar> calendar = Calendar::Create(spec);
  EXPECT_TRUE(calendar.ok()) << calendar.status();
  return *calendar;
}

// The year ends on the Saturday nearest to 31 January.
Calendar Nrf() {
  return Make(CalendarType::kFiscal454, YearEnd{YearEndRule::kNearest, 1, absl::Weekday::saturday});
}

Period Parsed(const Calendar& calendar, absl::string_view id) {
  absl::StatusOr<Period> period = ParsePeriod(calendar, id);
  EXPECT_TRUE(period.ok()) << period.status();
  return *period;
}

std::vector<int> WeeksOfMonths(const Calendar& calendar, absl::string_view year) {
  std::vector<int> weeks;
  for (const Period& month : PeriodsWithin(calendar, Parsed(calendar, year), Grain::kMonth)) {
    weeks.push_back(month.civil_days() / 7);
  }
  return weeks;
}

std::vector<int> LongYears(const Calendar& calendar, int first, int last) {
  std::vector<int> years;
  for (int year = first; year <= last; ++year) {
    if (WeekYearNamed(calendar, year).weeks == 53) years.push_back(year);
  }
  return years;
}

// Worked examples of periods.
TEST(WeekYear, YearsOf53WeeksOfTheRetailCalendar) {
  EXPECT_THAT(LongYears(Nrf(), 2005, 2028), ElementsAre(2006, 2012, 2017, 2023, 2028));
}

TEST(WeekYear, RetailYear2023Has53WeeksOfWhichTheLastPeriodHasFive) {
  const Calendar nrf = Nrf();
  const Period year = Parsed(nrf, "corp:2023");
  EXPECT_EQ(year.first_day, absl::CivilDay(2023, 1, 29));
  EXPECT_EQ(year.last_day(), absl::CivilDay(2024, 2, 3));
  const Period last = Parsed(nrf, "corp:2023-P12");
  EXPECT_EQ(last.first_day, absl::CivilDay(2023, 12, 31));
  EXPECT_EQ(last.last_day(), absl::CivilDay(2024, 2, 3));
  EXPECT_EQ(last.civil_days(), 5 * 7);
  const Period next = NextPeriod(nrf, year);
  EXPECT_EQ(next.id, "corp:2024");
  EXPECT_EQ(next.first_day, absl::CivilDay(2024, 2, 4));
  EXPECT_EQ(next.last_day(), absl::CivilDay(2025, 2, 1));
}

TEST(WeekYear, TypeSaysHowManyWeeksEachMonthHas) {
  const YearEnd end = {YearEndRule::kNearest, 1, absl::Weekday::saturday};
  EXPECT_THAT(WeeksOfMonths(Nrf(), "corp:2023"), ElementsAre(4, 5, 4, 4, 5, 4, 4, 5, 4, 4, 5, 5));
  EXPECT_THAT(WeeksOfMonths(Make(CalendarType::kFiscal445, end), "corp:2023"),
              ElementsAre(4, 4, 5, 4, 4, 5, 4, 4, 5, 4, 4, 6));
  EXPECT_THAT(WeeksOfMonths(Make(CalendarType::kFiscal544, end), "corp:2024"),
              ElementsAre(5, 4, 4, 5, 4, 4, 5, 4, 4, 5, 4, 4));
}

TEST(WeekYear, QuartersHave13WeeksAndTheLastTakesThe53rd) {
  const Calendar nrf = Nrf();
  EXPECT_EQ(Parsed(nrf, "corp:2023-Q1").civil_days(), 13 * 7);
  EXPECT_EQ(Parsed(nrf, "corp:2023-Q4").civil_days(), 14 * 7);
  EXPECT_THAT(PeriodsWithin(nrf, Parsed(nrf, "corp:2023"), Grain::kQuarter), SizeIs(4));
  EXPECT_THAT(PeriodsWithin(nrf, Parsed(nrf, "corp:2023"), Grain::kWeek), SizeIs(53));
  EXPECT_THAT(PeriodsWithin(nrf, Parsed(nrf, "corp:2023-P12"), Grain::kWeek), SizeIs(5));
}

TEST(WeekYear, WeeksAreNumberedWithinTheFiscalYearAndBeginAfterItsLastWeekday) {
  const Calendar nrf = Nrf();
  EXPECT_EQ(nrf.spec().week_start, absl::Weekday::sunday);
  EXPECT_EQ(Parsed(nrf, "corp:2024-W01").first_day, absl::CivilDay(2024, 2, 4));
  EXPECT_EQ(PeriodOf(nrf, Grain::kWeek, absl::CivilDay(2024, 2, 3)).id, "corp:2023-W53");
  EXPECT_EQ(ShiftPeriod(nrf, Parsed(nrf, "corp:2024-W01"), -1)->id, "corp:2023-W53");
  EXPECT_FALSE(ParsePeriod(nrf, "corp:2024-W53").ok());
  EXPECT_FALSE(ParsePeriod(nrf, "corp:2024-03").ok());
}

TEST(WeekYear, LastWeekdayNeverRunsIntoTheNextMonth) {
  const Calendar last =
      Make(CalendarType::kFiscal445, YearEnd{YearEndRule::kLast, 9, absl::Weekday::saturday},
           FiscalYearLabel::kEnd);
  // The last Saturdays of September.
  EXPECT_EQ(Parsed(last, "corp:2024").last_day(), absl::CivilDay(2024, 9, 28));
  EXPECT_EQ(Parsed(last, "corp:2023").last_day(), absl::CivilDay(2023, 9, 30));
  EXPECT_THAT(LongYears(last, 2012, 2024), ElementsAre(2012, 2017, 2023));
}

TEST(WeekYear, LabelIsTheNominalYear) {
  const YearEnd january = {YearEndRule::kNearest, 1, absl::Weekday::saturday};
  const Calendar by_end = Make(CalendarType::kFiscal454, january, FiscalYearLabel::kEnd);
  EXPECT_EQ(PeriodOf(by_end, Grain::kYear, absl::CivilDay(2023, 6, 1)).id, "corp:2024");
  // Around December both labels agree, although the year begins in the December before.
  const YearEnd december = {YearEndRule::kLast, 12, absl::Weekday::saturday};
  for (const FiscalYearLabel label : {FiscalYearLabel::kStart, FiscalYearLabel::kEnd}) {
    const Calendar calendar = Make(CalendarType::kFiscal445, december, label);
    EXPECT_EQ(PeriodOf(calendar, Grain::kYear, absl::CivilDay(2023, 12, 31)).id, "corp:2024");
  }
}

TEST(WeekYear, IsoWeekCalendarHasDaysWeeksAndYears) {
  const Calendar iso = Make(CalendarType::kIsoWeek, std::nullopt);
  EXPECT_THAT(LongYears(iso, 2010, 2035), ElementsAre(2015, 2020, 2026, 2032));
  EXPECT_EQ(Parsed(iso, "corp:2020").first_day, absl::CivilDay(2019, 12, 30));
  EXPECT_EQ(Parsed(iso, "corp:2020").last_day(), absl::CivilDay(2021, 1, 3));
  EXPECT_EQ(PeriodOf(iso, Grain::kWeek, absl::CivilDay(2021, 1, 1)).id, "corp:2020-W53");
  EXPECT_THAT(PeriodsContaining(iso, absl::CivilDay(2021, 1, 1)), SizeIs(3));
  EXPECT_FALSE(iso.HasGrain(Grain::kMonth));
  EXPECT_FALSE(ParsePeriod(iso, "corp:2020-P03").ok());
  EXPECT_FALSE(ParsePeriod(iso, "corp:2020-Q1").ok());
  EXPECT_EQ(PeriodOf(iso, Grain::kMonth, absl::CivilDay(2021, 1, 1)).id, "corp:2020");
  EXPECT_THAT(PeriodsWithin(iso, Parsed(iso, "corp:2020"), Grain::kMonth), IsEmpty());
}

TEST(WeekYear, EveryIdIsReadBackAndPeriodsFollowOneAnother) {
  const YearEnd january = {YearEndRule::kNearest, 1, absl::Weekday::saturday};
  const YearEnd december = {YearEndRule::kLast, 12, absl::Weekday::friday};
  for (const Calendar& calendar :
       {Nrf(), Make(CalendarType::kFiscal544, january, FiscalYearLabel::kEnd),
        Make(CalendarType::kFiscal445, december), Make(CalendarType::kIsoWeek, std::nullopt)}) {
    for (absl::CivilDay day(2019, 12, 1); day < absl::CivilDay(2025, 3, 1); day += 3) {
      for (const Period& period : PeriodsContaining(calendar, day)) {
        ASSERT_EQ(Parsed(calendar, period.id), period);
        ASSERT_TRUE(period.Contains(day)) << period.id;
        const Period next = NextPeriod(calendar, period);
        ASSERT_EQ(next.first_day, period.end_day) << period.id;
        ASSERT_EQ(PreviousPeriod(calendar, next), period);
        ASSERT_EQ(ShiftPeriod(calendar, period, 1)->id, next.id);
        ASSERT_EQ(ShiftPeriod(calendar, next, -1)->id, period.id);
        ASSERT_EQ(ShiftPeriod(calendar, *ShiftPeriod(calendar, period, 29), -29)->id, period.id);
      }
    }
  }
}

}  // namespace
}  // namespace kpisuite
