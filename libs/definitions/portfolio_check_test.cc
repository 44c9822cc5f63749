// What can be wrong with metrics, calendars, sources and what stands around KPIs.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "libs/definitions/definitions_test_support.h"

namespace kpisuite {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::vector<std::string> CodesOf(const std::string& path, const std::string& text) {
  std::vector<std::string> codes;
  for (const FieldViolation& item : ValidateOne(MakeDefinition(path, text)).violations) {
    codes.push_back(item.field.substr(sizeof("definitions[0].") - 1) + " " + item.reason);
  }
  return codes;
}

TEST(Metric, ChecksItsFields) {
  EXPECT_THAT(CodesOf("metrics/m",
                      "metric { unit: 'min//h' scale: -1 weight_scale: 10 dimensions: 'Origin' "
                      "dimensions: 'value' dimensions: 'a' dimensions: 'a' partition_group: 'G' "
                      "timeliness { grace { seconds: -1 } } "
                      "hierarchies { dimension: 'a' levels: 'b' } }"),
              ElementsAre("metric.unit SYNTAX", "metric.scale OUT_OF_RANGE",
                          "metric.weight_scale OUT_OF_RANGE", "metric.dimensions[0] SYNTAX",
                          "metric.dimensions[1] RESERVED_NAME", "metric.dimensions[3] DUPLICATE",
                          "metric.partition_group SYNTAX", "metric.timeliness.grace OUT_OF_RANGE"));
}

TEST(CalendarDefinition, ChecksItsFields) {
  EXPECT_THAT(CodesOf("calendars/c",
                      "calendar { time_zone: 'Europe/Berlin' type: "
                      "CALENDAR_TYPE_FISCAL_MONTH_OFFSET first_month: 4 "
                      "week_start: 7 working_days: 1 holidays: '2025-12-25' }"),
              IsEmpty());
  EXPECT_THAT(
      CodesOf("calendars/c",
              "calendar { time_zone: 'Berlin' first_month: 13 "
              "week_start: 8 working_days: 1 working_days: 1 "
              "holidays: '25.12.' day_start { seconds: 86400 } }"),
      ElementsAre("calendar.first_month OUT_OF_RANGE", "calendar.week_start OUT_OF_RANGE",
                  "calendar.working_days[1] DUPLICATE", "calendar.holidays[0] SYNTAX",
                  "calendar.time_zone UNKNOWN_REFERENCE", "calendar.day_start OUT_OF_RANGE"));
  EXPECT_THAT(CodesOf("calendars/c",
                      "calendar { type: CALENDAR_TYPE_ISO_WEEK end_rule: 'LAST' end_month: 1 "
                      "end_weekday: 6 week_start: 7 "
                      "periods { id: 'a' start_date: '2025-01-01' end_date: '2025-02-01' } }"),
              ElementsAre("calendar.end_rule REFUSED", "calendar.end_month REFUSED",
                          "calendar.end_weekday REFUSED", "calendar.week_start OUT_OF_RANGE",
                          "calendar.periods OUT_OF_RANGE"));
}

TEST(CalendarDefinition, YearsOfWeeksNeedTheirLastDay) {
  const std::string type = "calendar { type: CALENDAR_TYPE_FISCAL_4_5_4 ";
  EXPECT_THAT(CodesOf("calendars/c", type + "end_rule: 'NEAREST' end_month: 1 end_weekday: 6 "
                                            "week_start: 7 year_label: FISCAL_YEAR_LABEL_START }"),
              IsEmpty());
  EXPECT_THAT(CodesOf("calendars/c", type + "}"),
              ElementsAre("calendar.end_rule REQUIRED", "calendar.end_month REQUIRED",
                          "calendar.end_weekday REQUIRED"));
  EXPECT_THAT(
      CodesOf("calendars/c",
              type + "end_rule: 'last' end_month: 0 end_weekday: 8 first_month: 2 }"),
      ElementsAre("calendar.end_rule OUT_OF_RANGE", "calendar.end_month OUT_OF_RANGE",
                  "calendar.end_weekday OUT_OF_RANGE", "calendar.first_month OUT_OF_RANGE"));
  EXPECT_THAT(
      CodesOf("calendars/c", type + "end_rule: 'LAST' end_month: 1 end_weekday: 6 week_start: 1 }"),
      ElementsAre("calendar.week_start OUT_OF_RANGE"));
}

TEST(CalendarDefinition, ReportsTheRowsOfATable) {
  const auto rows = [](const std::string& rest) {
    return CodesOf("calendars/c",
                   "calendar { type: CALENDAR_TYPE_CUSTOM periods { id: 'a' "
                   "start_date: '2025-01-01' end_date: '2025-02-01' } " +
                       rest + "}");
  };
  EXPECT_THAT(rows("periods { id: 'b' start_date: '2025-02-01' end_date: '2025-03-01' "
                   "comparable_prior_id: 'a' }"),
              IsEmpty());
  EXPECT_THAT(rows("periods { id: 'b' start_date: '2025-02-02' end_date: '2025-03-01' }"),
              ElementsAre("calendar.periods[1].start_date OVERLAP"));
  EXPECT_THAT(
      rows("periods { id: 'b' start_date: '1.2.2025' } time_zone: 'x'"),
      ElementsAre("calendar.periods[1].start_date SYNTAX", "calendar.periods[1].end_date SYNTAX",
                  "calendar.time_zone UNKNOWN_REFERENCE"));
  EXPECT_THAT(rows("periods { id: 'b' start_date: '2025-01-01' end_date: '2025-02-01' "
                   "parent: 'c' comparable_prior_id: 'a' }"),
              ElementsAre("calendar.periods[1].parent UNKNOWN_REFERENCE"));
  EXPECT_THAT(CodesOf("calendars/c", "calendar { type: CALENDAR_TYPE_CUSTOM }"),
              ElementsAre("calendar.periods REQUIRED"));
}

TEST(Objective, ChecksItsFields) {
  EXPECT_THAT(CodesOf("objectives/o", "objective { horizon: '2025-02-30' parent: 'p' }"),
              ElementsAre("objective.owner REQUIRED", "objective.horizon SYNTAX",
                          "objective.parent UNKNOWN_REFERENCE"));
}

TEST(SourceDefinition, ChecksItsFields) {
  EXPECT_THAT(CodesOf("sources/s",
                      "source { owner: 'a b' documentation_url: 'ftp://x' "
                      "timeliness { max_age { seconds: -5 } } }"),
              ElementsAre("source.owner SYNTAX", "source.timeliness.max_age OUT_OF_RANGE",
                          "source.documentation_url SYNTAX"));
}

TEST(Scorecard, ChecksItsChildren) {
  EXPECT_THAT(CodesOf("scorecards/s",
                      "scorecard { children { kpi: 'late' window: 'MONTH' "
                      "slice: 'origin=ORD' weight: '2' veto: VETO_HARD } }"),
              IsEmpty());
  EXPECT_THAT(
      CodesOf("scorecards/s",
              "scorecard { method: ROLL_UP_K_OF_N min_coverage: '2' "
              "children { } children { kpi: 'late' weight: '0' window: 'YEAR' } "
              "children { kpi: 'late' slice: 'carrier=AA' } children { kpi: 'late' slice: "
              "'carrier=AA' } children { scorecard: 'none' } }"),
      ElementsAre("scorecard.children[0] REQUIRED", "scorecard.children[1].weight OUT_OF_RANGE",
                  "scorecard.children[1].window OUT_OF_RANGE",
                  "scorecard.children[2].slice SLICE_DIMENSION",
                  "scorecard.children[3].slice SLICE_DIMENSION", "scorecard.children[3] DUPLICATE",
                  "scorecard.k REQUIRED", "scorecard.min_coverage OUT_OF_RANGE",
                  "scorecard.children[4].scorecard UNKNOWN_REFERENCE"));
  EXPECT_THAT(CodesOf("scorecards/s", "scorecard { k: 1 }"),
              ElementsAre("scorecard.children REQUIRED", "scorecard.k REFUSED"));
}

TEST(Scorecard, CountsAKpiOnceAtAnyDepth) {
  Catalog live;
  live.Apply(SmallWorld(), 1);
  EXPECT_THAT(Codes(Validate(live, {MakeDefinition("scorecards/in",
                                                   "scorecard { children { kpi: 'late' } }"),
                                    MakeDefinition("scorecards/out",
                                                   "scorecard { children { kpi: 'late' } "
                                                   "children { scorecard: 'in' } }")})
                        .violations),
              ElementsAre("definitions[1].scorecard.children[1] DUPLICATE"));
}

TEST(Scorecard, HasALimitedDepth) {
  std::vector<v1::Definition> set = SmallWorld();
  set.push_back(MakeDefinition("scorecards/s1", "scorecard { children { kpi: 'late' } }"));
  for (int i = 2; i <= 17; ++i) {
    set.push_back(
        MakeDefinition(absl::StrCat("scorecards/s", i),
                       absl::StrCat("scorecard { children { scorecard: 's", i - 1, "' } }")));
  }
  EXPECT_THAT(Codes(Validate(Catalog(), set).violations),
              ElementsAre("definitions[18].scorecard.children DEPTH"));
}

TEST(BenchmarkDefinition, ChecksItsFields) {
  EXPECT_THAT(CodesOf("benchmarks/b",
                      "benchmark { kpi: 'late' percentiles { key: '10' value: "
                      "'0.1' } percentiles { key: '90' value: '0.3' } }"),
              IsEmpty());
  EXPECT_THAT(CodesOf("benchmarks/b", "benchmark { retrieved_at: 'x' participants: 0 }"),
              ElementsAre("benchmark.kpi REQUIRED", "benchmark.percentiles REQUIRED",
                          "benchmark.participants OUT_OF_RANGE", "benchmark.retrieved_at SYNTAX"));
  EXPECT_THAT(CodesOf("benchmarks/b",
                      "benchmark { kpi: 'late' percentiles { key: '10' value: "
                      "'0.4' } percentiles { key: '90' value: '0.3' } }"),
              ElementsAre("benchmark.percentiles[\"90\"] OUT_OF_RANGE"));
  EXPECT_THAT(CodesOf("benchmarks/b",
                      "benchmark { kpi: 'late' percentiles { key: 'p10' value: "
                      "'0.4' } }"),
              ElementsAre("benchmark.percentiles[\"p10\"] OUT_OF_RANGE"));
}

TEST(InitiativeDefinition, ChecksItsFields) {
  EXPECT_THAT(
      CodesOf("initiatives/i",
              "initiative { effects { expected: 'x' } "
              "treated_slices: 'origin' }"),
      ElementsAre("initiative.effects[0].kpi REQUIRED", "initiative.effects[0].expected SYNTAX",
                  "initiative.start_date REQUIRED", "initiative.treated_slices[0] SYNTAX"));
  EXPECT_THAT(CodesOf("initiatives/i",
                      "initiative { start_date: '2025-02-01' end_date: "
                      "'2025-01-01' effects { kpi: 'late' } }"),
              ElementsAre("initiative.end_date OUT_OF_RANGE"));
}

TEST(AlertRuleDefinition, ChecksItsFields) {
  for (const char* condition : {"STATUS_IS(OFF_TARGET)", "STATUS_ENTERS(WARNING, OFF_TARGET)",
                                "FVP < -0.1", "VALUE>=80%", "NO_DATA", "PROJECTED_MISS(0.9)"}) {
    EXPECT_THAT(CodesOf("alertRules/a",
                        absl::StrCat("alert_rule { kpi: 'late' condition: '", condition, "' }")),
                IsEmpty())
        << condition;
  }
  for (const char* condition :
       {"STATUS_IS(RED)", "STATUS_IS", "FVP", "FVP < x", "NO_DATA(1)", "SOMETHING", "VALUE = 1"}) {
    EXPECT_THAT(CodesOf("alertRules/a",
                        absl::StrCat("alert_rule { kpi: 'late' condition: '", condition, "' }")),
                ElementsAre("alert_rule.condition SYNTAX"))
        << condition;
  }
  EXPECT_THAT(CodesOf("alertRules/a", "alert_rule { window: 'x' for_periods: 0 routes: '' }"),
              ElementsAre("alert_rule.kpi REQUIRED", "alert_rule.window SYNTAX",
                          "alert_rule.condition REQUIRED", "alert_rule.for_periods OUT_OF_RANGE",
                          "alert_rule.routes[0] SYNTAX"));
}

}  // namespace
}  // namespace kpisuite
