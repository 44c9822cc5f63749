#include "libs/kpi/window.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace kpisuite {
namespace {

TEST(Window, CalendarWindowsHaveCanonicalIds) {
  const char* ids[] = {"DAY", "WEEK", "MONTH", "QUARTER", "YEAR"};
  for (size_t i = 0; i < 5; ++i) {
    WindowSpec spec;
    spec.grain = kAllGrains[i];
    const Window window = *Window::Create(spec);
    EXPECT_EQ(window.id(), ids[i]);
    EXPECT_EQ(*Window::Parse(ids[i]), window);
  }
  EXPECT_FALSE(Window::Parse("day").ok());
  EXPECT_FALSE(Window::Parse("").ok());
}

TEST(Window, FindsItsPeriod) {
  EXPECT_EQ(Window::Parse("MONTH")->At(Calendar(), absl::CivilDay(2025, 3, 31)).id, "2025-03");
  EXPECT_EQ(Window::Parse("DAY")->At(Calendar(), absl::UnixEpoch()).id, "1970-01-01");
}

Window Parsed(absl::string_view id) {
  absl::StatusOr<Window> window = Window::Parse(id);
  EXPECT_TRUE(window.ok()) << window.status();
  return *window;
}

// `2025-01-01..2025-04-01`, the end exclusive.
std::string Reach(absl::string_view window, absl::string_view period,
                  const Calendar& calendar = Calendar()) {
  const Period parsed = *ParsePeriod(calendar, period);
  EXPECT_TRUE(Parsed(window).Accepts(parsed));
  const DayRange days = Parsed(window).ReachOf(calendar, parsed);
  return absl::StrCat(FormatDay(days.first_day), "..", FormatDay(days.end_day));
}

std::string Touched(absl::string_view window, absl::CivilDay day) {
  const auto [first, last] = Parsed(window).StepsTouchedBy(Calendar(), day);
  return absl::StrCat(first.id, "..", last.id);
}

Calendar Retail() {
  CalendarSpec spec;
  spec.name = "nrf";
  spec.type = CalendarType::kFiscal454;
  spec.year_end = YearEnd{YearEndRule::kNearest, 1, absl::Weekday::saturday};
  return *Calendar::Create(spec);
}

// 3.4.5
TEST(Window, EveryKindHasACanonicalId) {
  for (const char* id : {"TO_DATE(MONTH)", "TO_DATE(YEAR)", "TRAILING(3,MONTH,INCLUDE_CURRENT)",
                         "TRAILING(1000,DAY,EXCLUDE_CURRENT)", "CUMULATIVE"}) {
    EXPECT_EQ(Parsed(id).id(), id);
    EXPECT_EQ(Parsed(id), Parsed(id));
  }
  EXPECT_EQ(Parsed("TRAILING( 3, MONTH, INCLUDE_CURRENT )").id(),
            "TRAILING(3,MONTH,INCLUDE_CURRENT)");
  EXPECT_NE(Parsed("TRAILING(3,MONTH,INCLUDE_CURRENT)"),
            Parsed("TRAILING(3,MONTH,EXCLUDE_CURRENT)"));
  EXPECT_NE(Parsed("TO_DATE(MONTH)"), Parsed("MONTH"));
}

TEST(Window, OtherTextIsRefused) {
  for (const char* id : {"TO_DATE",
                         "TO_DATE()",
                         "TO_DATE(ALL)",
                         "TO_DATE(month)",
                         "TO_DATE(MONTH,YEAR)",
                         "TO_DATE(MONTH) ",
                         "ALL",
                         "cumulative",
                         "CUMULATIVE()",
                         "TRAILING",
                         "TRAILING()",
                         "TRAILING(3)",
                         "TRAILING(0,DAY,INCLUDE_CURRENT)",
                         "TRAILING(1001,DAY,INCLUDE_CURRENT)",
                         "TRAILING(03,DAY,INCLUDE_CURRENT)",
                         "TRAILING(+3,DAY,INCLUDE_CURRENT)",
                         "TRAILING(99999999999,DAY,INCLUDE_CURRENT)",
                         "TRAILING(3,DAYS,INCLUDE_CURRENT)",
                         "TRAILING(3,DAY,true)",
                         "TRAILING(3,DAY,INCLUDE_CURRENT,1)",
                         "TRAILING(3,DAY,)"}) {
    EXPECT_EQ(Window::Parse(id).status().code(), absl::StatusCode::kInvalidArgument) << id;
  }
}

TEST(Window, TrailingMustSayWhetherTheCurrentUnitCounts) {
  EXPECT_THAT(std::string(Window::Parse("TRAILING(7,DAY)").status().message()),
              ::testing::HasSubstr("whether the open DAY counts has no default"));
  WindowSpec spec;
  spec.kind = WindowKind::kTrailing;
  spec.count = 7;
  EXPECT_FALSE(Window::Create(spec).ok());
  spec.include_current = false;
  EXPECT_TRUE(Window::Create(spec).ok());
  spec.count = 0;
  EXPECT_FALSE(Window::Create(spec).ok());
}

TEST(Window, OnlyTrailingWindowsTakeItsFields) {
  WindowSpec spec;
  spec.count = 3;
  EXPECT_FALSE(Window::Create(spec).ok());
  spec.count = 0;
  spec.include_current = true;
  EXPECT_FALSE(Window::Create(spec).ok());
}

TEST(Window, CalendarReachIsTheStep) {
  EXPECT_EQ(Reach("MONTH", "2025-03"), "2025-03-01..2025-04-01");
  EXPECT_EQ(Touched("MONTH", absl::CivilDay(2025, 3, 31)), "2025-03..2025-03");
  EXPECT_FALSE(Parsed("MONTH").Accepts(*ParsePeriod(Calendar(), "2025-03-01")));
  EXPECT_FALSE(Parsed("MONTH").reaches_overlap());
}

TEST(Window, ToDateReachesFromTheStartOfItsStep) {
  EXPECT_EQ(Reach("TO_DATE(YEAR)", "2025"), "2025-01-01..2026-01-01");
  EXPECT_EQ(Reach("TO_DATE(YEAR)", "2025-03"), "2025-01-01..2025-04-01");
  EXPECT_EQ(Reach("TO_DATE(MONTH)", "2025-03-10"), "2025-03-01..2025-03-11");
  // A week counts to the year in which it ends.
  EXPECT_EQ(Reach("TO_DATE(YEAR)", "2025-W01"), "2025-01-01..2025-01-06");
  EXPECT_FALSE(Parsed("TO_DATE(MONTH)").Accepts(*ParsePeriod(Calendar(), "2025")));
  EXPECT_EQ(Touched("TO_DATE(YEAR)", absl::CivilDay(2025, 3, 31)), "2025..2025");
  EXPECT_TRUE(Parsed("TO_DATE(YEAR)").reaches_overlap());
}

TEST(Window, TrailingReachesWholeUnits) {
  EXPECT_EQ(Reach("TRAILING(3,MONTH,INCLUDE_CURRENT)", "2025-03"), "2025-01-01..2025-04-01");
  EXPECT_EQ(Reach("TRAILING(3,MONTH,EXCLUDE_CURRENT)", "2025-03"), "2024-12-01..2025-03-01");
  EXPECT_EQ(Reach("TRAILING(1,DAY,INCLUDE_CURRENT)", "2025-03-10"), "2025-03-10..2025-03-11");
  EXPECT_EQ(Reach("TRAILING(1000,YEAR,INCLUDE_CURRENT)", "1678"), "0679-01-01..1679-01-01");
  EXPECT_FALSE(
      Parsed("TRAILING(3,MONTH,INCLUDE_CURRENT)").Accepts(*ParsePeriod(Calendar(), "2025-03-01")));
}

TEST(Window, TrailingStepsTouchedByADayAreThoseWhoseReachHasIt) {
  EXPECT_EQ(Touched("TRAILING(3,MONTH,INCLUDE_CURRENT)", absl::CivilDay(2025, 1, 31)),
            "2025-01..2025-03");
  EXPECT_EQ(Touched("TRAILING(3,MONTH,EXCLUDE_CURRENT)", absl::CivilDay(2025, 1, 31)),
            "2025-02..2025-04");
  for (const char* id : {"TRAILING(4,WEEK,INCLUDE_CURRENT)", "TRAILING(4,WEEK,EXCLUDE_CURRENT)"}) {
    const Calendar retail = Retail();
    const absl::CivilDay day(2024, 1, 31);
    const auto [first, last] = Parsed(id).StepsTouchedBy(retail, day);
    const auto holds = [&](const Period& step) {
      const DayRange days = Parsed(id).ReachOf(retail, step);
      return days.first_day <= day && day < days.end_day;
    };
    EXPECT_TRUE(holds(first) && holds(last)) << id;
    EXPECT_FALSE(holds(PreviousPeriod(retail, first)) || holds(NextPeriod(retail, last))) << id;
  }
}

TEST(Window, TrailingWeeksRunAcrossA53WeekYear) {
  EXPECT_EQ(Reach("TRAILING(4,WEEK,INCLUDE_CURRENT)", "nrf:2024-W02", Retail()),
            "2024-01-21..2024-02-18");
  EXPECT_EQ(Reach("TRAILING(2,MONTH,EXCLUDE_CURRENT)", "nrf:2024-P01", Retail()),
            "2023-11-26..2024-02-04");
}

TEST(Window, CumulativeHasOneStepAndReachesBackToTheBeginning) {
  const Window window = Parsed("CUMULATIVE");
  EXPECT_EQ(window.At(Calendar(), absl::CivilDay(2025, 3, 31)).id, "ALL");
  EXPECT_EQ(Touched("CUMULATIVE", absl::CivilDay(2025, 3, 31)), "ALL..ALL");
  EXPECT_EQ(Reach("CUMULATIVE", "ALL"), "1677-01-01..2263-01-01");
  EXPECT_EQ(Reach("CUMULATIVE", "2025-03"), "1677-01-01..2025-04-01");
  EXPECT_EQ(ParsePeriod(Retail(), "nrf:ALL")->grain, Grain::kAll);
  EXPECT_FALSE(ShiftPeriod(Calendar(), *ParsePeriod(Calendar(), "ALL"), 1).ok());
  EXPECT_FALSE(NextPeriod(Calendar(), *ParsePeriod(Calendar(), "ALL")).exists());
}

TEST(Window, FitsCalendarsThatHaveItsPeriods) {
  CalendarSpec spec;
  spec.name = "iso";
  spec.type = CalendarType::kIsoWeek;
  const Calendar iso = *Calendar::Create(spec);
  EXPECT_TRUE(Parsed("TRAILING(13,WEEK,EXCLUDE_CURRENT)").FitsCalendar(iso));
  EXPECT_TRUE(Parsed("TO_DATE(YEAR)").FitsCalendar(iso));
  EXPECT_TRUE(Parsed("CUMULATIVE").FitsCalendar(iso));
  EXPECT_FALSE(Parsed("TRAILING(3,MONTH,EXCLUDE_CURRENT)").FitsCalendar(iso));
  EXPECT_FALSE(Parsed("TO_DATE(QUARTER)").FitsCalendar(iso));
}

class PeriodPhaseTest : public ::testing::Test {
 protected:
  std::string Phase(absl::Duration after_end, absl::Duration watermark_after_end,
                    bool finalised = false) const {
    return std::string(PeriodPhaseName(PhaseOf(
        period_, period_.end + after_end, period_.end + watermark_after_end, rule_, finalised)));
  }

