#include "libs/kpi/custom_periods.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/base/error.h"
#include "libs/kpi/period.h"

namespace kpisuite {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

absl::CivilDay Day(absl::string_view text) { return *ParseDay(text); }

CustomPeriodRow Row(absl::string_view id, absl::string_view first, absl::string_view end,
                    absl::string_view parent = "", absl::string_view prior = "") {
  return {std::string(id), Day(first), Day(end), std::string(parent), std::string(prior)};
}

// A short first year, as when a company moves its fiscal year, then a whole one.
std::vector<CustomPeriodRow> Table() {
  return {Row("FY24", "2024-04-01", "2025-01-01"),
          Row("FY25", "2025-01-01", "2026-01-01", "", "FY24"),
          Row("FY24-A", "2024-04-01", "2024-08-15", "FY24"),
          Row("FY24-B", "2024-08-15", "2025-01-01", "FY24"),
          Row("FY25-A", "2025-01-01", "2025-06-15", "FY25", "FY24-A"),
          Row("FY25-B", "2025-06-15", "2026-01-01", "FY25", "FY24-B")};
}

absl::StatusOr<Calendar> Make(std::vector<CustomPeriodRow> rows) {
  CalendarSpec spec;
  spec.name = "corp";
  spec.type = CalendarType::kCustom;
  spec.periods = std::move(rows);
  return Calendar::Create(spec);
}

std::vector<std::string> Fields(const std::vector<CustomPeriodRow>& rows) {
  std::vector<std::string> fields;
  for (const FieldViolation& item : GetErrorDetails(Make(rows).status()).violations) {
    fields.push_back(item.field);
  }
  return fields;
}

std::string FirstProblem(const std::vector<CustomPeriodRow>& rows) {
  return GetErrorDetails(Make(rows).status()).violations.at(0).description;
}

TEST(CustomPeriods, LevelsOfTheTreeAreGrains) {
  const Calendar calendar = *Make(Table());
  EXPECT_TRUE(calendar.HasGrain(Grain::kYear));
  EXPECT_TRUE(calendar.HasGrain(Grain::kMonth));
  EXPECT_FALSE(calendar.HasGrain(Grain::kQuarter));
  EXPECT_FALSE(calendar.HasGrain(Grain::kWeek));
  const absl::CivilDay day(2025, 6, 15);
  EXPECT_EQ(PeriodOf(calendar, Grain::kDay, day).id, "corp:2025-06-15");
  EXPECT_EQ(PeriodOf(calendar, Grain::kMonth, day).id, "corp:FY25-B");
  EXPECT_EQ(PeriodOf(calendar, Grain::kMonth, day - 1).id, "corp:FY25-A");
  EXPECT_EQ(PeriodOf(calendar, Grain::kYear, day).id, "corp:FY25");
}

TEST(CustomPeriods, FourLevelsHaveWeeksAndThreeHaveNone) {
  std::vector<CustomPeriodRow> rows = {Row("Y", "2025-01-01", "2025-03-01"),
                                       Row("Q", "2025-01-01", "2025-03-01", "Y"),
                                       Row("M", "2025-01-01", "2025-03-01", "Q")};
  EXPECT_FALSE(Make(rows)->HasGrain(Grain::kWeek));
  EXPECT_TRUE(Make(rows)->HasGrain(Grain::kQuarter));
  rows.push_back(Row("W1", "2025-01-01", "2025-01-12", "M"));
  rows.push_back(Row("W2", "2025-01-12", "2025-03-01", "M"));
  EXPECT_EQ(PeriodOf(*Make(rows), Grain::kWeek, Day("2025-02-01")).id, "corp:W2");
  rows.push_back(Row("D", "2025-01-01", "2025-01-12", "W1"));
  EXPECT_THAT(Fields(rows), ElementsAre("periods[5].parent"));
}

TEST(CustomPeriods, IdsAreReadBackWithTheirDays) {
  const Calendar calendar = *Make(Table());
  const Period period = *ParsePeriod(calendar, "corp:FY25-A");
  EXPECT_EQ(period.grain, Grain::kMonth);
  EXPECT_EQ(period.first_day, Day("2025-01-01"));
  EXPECT_EQ(period.end_day, Day("2025-06-15"));
  EXPECT_EQ(ParsePeriod(calendar, "corp:2025-03-31")->grain, Grain::kDay);
  for (const char* id : {"corp:2025", "corp:2025-W14", "corp:FY26", "FY25", "corp:"}) {
    EXPECT_FALSE(ParsePeriod(calendar, id).ok()) << id;
  }
  EXPECT_THAT(std::string(ParsePeriod(calendar, "corp:2025").status().message()),
              HasSubstr("corp:2024-04-01, corp:FY24-A, corp:FY24"));
}

TEST(CustomPeriods, DaysOutsideOfTheTableAreBeforeAndAfter) {
  const Calendar calendar = *Make(Table());
  const Period before = PeriodOf(calendar, Grain::kMonth, Day("2024-03-31"));
  EXPECT_EQ(before.id, "corp:BEFORE-MONTH");
  EXPECT_EQ(before.end_day, Day("2024-04-01"));
  const Period after = PeriodOf(calendar, Grain::kYear, Day("2026-01-01"));
  EXPECT_EQ(after.id, "corp:AFTER-YEAR");
  EXPECT_EQ(*ParsePeriod(calendar, "corp:AFTER-YEAR"), after);
  EXPECT_EQ(PreviousPeriod(calendar, after).id, "corp:FY25");
  EXPECT_EQ(NextPeriod(calendar, PreviousPeriod(calendar, after)), after);
  EXPECT_FALSE(NextPeriod(calendar, after).exists());
  EXPECT_FALSE(PreviousPeriod(calendar, before).exists());
  EXPECT_TRUE(PeriodsWithin(calendar, after, Grain::kDay).empty());
}

TEST(CustomPeriods, ShiftsStayInTheTable) {
  const Calendar calendar = *Make(Table());
  const Period period = *ParsePeriod(calendar, "corp:FY25-A");
  EXPECT_EQ(ShiftPeriod(calendar, period, -2)->id, "corp:FY24-A");
  EXPECT_EQ(ShiftPeriod(calendar, period, 2).status().code(), absl::StatusCode::kOutOfRange);
  EXPECT_EQ(ShiftPeriod(calendar, period, -3).status().code(), absl::StatusCode::kOutOfRange);
  EXPECT_EQ(ShiftPeriodFreely(calendar, period, -30).id, "corp:BEFORE-MONTH");
}

TEST(CustomPeriods, SingleRowsAreChecked) {
  std::vector<CustomPeriodRow> rows = Table();
  rows[1].id = "FY24";
  rows[2].id = "2024-04-01";
  rows[3].end_day = rows[3].first_day;
  rows[4].first_day = absl::CivilDay(1500, 1, 1);
  EXPECT_THAT(Fields(rows), ElementsAre("periods[1].id", "periods[2].id", "periods[3].endDate",
                                        "periods[4].startDate"));
  for (const char* id : {"", "ALL", "BEFORE", "AFTER-YEAR", "a b", "x:y"}) {
    rows = Table();
    rows[5].id = id;
    EXPECT_THAT(Fields(rows), ElementsAre("periods[5].id")) << id;
  }
  EXPECT_THAT(Fields(std::vector<CustomPeriodRow>(10'001, rows[0])), ElementsAre("periods"));
}

TEST(CustomPeriods, ParentsAreRowsWithoutCycles) {
  std::vector<CustomPeriodRow> rows = Table();
  rows[3].parent = "FY23";
  EXPECT_THAT(Fields(rows), ElementsAre("periods[3].parent"));
  rows = Table();
  rows[0].parent = "FY24-A";
  EXPECT_THAT(Fields(rows),
              ElementsAre("periods[0].parent", "periods[2].parent", "periods[3].parent"));
}

TEST(CustomPeriods, HolesAndOverlapsNameTheRow) {
  std::vector<CustomPeriodRow> rows = Table();
  rows[5].first_day = Day("2025-06-16");
  EXPECT_THAT(Fields(rows), ElementsAre("periods[5].startDate"));
  EXPECT_THAT(FirstProblem(rows), HasSubstr("got 2025-06-16, want 2025-06-15"));
  rows[5].first_day = Day("2025-06-14");
  EXPECT_THAT(Fields(rows), ElementsAre("periods[5].startDate"));
  rows = Table();
  rows[1].first_day = Day("2025-01-02");
  rows[4].first_day = Day("2025-01-02");
  EXPECT_THAT(Fields(rows), ElementsAre("periods[1].startDate"));
}

TEST(CustomPeriods, ChildrenFillTheirParent) {
  std::vector<CustomPeriodRow> rows = Table();
  rows[5].end_day = Day("2025-12-31");
  EXPECT_THAT(Fields(rows), ElementsAre("periods[5].endDate"));
  EXPECT_THAT(FirstProblem(rows), HasSubstr("2026-01-01, the end of its parent"));
  rows = Table();
  rows.push_back(Row("FY26", "2026-01-01", "2027-01-01"));
  EXPECT_THAT(Fields(rows), ElementsAre("periods[6].id"));
}

TEST(CustomPeriods, ComparableIsAnEarlierPeriodOfTheLevel) {
  for (const char* prior : {"FY24", "FY25-B", "FY25-A", "nothing"}) {
    std::vector<CustomPeriodRow> rows = Table();
    rows[4].comparable_prior_id = prior;
    EXPECT_THAT(Fields(rows), ElementsAre("periods[4].comparablePriorId")) << prior;
  }
}

}  // namespace
}  // namespace kpisuite
