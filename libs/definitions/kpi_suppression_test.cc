// Below how many people a KPI's values are withheld, and who is counted.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "libs/definitions/definitions_test_support.h"

namespace kpisuite {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::shared_ptr<const KpiDefinition> Build(const std::string& text,
                                           const std::vector<v1::Definition>& more = {}) {
  Catalog catalog;
  std::vector<v1::Definition> world = SmallWorld();
  world.push_back(Metric("answer", "unit: 'points' scale: 0 personal: true"));
  world.insert(world.end(), more.begin(), more.end());
  world.push_back(Kpi("k", text));
  catalog.Apply(world, 1);
  const CatalogEntry* entry = catalog.Find({"w", DefinitionKind::kKpi, "k"});
  return entry == nullptr ? nullptr : entry->kpi;
}

std::vector<std::string> DenominatorsOf(const std::string& text,
                                        const std::vector<v1::Definition>& more = {}) {
  const auto kpi = Build(text + " min_denominator: 3", more);
  if (kpi == nullptr) return {"not valid"};
  std::vector<std::string> names;
  for (size_t i = 0; i < kpi->suppression.denominators.size(); ++i) {
    const MetricInput& input = kpi->inputs[kpi->suppression.denominators[i]];
    names.push_back(absl::StrCat(input.metric->id, " ", AggregationKindName(input.aggregation.kind),
                                 " ", input.filter.canonical_text()));
    EXPECT_EQ(kpi->suppression.entities[i].metric, input.metric);
    EXPECT_EQ(kpi->suppression.entities[i].filter.canonical_text(), input.filter.canonical_text());
    EXPECT_EQ(kpi->suppression.entities[i].aggregation.kind, AggregationKind::kCountDistinct);
  }
  return names;
}

// 3.3.5
TEST(Suppression, IsOnForPersonalMetricsAndOffOtherwise) {
  const std::string personal = MetricInputText("x", "answer", "AVG") + "unit: 'points'";
  const std::string other = MetricInputText("x", "delay", "AVG") + "unit: 'min'";
  EXPECT_EQ(Build(personal)->suppression.fewest, 5u);
  EXPECT_EQ(Build(other)->suppression.fewest, 0u);
  EXPECT_EQ(Build(personal + " min_denominator: 0")->suppression.fewest, 0u);
  EXPECT_EQ(Build(other + " min_denominator: 3")->suppression.fewest, 3u);
  EXPECT_EQ(
      Build(Input("x", "kpi: 'part'") + "unit: 'min'", {Kpi("part", other + " min_denominator: 8")})
          ->suppression.fewest,
      8u);
}

// 3.3.5
TEST(Suppression, CountsWhatStandsInADivisor) {
  EXPECT_THAT(DenominatorsOf(MetricInputText("all", "delay", "COUNT") +
                             MetricInputText("sum", "answer", "COUNT_TRUE") +
                             "unit: '%' formula: 'sum / all'"),
              ElementsAre("delay COUNT "));
  EXPECT_THAT(DenominatorsOf(MetricInputText("all", "delay", "COUNT") +
                             MetricInputText("some", "answer", "COUNT") +
                             "unit: '%' formula: '1 / all - 1 / some'"),
              ElementsAre("delay COUNT ", "answer COUNT "));
}

// 3.3.5
TEST(Suppression, WithoutADivisorCountsTheFirstCountOrTheFirstInput) {
  EXPECT_THAT(
      DenominatorsOf(MetricInputText("a", "delay", "COUNT_TRUE") +
                     MetricInputText("b", "delay", "COUNT") + "unit: 'count' formula: 'b - a'"),
      ElementsAre("delay COUNT "));
  EXPECT_THAT(DenominatorsOf(MetricInputText("a", "delay", "MAX") +
                             MetricInputText("b", "delay", "MIN") + "unit: 'min' formula: 'a - b'"),
              ElementsAre("delay MAX "));
}

// 3.3.5
TEST(Suppression, OfKpisInAKpiCountsTheirDenominators) {
  EXPECT_THAT(DenominatorsOf(Input("share", "kpi: 'late'") + "unit: '%' formula: '1 - share'"),
              ElementsAre("delay COUNT "));
}

TEST(Suppression, HasARange) {
  for (const char* text : {"-1", "1000001"}) {
    EXPECT_THAT(Codes(ValidateOne(Kpi("k", MetricInputText("x", "delay", "SUM") +
                                               "unit: 'min' min_denominator: " + text))
                          .violations),
                ElementsAre("definitions[0].kpi.min_denominator OUT_OF_RANGE"));
  }
  EXPECT_THAT(Codes(ValidateOne(Kpi("k", MetricInputText("x", "delay", "SUM") +
                                             "unit: 'min' min_denominator: 1000000"))
                        .violations),
              IsEmpty());
}

}  // namespace
}  // namespace kpisuite
