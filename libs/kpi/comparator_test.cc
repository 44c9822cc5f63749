#include "libs/kpi/comparator.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "gtest/gtest.h"
#include "libs/kpi/week_year.h"

namespace kpisuite {
namespace {

std::string Text(const std::vector<DayRange>& ranges) {
  return absl::StrJoin(ranges, " ", [](std::string* text, const DayRange& range) {
    absl::StrAppend(text, FormatDay(range.first_day), "..", FormatDay(range.end_day));
  });
}

Calendar Nrf(Week53 policy = Week53::kRestated) {
  CalendarSpec spec;
  spec.name = "nrf";
  spec.type = CalendarType::kFiscal454;
  spec.year_end = YearEnd{YearEndRule::kNearest, 1, absl::Weekday::saturday};
  spec.week_53 = policy;
  return *Calendar::Create(spec);
}

Comparable Compare(const Calendar& calendar, absl::string_view window, absl::string_view period,
                   ComparatorKind kind, int count = 1) {
  const absl::StatusOr<Window> parsed = Window::Parse(window);
  const absl::StatusOr<Period> id = ParsePeriod(calendar, period);
  EXPECT_TRUE(parsed.ok() && id.ok()) << window << " " << period;
  EXPECT_TRUE(parsed->Accepts(*id)) << window << " " << period;
  return ComparableOf(*parsed, calendar, *id, {.kind = kind, .count = count});
}

// Days, then the period's id, then the flags: `2024-01-01..2025-01-01 2024`.
std::string Found(const Comparable& comparable) {
  std::string text = comparable.days.empty() ? "none" : Text(comparable.days);
  if (comparable.period.has_value()) absl::StrAppend(&text, " ", comparable.period->id);
  if (comparable.clipped) absl::StrAppend(&text, " clipped");
  if (comparable.partial) absl::StrAppend(&text, " partial");
  return text;
}

class PlainCalendar : public ::testing::Test {
 protected:
  static std::string Previous(absl::string_view window, absl::string_view period, int count = 1) {
    return Found(Compare(Calendar(), window, period, ComparatorKind::kPreviousPeriod, count));
  }
  static std::string LastYear(absl::string_view window, absl::string_view period, int count = 1) {
    return Found(Compare(Calendar(), window, period, ComparatorKind::kSamePeriodLastYear, count));
  }
};

// 3.4.6
TEST_F(PlainCalendar, PreviousPeriodCountsPeriods) {
  EXPECT_EQ(Previous("MONTH", "2025-01"), "2024-12-01..2025-01-01 2024-12");
  EXPECT_EQ(Previous("MONTH", "2025-01", 3), "2024-10-01..2024-11-01 2024-10");
  EXPECT_EQ(Previous("WEEK", "2021-W01"), "2020-12-28..2021-01-04 2020-W53");
  EXPECT_EQ(Previous("YEAR", "1678"), "none");
}

TEST_F(PlainCalendar, SamePeriodLastYearIsByCalendarPosition) {
  EXPECT_EQ(LastYear("DAY", "2025-03-31"), "2024-03-31..2024-04-01 2024-03-31");
  EXPECT_EQ(LastYear("WEEK", "2025-W14"), "2024-04-01..2024-04-08 2024-W14");
  EXPECT_EQ(LastYear("MONTH", "2025-02"), "2024-02-01..2024-03-01 2024-02");
  EXPECT_EQ(LastYear("QUARTER", "2025-Q1"), "2024-01-01..2024-04-01 2024-Q1");
  EXPECT_EQ(LastYear("YEAR", "2025", 2), "2023-01-01..2024-01-01 2023");
  EXPECT_EQ(LastYear("WEEK", "2020-W53"), "none");
  EXPECT_EQ(LastYear("WEEK", "2020-W53", 5), "2015-12-28..2016-01-04 2015-W53");
}

// 3.4.4
TEST_F(PlainCalendar, ClippedDayIsFlagged) {
  EXPECT_EQ(LastYear("DAY", "2024-02-29"), "2023-02-28..2023-03-01 2023-02-28 clipped");
  EXPECT_EQ(LastYear("DAY", "2024-02-29", 4), "2020-02-29..2020-03-01 2020-02-29");
}

TEST_F(PlainCalendar, OtherWindowsReachBackFromTheComparablePeriod) {
  EXPECT_EQ(LastYear("TRAILING(3,MONTH,INCLUDE_CURRENT)", "2025-02"),
            "2023-12-01..2024-03-01 2024-02");
  EXPECT_EQ(LastYear("TRAILING(3,MONTH,EXCLUDE_CURRENT)", "2025-02"),
            "2023-11-01..2024-02-01 2024-02");
  EXPECT_EQ(LastYear("TO_DATE(YEAR)", "2025"), "2024-01-01..2025-01-01 2024");
  EXPECT_EQ(LastYear("TO_DATE(YEAR)", "2025-03"), "2024-01-01..2024-04-01 2024-03");
  EXPECT_EQ(Previous("TO_DATE(YEAR)", "2025-01"), "2024-01-01..2025-01-01 2024-12");
  EXPECT_EQ(Previous("CUMULATIVE", "2025-03"), "1677-01-01..2025-03-01 2025-02");
  EXPECT_EQ(Previous("CUMULATIVE", "ALL"), "none");
}

TEST_F(PlainCalendar, SameWeekdayIs364DaysEarlier) {
  const auto weekday = [](absl::string_view window, absl::string_view period, int count = 1) {
    return Found(Compare(Calendar(), window, period, ComparatorKind::kSameWeekday, count));
  };
  EXPECT_EQ(weekday("DAY", "2025-03-31"), "2024-04-01..2024-04-02 2024-04-01");
  EXPECT_EQ(weekday("DAY", "2025-03-31", 2), "2023-04-03..2023-04-04 2023-04-03");
  EXPECT_EQ(weekday("WEEK", "2020-W53"), "2019-12-30..2020-01-06 2020-W01");
  EXPECT_EQ(weekday("MONTH", "2025-03"), "2024-03-02..2024-04-02");
  EXPECT_EQ(weekday("TRAILING(2,DAY,INCLUDE_CURRENT)", "2025-03-31"),
            "2024-03-31..2024-04-02 2024-04-01");
  EXPECT_EQ(weekday("CUMULATIVE", "2025-03-31"), "1677-01-01..2024-04-02 2024-04-01");
  EXPECT_EQ(weekday("CUMULATIVE", "ALL"), "none");
}

class RetailCalendar : public ::testing::Test {
 protected:
  static std::string Of(absl::string_view window, absl::string_view period,
                        Week53 policy = Week53::kRestated, int count = 1) {
    return Found(Compare(Nrf(policy), window, period, ComparatorKind::kComparable, count));
  }
};

// Worked example of periods.
TEST_F(RetailCalendar, WeekOneOf2024ComparesByPolicy) {
  EXPECT_EQ(Of("WEEK", "nrf:2024-W01"), "2023-02-05..2023-02-12 nrf:2023-W02");
  EXPECT_EQ(Of("WEEK", "nrf:2024-W01", Week53::kSameNumber), "2023-01-29..2023-02-05 nrf:2023-W01");
  EXPECT_EQ(Of("WEEK", "nrf:2024-W01", Week53::kDrop53), "2023-01-29..2023-02-05 nrf:2023-W01");
}

TEST_F(RetailCalendar, Week53HasNoCounterpart) {
  for (const Week53 policy : {Week53::kRestated, Week53::kSameNumber}) {
    EXPECT_EQ(Of("WEEK", "nrf:2023-W53", policy).substr(0, 4), "none");
    EXPECT_EQ(Of("DAY", "nrf:2024-02-03", policy).substr(0, 4), "none");
  }
  const Comparable dropped =
      Compare(Nrf(Week53::kDrop53), "WEEK", "nrf:2023-W53", ComparatorKind::kComparable);
  EXPECT_EQ(Found(dropped), "none");
  EXPECT_EQ(Text(dropped.own_days), "");
}

TEST_F(RetailCalendar, RestatedMonthAndYearAreTheSumsOfTheirMappedWeeks) {
  EXPECT_EQ(Of("YEAR", "nrf:2024"), "2023-02-05..2024-02-04");
  EXPECT_EQ(Of("MONTH", "nrf:2024-P01"), "2023-02-05..2023-03-05");
  EXPECT_EQ(Of("MONTH", "nrf:2024-P12"), "2024-01-07..2024-02-04");
  EXPECT_EQ(Of("YEAR", "nrf:2023"), "2022-01-30..2023-01-29 partial");
  EXPECT_EQ(Of("YEAR", "nrf:2025"), "2024-02-04..2025-02-02 nrf:2024");
  // Years are walked one by one: week 2 of 2023 compares with week 2 of 2022.
  EXPECT_EQ(Of("WEEK", "nrf:2024-W01", Week53::kRestated, 2),
            "2022-02-06..2022-02-13 nrf:2022-W02");
}

TEST_F(RetailCalendar, SameNumberKeepsPeriodsWhole) {
  EXPECT_EQ(Of("MONTH", "nrf:2024-P12", Week53::kSameNumber),
            "2023-12-31..2024-02-04 nrf:2023-P12");
  EXPECT_EQ(Of("YEAR", "nrf:2024", Week53::kSameNumber), "2023-01-29..2024-02-04 nrf:2023");
}

TEST_F(RetailCalendar, Drop53LeavesTheWeekOutOnBothSides) {
  EXPECT_EQ(Of("MONTH", "nrf:2024-P12", Week53::kDrop53), "2023-12-31..2024-01-28");
  EXPECT_EQ(Of("YEAR", "nrf:2024", Week53::kDrop53), "2023-01-29..2024-01-28");
  const Comparable year =
      Compare(Nrf(Week53::kDrop53), "YEAR", "nrf:2023", ComparatorKind::kComparable);
  EXPECT_EQ(Text(year.own_days), "2023-01-29..2024-01-28");
  EXPECT_EQ(Found(year), "2022-01-30..2023-01-29 nrf:2022");
}

TEST_F(RetailCalendar, TrailingWeeksMapEachWeek) {
  EXPECT_EQ(Of("TRAILING(4,WEEK,INCLUDE_CURRENT)", "nrf:2024-W02"),
            "2023-01-22..2023-01-29 2023-02-05..2023-02-19 nrf:2023-W03 partial");
}

TEST_F(RetailCalendar, LastYearIsTheSameWeekAndWeekday) {
  const auto last_year = [](absl::string_view window, absl::string_view period) {
    return Found(Compare(Nrf(), window, period, ComparatorKind::kSamePeriodLastYear));
  };
  EXPECT_EQ(last_year("DAY", "nrf:2024-02-04"), "2023-01-29..2023-01-30 nrf:2023-01-29");
  EXPECT_EQ(last_year("MONTH", "nrf:2024-P03"), "2023-04-02..2023-04-30 nrf:2023-P03");
  EXPECT_EQ(last_year("WEEK", "nrf:2023-W53"), "none");
}

TEST(PlainComparable, WeeksOfThePlainCalendarFollowItsPolicyAndMonthsTheirNumber) {
  const auto of = [](absl::string_view window, absl::string_view period) {
    return Found(Compare(Calendar(), window, period, ComparatorKind::kComparable));
  };
  EXPECT_EQ(of("WEEK", "2021-W01"), "2020-01-06..2020-01-13 2020-W02");
  EXPECT_EQ(of("MONTH", "2021-01"), "2020-01-01..2020-02-01 2020-01");
  EXPECT_EQ(of("DAY", "2021-01-04"), "2020-01-04..2020-01-05 2020-01-04");
}

class TableCalendar : public ::testing::Test {
 protected:
  TableCalendar() {
    const auto day = [](int year, int month, int day) { return absl::CivilDay(year, month, day); };
    CalendarSpec spec;
    spec.name = "corp";
    spec.type = CalendarType::kCustom;
    spec.periods = {{"Y1", day(2024, 1, 1), day(2025, 1, 1), "", ""},
                    {"A1", day(2024, 1, 1), day(2024, 3, 1), "Y1", ""},
                    {"B1", day(2024, 3, 1), day(2025, 1, 1), "Y1", ""},
                    {"Y2", day(2025, 1, 1), day(2026, 1, 1), "", ""},
                    {"A2", day(2025, 1, 1), day(2025, 4, 1), "Y2", "B1"},
                    {"B2", day(2025, 4, 1), day(2025, 6, 1), "Y2", "A2"},
                    {"C2", day(2025, 6, 1), day(2026, 1, 1), "Y2", ""}};
    calendar_ = *Calendar::Create(spec);
  }

