// What can be wrong with the sampling of a KPI, and what becomes of a sound one.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_replace.h"
#include "libs/definitions/definitions_test_support.h"

namespace kpisuite {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

// Codes of a KPI in the small world, without `definitions[0].kpi.`.
std::vector<std::string> KpiCodes(const std::string& text) {
  std::vector<std::string> codes = Codes(ValidateOne(Kpi("k", text)).violations);
  for (std::string& code : codes) code = absl::StrReplaceAll(code, {{"definitions[0].kpi.", ""}});
  return codes;
}

std::shared_ptr<const KpiDefinition> Build(const std::string& text) {
  Catalog catalog;
  std::vector<v1::Definition> world = SmallWorld();
  world.push_back(Kpi("k", text));
  catalog.Apply(world, 1);
  const CatalogEntry* entry = catalog.Find({"w", DefinitionKind::kKpi, "k"});
  return entry == nullptr ? nullptr : entry->kpi;
}

std::string Share(const std::string& formula, const std::string& sampling) {
  return MetricInputText("all", "delay", "COUNT") + MetricInputText("late", "delay", "COUNT_TRUE") +
         "unit: '%' formula: '" + formula + "' sampling {" + sampling + "}";
}

std::string Score(const std::string& formula, const std::string& sampling) {
  return MetricInputText("all", "delay", "COUNT") + MetricInputText("pro", "delay", "COUNT_TRUE") +
         Input("con", "metric: 'delay' aggregation: AGGREGATION_COUNT where: 'value = 3'") +
         "unit: 'points' formula: '" + formula + "' sampling {" + sampling + "}";
}

constexpr char kProportion[] = "kind: SAMPLING_KIND_PROPORTION tolerance: '5%'";
constexpr char kNps[] =
    "kind: SAMPLING_KIND_NPS tolerance: '10' promoters: 'pro' detractors: 'con' responses: 'all'";

// 3.21
TEST(Sampling, OfAProportionReadsItsCountsFromTheFormula) {
  const auto kpi = Build(Share("late / all", absl::StrCat(kProportion, " clamp: true")));
  ASSERT_NE(kpi, nullptr);
  ASSERT_TRUE(kpi->sampling.has_value());
  EXPECT_EQ(kpi->sampling->method, IntervalMethod::kWilson);
  EXPECT_EQ(kpi->sampling->tolerance.ToString(), "0.05");
  EXPECT_EQ(kpi->inputs[kpi->sampling->part].aggregation.kind, AggregationKind::kCountTrue);
  EXPECT_EQ(kpi->inputs[kpi->sampling->whole].aggregation.kind, AggregationKind::kCount);
  EXPECT_TRUE(kpi->status_rule.clamp_low_n);
  EXPECT_FALSE(Build(Share("late / all", kProportion))->status_rule.clamp_low_n);
}

TEST(Sampling, OfAProportionWantsAQuotientOfTwoCounts) {
  EXPECT_THAT(KpiCodes(Share("1 - late / all", kProportion)), ElementsAre("sampling.kind REFUSED"));
  EXPECT_THAT(KpiCodes(Share("late / (all + 1)", kProportion)),
              ElementsAre("sampling.kind REFUSED"));
  EXPECT_THAT(KpiCodes(MetricInputText("a", "delay", "SUM") + MetricInputText("b", "delay", "AVG") +
                       "unit: '%' formula: 'a / b' sampling {" + kProportion + "}"),
              ElementsAre("sampling.kind REFUSED", "sampling.kind REFUSED"));
}

// 3.21
TEST(Sampling, OfAScoreNamesItsCounts) {
  for (const char* formula : {"100 * (pro - con) / all", "pro / all * 100 - con / all * 100"}) {
    const auto kpi = Build(Score(formula, kNps));
    ASSERT_NE(kpi, nullptr) << formula;
    EXPECT_EQ(kpi->sampling->method, IntervalMethod::kNps);
    EXPECT_EQ(kpi->inputs[kpi->sampling->part].aggregation.kind, AggregationKind::kCountTrue);
    EXPECT_EQ(kpi->inputs[kpi->sampling->against].filter.canonical_text(), "value == 3");
  }
}

TEST(Sampling, OfAScoreWantsTheFormulaOfTheScore) {
  EXPECT_THAT(KpiCodes(Score("100 * (con - pro) / all", kNps)),
              ElementsAre("sampling.kind REFUSED"));
  EXPECT_THAT(KpiCodes(Score("(pro - con) / all", kNps)), ElementsAre("sampling.kind REFUSED"));
  EXPECT_THAT(KpiCodes(Score("100 * (pro - con) / all",
                             "kind: SAMPLING_KIND_NPS tolerance: '10' promoters: 'other'")),
              ElementsAre("sampling.promoters REFUSED", "sampling.detractors REQUIRED",
                          "sampling.responses REQUIRED"));
}

TEST(Sampling, NamesKindAndTolerance) {
  EXPECT_THAT(KpiCodes(Share("late / all", "")),
              ElementsAre("sampling.tolerance REQUIRED", "sampling.kind REQUIRED"));
  EXPECT_THAT(KpiCodes(Share("late / all", "kind: SAMPLING_KIND_PROPORTION tolerance: '0'")),
              ElementsAre("sampling.tolerance OUT_OF_RANGE"));
  EXPECT_THAT(KpiCodes(Share("late / all", "kind: SAMPLING_KIND_PROPORTION tolerance: 'x'")),
              ElementsAre("sampling.tolerance SYNTAX"));
  EXPECT_THAT(KpiCodes(Share("late / all", absl::StrCat(kProportion, " responses: 'all'"))),
              ElementsAre("sampling REFUSED"));
}

// 3.21
TEST(Sampling, OfAMeanIsOfOneAverageAsItIs) {
  const std::string mean = " sampling { kind: SAMPLING_KIND_MEAN tolerance: '1' }";
  const auto kpi = Build(MetricInputText("x", "delay", "AVG") + "unit: 'min'" + mean);
  ASSERT_NE(kpi, nullptr);
  EXPECT_EQ(kpi->sampling->method, IntervalMethod::kStudentT);
  EXPECT_EQ(kpi->inputs[0].aggregation.kind, AggregationKind::kAverage);
  EXPECT_EQ(kpi->inputs[0].StateSpec().kind, AggregationKind::kVariance);
  const auto plain = Build(MetricInputText("x", "delay", "AVG") + "unit: 'min'");
  EXPECT_EQ(kpi->fingerprint, plain->fingerprint);
  EXPECT_EQ(plain->inputs[0].StateSpec().kind, AggregationKind::kAverage);
  EXPECT_THAT(KpiCodes(MetricInputText("x", "delay", "SUM") + "unit: 'min'" + mean),
              ElementsAre("sampling.kind REFUSED"));
  EXPECT_THAT(
      KpiCodes(MetricInputText("x", "delay", "AVG") + "unit: 'min' formula: 'x * 2'" + mean),
      ElementsAre("sampling.kind REFUSED"));
}

TEST(Sampling, IsLeftOutByDefault) {
  EXPECT_THAT(KpiCodes(MetricInputText("x", "delay", "SUM") + "unit: 'min'"), IsEmpty());
  EXPECT_FALSE(Build(MetricInputText("x", "delay", "SUM") + "unit: 'min'")->sampling.has_value());
}

}  // namespace
}  // namespace kpisuite
