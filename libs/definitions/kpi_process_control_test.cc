// Process control of a KPI: what is refused, and what it resolves to.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "libs/definitions/catalog.h"
#include "libs/definitions/definitions_test_support.h"

namespace kpisuite {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

v1::Definition WithControl(const std::string& text) {
  return Kpi("k", MetricInputText("x", "delay", "SUM") +
                      "unit: 'min' windows: 'DAY' logical_range { min: '0' } process_control {" +
                      text + "}");
}

std::vector<std::string> ControlCodes(const std::string& text) {
  std::vector<std::string> codes = Codes(ValidateOne(WithControl(text)).violations);
  for (std::string& code : codes) {
    code = absl::StrReplaceAll(code, {{"definitions[0].kpi.process_control.", ""}});
  }
  return codes;
}

// The resolved KPI.
std::shared_ptr<const KpiDefinition> Resolved(const std::string& text) {
  Catalog catalog;
  std::vector<v1::Definition> world = SmallWorld();
  world.push_back(WithControl(text));
  catalog.Apply(world, 1);
  return catalog.Find({"w", DefinitionKind::kKpi, "k"})->kpi;
}

Period Day(absl::CivilDay day) { return PeriodOf(Calendar(), Grain::kDay, day); }
Period Month(absl::CivilDay day) { return PeriodOf(Calendar(), Grain::kMonth, day); }

TEST(ProcessControl, HasTheDefaultsOfTheContract) {
  const auto kpi = Resolved("");
  ASSERT_TRUE(kpi->process_control.has_value());
  const ControlSpec& spec = kpi->process_control->spec;
  EXPECT_EQ(spec.profile, ControlProfile::kNhsMdc);
  EXPECT_EQ(spec.baseline_points, 12);
  EXPECT_TRUE(spec.screening);
  EXPECT_EQ(spec.centre, ControlCentre::kMean);
  EXPECT_EQ(ShiftLength(spec), 7);
  EXPECT_EQ(TrendLength(spec), 7);
  EXPECT_EQ(spec.logical_min, 0.0);
  EXPECT_FALSE(spec.logical_max.has_value());
  EXPECT_EQ(kpi->trend_periods, 6);
}

TEST(ProcessControl, TakesWhatIsWritten) {
  const auto kpi = Resolved(
      "profile: 'WHEELER' baseline_points: 0 screening: false centre: 'MEDIAN' "
      "shift_length: 6 trend_periods: 8");
  const ControlSpec& spec = kpi->process_control->spec;
  EXPECT_EQ(spec.profile, ControlProfile::kWheeler);
  EXPECT_EQ(spec.baseline_points, 0);
  EXPECT_FALSE(spec.screening);
  EXPECT_EQ(spec.centre, ControlCentre::kMedian);
  EXPECT_EQ(ShiftLength(spec), 6);
  EXPECT_EQ(TrendLength(spec), 0);
  EXPECT_EQ(kpi->trend_periods, 8);
}

TEST(ProcessControl, RefusesUnknownNamesWithASuggestion) {
  const ValidationResult result = ValidateOne(WithControl("profile: 'nhs' centre: 'Average'"));
  EXPECT_THAT(Codes(result.violations),
              ElementsAre("definitions[0].kpi.process_control.profile OUT_OF_RANGE",
                          "definitions[0].kpi.process_control.centre OUT_OF_RANGE"));
  EXPECT_THAT(result.violations[0].description,
              HasSubstr("NHS_MDC or WHEELER or SERVICENOW, did you mean \"NHS_MDC\"?"));
  EXPECT_THAT(result.violations[1].description, testing::EndsWith("want MEAN or MEDIAN"));
  EXPECT_THAT(ValidateOne(WithControl("profile: 'Service-Now'")).violations[0].description,
              HasSubstr("did you mean \"SERVICENOW\"?"));
}

TEST(ProcessControl, RefusesNumbersOutOfRange) {
  EXPECT_THAT(ControlCodes("baseline_points: -1 shift_length: 5 trend_length: 8 trend_periods: 4"),
              ElementsAre("shift_length OUT_OF_RANGE", "trend_length OUT_OF_RANGE",
                          "baseline_points OUT_OF_RANGE", "trend_periods OUT_OF_RANGE"));
  EXPECT_THAT(ControlCodes("baseline_points: 4"), ElementsAre("baseline_points OUT_OF_RANGE"));
  EXPECT_THAT(ControlCodes("profile: 'SERVICENOW' trend_length: 7"),
              ElementsAre("trend_length REFUSED"));
}

TEST(ProcessControl, WantsAnAuthorAndAReasonForARebase) {
  EXPECT_THAT(ControlCodes("rebases { period: '2025-03' author: 'a@b' reason: 'new line' }"),
              IsEmpty());
  EXPECT_THAT(ControlCodes("rebases {} rebases { period: 'March' author: 'a b' reason: ' ' }"),
              ElementsAre("rebases[0].period REQUIRED", "rebases[0].author REQUIRED",
                          "rebases[0].reason REQUIRED", "rebases[1].period SYNTAX",
                          "rebases[1].author SYNTAX", "rebases[1].reason REQUIRED"));
  EXPECT_THAT(
      ControlCodes("dismissed_rebases { period: '2025-03' }"),
      ElementsAre("dismissed_rebases[0].author REQUIRED", "dismissed_rebases[0].reason REQUIRED"));
}

TEST(ProcessControl, RefusesPeriodsTwiceUnreadableOrTooMany) {
  EXPECT_THAT(ControlCodes("excluded_periods: '2025-13' excluded_periods: '2025-03' "
                           "excluded_periods: '2025-03' excluded_periods: ''"),
              ElementsAre("excluded_periods[0] SYNTAX", "excluded_periods[2] DUPLICATE",
                          "excluded_periods[3] REQUIRED"));
  std::string many;
  for (int i = 0; i < 101; ++i) {
    absl::StrAppend(&many, "rebases { period: '", 1900 + i, "' author: 'a' reason: 'r' } ");
  }
  EXPECT_THAT(ControlCodes(many), ElementsAre("rebases LIMIT"));
}

TEST(ProcessControl, StartsASegmentWithTheFirstPeriodAtOrAfterARebase) {
  const ProcessControlRule rule =
      *Resolved("rebases { period: '2025-03-15' author: 'a' reason: 'r' }")->process_control;
  const absl::CivilDay day(2025, 3, 15);
  EXPECT_FALSE(rule.StartsSegment(Day(day - 2), Day(day - 1)));
  EXPECT_TRUE(rule.StartsSegment(Day(day - 1), Day(day)));
  EXPECT_FALSE(rule.StartsSegment(Day(day), Day(day + 1)));
  const absl::CivilDay april(2025, 4, 1);
  EXPECT_FALSE(rule.StartsSegment(Month(absl::CivilDay(2025, 2, 1)), Month(day)));
  EXPECT_TRUE(rule.StartsSegment(Month(day), Month(april)));
}

TEST(ProcessControl, ExcludesWhatLiesWithinAnExcludedPeriod) {
  const ProcessControlRule rule =
      *Resolved(
           "excluded_periods: '2025-03' dismissed_rebases { period: '2025-05' author: 'a' "
           "reason: 'r' }")
           ->process_control;
  EXPECT_TRUE(rule.IsExcluded(Day(absl::CivilDay(2025, 3, 31))));
  EXPECT_FALSE(rule.IsExcluded(Day(absl::CivilDay(2025, 4, 1))));
  EXPECT_FALSE(rule.IsExcluded(PeriodOf(Calendar(), Grain::kQuarter, absl::CivilDay(2025, 3, 1))));
  EXPECT_TRUE(rule.IsDismissed(Month(absl::CivilDay(2025, 5, 1))));
  EXPECT_FALSE(rule.IsDismissed(Month(absl::CivilDay(2025, 6, 1))));
}

}  // namespace
}  // namespace kpisuite