  std::string Of(ComparatorKind kind, absl::string_view window, absl::string_view period,
                 int count = 1) const {
    return Found(Compare(calendar_, window, period, kind, count));
  }

  Calendar calendar_;
};

TEST_F(TableCalendar, ComparableIsWhatTheTableSays) {
  const ComparatorKind kind = ComparatorKind::kComparable;
  EXPECT_EQ(Of(kind, "MONTH", "corp:A2"), "2024-03-01..2025-01-01 corp:B1");
  EXPECT_EQ(Of(kind, "MONTH", "corp:B2", 2), "2024-03-01..2025-01-01 corp:B1");
  EXPECT_EQ(Of(kind, "MONTH", "corp:C2"), "none");
  EXPECT_EQ(Of(kind, "YEAR", "corp:Y2"), "none");
  EXPECT_EQ(Of(kind, "MONTH", "corp:AFTER-MONTH"), "none");
  EXPECT_EQ(Of(kind, "DAY", "corp:2025-01-31"), "2024-03-31..2024-04-01 corp:2024-03-31");
}

TEST_F(TableCalendar, LastYearIsTheSamePlaceInTheYear) {
  const ComparatorKind kind = ComparatorKind::kSamePeriodLastYear;
  EXPECT_EQ(Of(kind, "YEAR", "corp:Y2"), "2024-01-01..2025-01-01 corp:Y1");
  EXPECT_EQ(Of(kind, "MONTH", "corp:B2"), "2024-03-01..2025-01-01 corp:B1");
  EXPECT_EQ(Of(kind, "MONTH", "corp:C2"), "none");
  EXPECT_EQ(Of(kind, "MONTH", "corp:B1"), "none");
  EXPECT_EQ(Of(kind, "DAY", "corp:2025-02-15"), "2024-02-15..2024-02-16 corp:2024-02-15");
  EXPECT_EQ(Of(kind, "DAY", "corp:2025-03-31"), "2024-02-29..2024-03-01 corp:2024-02-29 clipped");
  EXPECT_EQ(Of(ComparatorKind::kPreviousPeriod, "MONTH", "corp:A2"),
            "2024-03-01..2025-01-01 corp:B1");
  EXPECT_EQ(Of(ComparatorKind::kPreviousPeriod, "MONTH", "corp:A1"), "none");
}

TEST(HolidayAligned, MonthTakesTheEventWithIt) {
  CalendarSpec spec;
  spec.events = {{"easter", {absl::CivilDay(2024, 3, 31), absl::CivilDay(2025, 4, 20)}}};
  const Calendar calendar = *Calendar::Create(spec);
  const auto of = [&](absl::string_view window, absl::string_view period) {
    return Found(Compare(calendar, window, period, ComparatorKind::kHolidayAligned));
  };
  EXPECT_EQ(of("DAY", "2025-04-20"), "2024-03-31..2024-04-01 2024-03-31");
  EXPECT_EQ(of("MONTH", "2025-04"),
            "2024-03-31..2024-04-01 2024-04-02..2024-04-21 "
            "2024-04-22..2024-05-02");
  EXPECT_EQ(of("MONTH", "2025-03"),
            "2024-03-02..2024-03-31 2024-04-01..2024-04-02 "
            "2024-04-21..2024-04-22");
}

TEST(Comparator, CountIsLimited) {
  EXPECT_TRUE(ValidateComparator({ComparatorKind::kPreviousPeriod, 1000}).ok());
  EXPECT_FALSE(ValidateComparator({ComparatorKind::kPreviousPeriod, 1001}).ok());
  EXPECT_FALSE(ValidateComparator({ComparatorKind::kComparable, 101}).ok());
  EXPECT_FALSE(ValidateComparator({ComparatorKind::kSameWeekday, 0}).ok());
}

}  // namespace
}  // namespace kpisuite
