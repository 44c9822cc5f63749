#include "libs/kpi/calendar_events.h"

#include <set>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/base/error.h"
#include "libs/kpi/calendar.h"

namespace kpisuite {
namespace {

using ::testing::ElementsAre;

CalendarEvent Easter() {
  return {"easter",
          {absl::CivilDay(2025, 4, 20), absl::CivilDay(2024, 3, 31), absl::CivilDay(2023, 4, 9)}};
}

std::string Before(const std::vector<CalendarEvent>& events, absl::CivilDay day) {
  const absl::StatusOr<CalendarEvents> built = CalendarEvents::Create(events);
  EXPECT_TRUE(built.ok()) << built.status();
  const std::optional<absl::CivilDay> before = built->YearBefore(day);
  return before.has_value() ? FormatDay(*before) : "none";
}

std::vector<std::string> Fields(const std::vector<CalendarEvent>& events) {
  std::vector<std::string> fields;
  for (const auto& item : GetErrorDetails(CalendarEvents::Create(events).status()).violations) {
    fields.push_back(item.field + " " + item.reason);
  }
  return fields;
}

// 3.4.6
TEST(CalendarEvents, DaysOfAnEventCompareWithItsDateBefore) {
  EXPECT_EQ(Before({Easter()}, absl::CivilDay(2025, 4, 20)), "2024-03-31");
  EXPECT_EQ(Before({Easter()}, absl::CivilDay(2023, 4, 9)), "none");
  CalendarEvent weekend = Easter();
  weekend.days_before = 2;
  weekend.days_after = 1;
  EXPECT_EQ(Before({weekend}, absl::CivilDay(2025, 4, 18)), "2024-03-29");
  EXPECT_EQ(Before({weekend}, absl::CivilDay(2025, 4, 21)), "2024-04-01");
  EXPECT_EQ(Before({weekend}, absl::CivilDay(2025, 4, 17)), "2024-04-18");
}

TEST(CalendarEvents, OrdinaryDaysCompareWithTheSameWeekday) {
  EXPECT_EQ(Before({}, absl::CivilDay(2025, 4, 20)), "2024-04-21");
  EXPECT_EQ(Before({Easter()}, absl::CivilDay(2025, 4, 19)), "2024-04-20");
}

TEST(CalendarEvents, OrdinaryDayTakesTheDayThatTheEventFreed) {
  // 364 days before 2025-03-30 is Easter 2024; Easter 2025 frees 2024-04-21.
  EXPECT_EQ(Before({Easter()}, absl::CivilDay(2025, 3, 30)), "2024-04-21");
  // Nothing says where the Easter of 2025 went to in 2026.
  EXPECT_EQ(Before({Easter()}, absl::CivilDay(2026, 4, 19)), "none");
}

TEST(CalendarEvents, NoDayIsComparedTwice) {
  const CalendarEvent christmas = {
      "christmas", {absl::CivilDay(2024, 12, 25), absl::CivilDay(2025, 12, 25)}, 1, 1};
  // The date of 2025 lies where the one of 2024 frees nothing but days of the other event.
  const CalendarEvent sale = {"sale", {absl::CivilDay(2024, 12, 28), absl::CivilDay(2025, 12, 22)}};
  const CalendarEvents events = *CalendarEvents::Create({Easter(), christmas, sale});
  std::set<absl::CivilDay> seen;
  for (absl::CivilDay day(2025, 1, 1); day < absl::CivilDay(2026, 1, 1); ++day) {
    const std::optional<absl::CivilDay> before = events.YearBefore(day);
    ASSERT_TRUE(before.has_value()) << FormatDay(day);
    ASSERT_TRUE(seen.insert(*before).second) << FormatDay(day) << " " << FormatDay(*before);
  }
  EXPECT_EQ(*seen.begin(), absl::CivilDay(2024, 1, 3));
  EXPECT_EQ(*seen.rbegin(), absl::CivilDay(2025, 1, 1));
}

TEST(CalendarEvents, YearsWithoutADateHaveNoCounterpart) {
  const CalendarEvent games = {"games", {absl::CivilDay(2020, 7, 23), absl::CivilDay(2024, 7, 26)}};
  EXPECT_EQ(Before({games}, absl::CivilDay(2024, 7, 26)), "none");
}

TEST(CalendarEvents, BadEventsAreNamed) {
  CalendarEvent around = Easter();
  around.name = "around";
  around.days_before = 31;
  around.days_after = -1;
  EXPECT_THAT(
      Fields({Easter(), Easter(), {"", {}}, around}),
      ElementsAre("events[1].name DUPLICATE", "events[2].name SYNTAX", "events[2].dates REQUIRED",
                  "events[3].daysBefore OUT_OF_RANGE", "events[3].daysAfter OUT_OF_RANGE"));
}

TEST(CalendarEvents, DaysBelongToOneEvent) {
  CalendarEvent monday = {"monday", {absl::CivilDay(2025, 4, 21)}};
  EXPECT_THAT(Fields({Easter(), monday}), ElementsAre());
  monday.days_before = 1;
  EXPECT_THAT(Fields({Easter(), monday}), ElementsAre("events[1].dates OVERLAP"));
}

}  // namespace
}  // namespace kpisuite