  const Calendar calendar_;
  const Period period_ = *ParsePeriod(calendar_, "2025-03-31");
  const ClosingRule rule_ = {absl::Hours(6), absl::Hours(72)};
  const absl::Duration none_ = -absl::InfiniteDuration();
};

// 3.4.7
TEST_F(PeriodPhaseTest, FollowsTheClock) {
  EXPECT_EQ(Phase(-absl::Hours(25), none_), "FUTURE");
  EXPECT_EQ(Phase(-absl::Hours(24), none_), "OPEN");
  EXPECT_EQ(Phase(-absl::Nanoseconds(1), none_), "OPEN");
  EXPECT_EQ(Phase(absl::ZeroDuration(), none_), "CLOSING");
  EXPECT_EQ(Phase(absl::Hours(6), none_), "CLOSED");
  EXPECT_EQ(Phase(absl::Hours(72), none_), "FINAL");
}

TEST_F(PeriodPhaseTest, WatermarkClosesEarlyButNeverBeforeTheEnd) {
  EXPECT_EQ(Phase(absl::Hours(1), absl::ZeroDuration()), "CLOSED");
  EXPECT_EQ(Phase(absl::Hours(1), -absl::Nanoseconds(1)), "CLOSING");
  EXPECT_EQ(Phase(-absl::Hours(1), absl::Hours(1)), "OPEN");
}

TEST_F(PeriodPhaseTest, FinaliseCallLocks) {
  EXPECT_EQ(Phase(absl::Hours(1), none_, true), "FINAL");
  EXPECT_EQ(Phase(-absl::Hours(1), none_, true), "OPEN");
}

TEST_F(PeriodPhaseTest, NextChangeIsWhenThePhaseChanges) {
  const auto next = [&](absl::Duration after_end, absl::Time watermark) {
    return NextPhaseChange(period_, period_.end + after_end, watermark, rule_, false);
  };
  EXPECT_EQ(next(-absl::Hours(30), absl::InfinitePast()), period_.start);
  EXPECT_EQ(next(-absl::Hours(1), absl::InfinitePast()), period_.end);
  EXPECT_EQ(next(absl::Hours(1), absl::InfinitePast()), period_.end + absl::Hours(6));
  EXPECT_EQ(next(absl::Hours(1), period_.end), period_.end + absl::Hours(72));
  EXPECT_EQ(next(absl::Hours(72), period_.end), absl::InfiniteFuture());
}

}  // namespace
}  // namespace kpisuite
