// What can be wrong with the pace of a KPI, and what becomes of it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_replace.h"
#include "libs/definitions/catalog.h"
#include "libs/definitions/definitions_test_support.h"

namespace kpisuite {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::string Flow() { return MetricInputText("x", "delay", "SUM") + "unit: 'min' windows: 'WEEK' "; }

// Codes of a KPI with this pace, without `definitions[0].kpi.`.
std::vector<std::string> PaceCodes(const std::string& text) {
  std::vector<std::string> codes =
      Codes(ValidateOne(Kpi("k", Flow() + "pace {" + text + "}")).violations);
  for (std::string& code : codes) code = absl::StrReplaceAll(code, {{"definitions[0].kpi.", ""}});
  return codes;
}

std::string Weights(int count, const std::string& weight) {
  std::string text;
  for (int i = 0; i < count; ++i) absl::StrAppend(&text, "weights: '", weight, "' ");
  return text;
}

PaceRule Built(const std::string& text) {
  Catalog catalog;
  catalog.Apply(SmallWorld(), 1);
  catalog.Apply({Kpi("k", Flow() + "pace {" + text + "}")}, 2);
  const CatalogEntry* entry = catalog.Find({"w", DefinitionKind::kKpi, "k"});
  return entry->kpi->pace.value();
}

TEST(KpiPace, HasDefaults) {
  const PaceRule rule = Built("");
  EXPECT_EQ(rule.profile, PaceProfile::kCalendar);
  EXPECT_EQ(rule.history_periods, 12);
  EXPECT_EQ(rule.prior, PacePrior::kSamePeriodLastYear);
  EXPECT_EQ(rule.growth.ToString(), "1");
}

TEST(KpiPace, IsReadWhole) {
  const PaceRule rule = Built("profile: 'EXPLICIT' history_periods: 6 growth: '105%' " +
                              Weights(5, "1.5") + Weights(2, "0"));
  EXPECT_EQ(rule.profile, PaceProfile::kExplicit);
  EXPECT_EQ(rule.weights.size(), 7u);
  EXPECT_EQ(rule.weights_grain, Grain::kWeek);
  EXPECT_EQ(rule.history_periods, 6);
  EXPECT_EQ(rule.growth.ToString(), "1.05");
  EXPECT_EQ(Built("profile: 'HISTORY' prior: PACE_PRIOR_MEAN_OF_LAST_3").prior,
            PacePrior::kMeanOfLast3);
}

TEST(KpiPace, ProfileIsKnown) {
  EXPECT_THAT(PaceCodes("profile: 'LINEAR'"), ElementsAre("pace.profile OUT_OF_RANGE"));
  EXPECT_THAT(PaceCodes("profile: 'WORKING_DAYS'"), IsEmpty());
}

TEST(KpiPace, WeightsBelongToTheExplicitProfile) {
  EXPECT_THAT(PaceCodes("profile: 'EXPLICIT'"), ElementsAre("pace.weights REQUIRED"));
  EXPECT_THAT(PaceCodes("profile: 'HISTORY' weights: '1'"), ElementsAre("pace.weights REFUSED"));
  EXPECT_THAT(PaceCodes("weights: '1'"), ElementsAre("pace.weights REFUSED"));
}

TEST(KpiPace, WeightsAreOneForEachDayOfAWindow) {
  EXPECT_THAT(PaceCodes("profile: 'EXPLICIT' " + Weights(8, "1")),
              ElementsAre("pace.weights OUT_OF_RANGE"));
  EXPECT_THAT(PaceCodes("profile: 'EXPLICIT' " + Weights(31, "1")),
              ElementsAre("pace.weights OUT_OF_RANGE"));
  EXPECT_THAT(PaceCodes("profile: 'EXPLICIT' " + Weights(400, "1")),
              ElementsAre("pace.weights LIMIT"));
  const ValidationResult result =
      ValidateOne(Kpi("k", Flow() + "pace { profile: 'EXPLICIT' weights: '1' }"));
  EXPECT_THAT(result.violations[0].description, HasSubstr("7 (WEEK)"));
}

TEST(KpiPace, WeightsAreNotNegativeAndNotAllZero) {
  EXPECT_THAT(PaceCodes("profile: 'EXPLICIT' weights: '-1' weights: 'x' " + Weights(5, "1")),
              ElementsAre("pace.weights[0] OUT_OF_RANGE", "pace.weights[1] SYNTAX"));
  EXPECT_THAT(PaceCodes("profile: 'EXPLICIT' " + Weights(7, "0")),
              ElementsAre("pace.weights OUT_OF_RANGE"));
}

TEST(KpiPace, HistoryAndPriorAreInRange) {
  EXPECT_THAT(PaceCodes("history_periods: 5 growth: '0'"),
              ElementsAre("pace.history_periods OUT_OF_RANGE", "pace.growth OUT_OF_RANGE"));
  EXPECT_THAT(PaceCodes("history_periods: 13 growth: 'x'"),
              ElementsAre("pace.history_periods OUT_OF_RANGE", "pace.growth SYNTAX"));
  EXPECT_THAT(PaceCodes("prior: PACE_PRIOR_NONE growth: '1.1'"),
              ElementsAre("pace.growth REFUSED"));
}

TEST(KpiPace, IsWhatTheBandBasisPaceNeeds) {
  const auto codes = [](const std::string& text) {
    return Codes(ValidateOne(Kpi("k", Flow() + text)).violations);
  };
  EXPECT_THAT(codes("bands { basis: BAND_BASIS_PACE warning: '0.9' }"),
              ElementsAre("definitions[0].kpi.pace REQUIRED"));
  EXPECT_THAT(codes("bands { basis: BAND_BASIS_PACE warning: '0.9' } pace {}"), IsEmpty());
  EXPECT_THAT(codes("direction: DIRECTION_IN_RANGE bands { basis: BAND_BASIS_PACE } pace {}"),
              testing::Contains("definitions[0].kpi.bands.basis REFUSED"));
}

}  // namespace
}  // namespace kpisuite
