// What can be wrong with the horizon of a KPI, and what becomes of it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "libs/definitions/catalog.h"
#include "libs/definitions/definitions_test_support.h"

namespace kpisuite {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::string Monthly(const std::string& maintain) {
  return absl::StrCat(MetricInputText("x", "delay", "SUM"),
                      "unit: 'min' windows: 'DAY' windows: 'MONTH' maintain {", maintain, "}");
}

std::vector<std::string> MaintainCodes(const std::string& text) {
  return Codes(ValidateOne(Kpi("k", Monthly(text))).violations);
}

TEST(KpiMaintain, CountsThePeriodsOfItsHorizon) {
  Catalog catalog;
  catalog.Apply(SmallWorld(), 1);
  catalog.Apply({Kpi("k", Monthly("first_period: '2025-01' last_period: '2025-12' "
                                  "missing: MISSING_PERIODS_SKIP"))},
                2);
  const auto kpi = catalog.Find({"w", DefinitionKind::kKpi, "k"})->kpi;
  ASSERT_NE(kpi, nullptr);
  EXPECT_EQ(kpi->maintain->grain, Grain::kMonth);
  EXPECT_EQ(kpi->maintain->first_days.size(), 12u);
  EXPECT_EQ(kpi->maintain->missing, MissingPolicy::kSkip);
}

TEST(KpiMaintain, EndsArePeriodsOfOneGrainInOrder) {
  EXPECT_THAT(MaintainCodes("first_period: '2025-01' last_period: '2025-03'"), IsEmpty());
  EXPECT_THAT(MaintainCodes(""), ElementsAre("definitions[0].kpi.maintain.first_period REQUIRED",
                                             "definitions[0].kpi.maintain.last_period REQUIRED"));
  EXPECT_THAT(MaintainCodes("first_period: '2025-03' last_period: '2025-01'"),
              ElementsAre("definitions[0].kpi.maintain.last_period OUT_OF_RANGE"));
  EXPECT_THAT(MaintainCodes("first_period: '2025-03' last_period: '2025-Q2'"),
              ElementsAre("definitions[0].kpi.maintain.last_period OUT_OF_RANGE"));
  EXPECT_THAT(MaintainCodes("first_period: 'March' last_period: '2025-03'"),
              ElementsAre("definitions[0].kpi.maintain.first_period SYNTAX"));
  EXPECT_THAT(MaintainCodes("first_period: '2000-01-01' last_period: '2020-01-01'"),
              ElementsAre("definitions[0].kpi.maintain.last_period LIMIT"));
}

TEST(KpiMaintain, SomeWindowHasThePeriods) {
  EXPECT_THAT(MaintainCodes("first_period: '2025-Q1' last_period: '2025-Q4'"),
              ElementsAre("definitions[0].kpi.maintain.first_period REFUSED"));
}

}  // namespace
}  // namespace kpisuite
