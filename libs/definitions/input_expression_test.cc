// Derived values of metric inputs: what is refused, and what they make of a KPI.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "libs/definitions/definitions_test_support.h"

namespace kpisuite {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::string InputWith(const std::string& aggregation, const std::string& fields) {
  return Input("x",
               absl::StrCat("metric: 'm' aggregation: AGGREGATION_", aggregation, " ", fields));
}

// Of a KPI over a metric in EUR with weights.
std::vector<std::string> CodesOf(const std::string& kpi, const std::string& metric =
                                                             "unit: 'EUR' "
                                                             "scale: 2 "
                                                             "weight_scale: 0") {
  return Codes(
      Validate(Catalog(), {MakeDefinition("metrics/m", "metric {" + metric + "}"), Kpi("k", kpi)})
          .violations);
}

std::shared_ptr<const KpiDefinition> Built(const std::string& kpi) {
  Catalog catalog;
  catalog.Apply(
      std::vector<v1::Definition>{
          MakeDefinition("metrics/m", "metric { unit: 'EUR' scale: 2 weight_scale: 0 }"),
          Kpi("k", kpi)},
      1);
  return catalog.FindKpi("w", "k");
}

constexpr char kExpression[] = "definitions[1].kpi.inputs[\"x\"].expression";

TEST(InputExpression, NamesTheFieldThatIsWrong) {
  const auto codes = [](const std::string& fields) {
    return CodesOf(InputWith("SUM", fields) + "unit: 'EUR'");
  };
  EXPECT_THAT(codes("expression: 'abs(value - weight)' expression_scale: 1"), IsEmpty());
  EXPECT_THAT(codes("expression: 'abs(value'"), ElementsAre(absl::StrCat(kExpression, " SYNTAX")));
  EXPECT_THAT(codes("expression: 'price'"),
              ElementsAre(absl::StrCat(kExpression, " UNDECLARED_IDENTIFIER")));
  EXPECT_THAT(codes("expression: '7'"), ElementsAre(absl::StrCat(kExpression, " REFUSED")));
  EXPECT_THAT(codes("expression: 'value' expression_scale: 10"),
              ElementsAre(absl::StrCat(kExpression, "_scale OUT_OF_RANGE")));
  EXPECT_THAT(codes("expression_scale: 1"),
              ElementsAre(absl::StrCat(kExpression, "_scale REFUSED")));
}

TEST(InputExpression, NeedsAMetricWithTheWeightItReads) {
  EXPECT_THAT(
      CodesOf(InputWith("SUM", "expression: 'value * weight'") + "unit: 'EUR'", "unit: 'EUR'"),
      ElementsAre(absl::StrCat(kExpression, " REQUIRED")));
}

TEST(InputExpression, GivesItsUnitToTheFormula) {
  EXPECT_THAT(CodesOf(InputWith("AVG", "expression: 'value / (value + weight)'") + "unit: 'EUR'"),
              ElementsAre("definitions[1].kpi.formula UNIT_MISMATCH"));
  EXPECT_THAT(CodesOf(InputWith("AVG", "expression: 'value / (value + weight)'") + "unit: '%'"),
              IsEmpty());
  EXPECT_THAT(CodesOf(InputWith("SUM", "expression: 'value * weight * 1[l]'") + "unit: 'EUR'",
                      "unit: 'EUR/l' weight_scale: 0"),
              IsEmpty());
  EXPECT_THAT(CodesOf(InputWith("SUM", "expression: 'value * weight'") + "unit: 'EUR/l'",
                      "unit: 'EUR/l' weight_scale: 0"),
              ElementsAre("definitions[1].kpi.inputs[\"x\"].aggregation NOT_ADDITIVE"));
}

TEST(InputExpression, IsForAMetric) {
  EXPECT_THAT(
      CodesOf(Input("x", "kpi: 'k2' expression: 'value' expression_scale: 0") + "unit: 'EUR'"),
      testing::IsSupersetOf(
          {absl::StrCat(kExpression, " REFUSED"), absl::StrCat(kExpression, "_scale REFUSED")}));
}

TEST(InputExpression, IsFilteredAndAggregatedAtItsOwnScale) {
  const auto kpi = Built(
      InputWith("SUM", "expression: ' value*weight ' expression_scale: 3 where: 'value > 0.0015'") +
      "unit: 'EUR'");
  ASSERT_NE(kpi, nullptr);
  const MetricInput& input = kpi->inputs[0];
  EXPECT_EQ(input.aggregation.scale, 3);
  EXPECT_EQ(input.derived.canonical_text(), "value * weight");
  EXPECT_FALSE(input.filter.ForSeries(Slice()).Keeps(1));
  EXPECT_TRUE(input.filter.ForSeries(Slice()).Keeps(2));
}

TEST(InputExpression, BelongsToTheFingerprint) {
  const auto fingerprint = [](const std::string& fields) {
    return Built(InputWith("SUM", fields) + "unit: 'EUR'")->series_fingerprint;
  };
  const std::string plain = fingerprint("");
  const std::string derived = fingerprint("expression: 'value * weight'");
  EXPECT_NE(derived, plain);
  EXPECT_EQ(fingerprint("expression: 'value*weight' expression_scale: 2"), derived);
  EXPECT_NE(fingerprint("expression: 'value * weight' expression_scale: 3"), derived);
}

}  // namespace
}  // namespace kpisuite
