#include "libs/kpi/derived_value.h"

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/base/error.h"

namespace kpisuite {
namespace {

using testing::ElementsAre;

SampleColumns Columns(const std::string& unit = "EUR", int scale = 2,
                      std::optional<int> weight_scale = 1) {
  return {.unit = *Unit::Parse(unit), .scale = scale, .weight_scale = weight_scale};
}

DerivedValue Derive(const std::string& text, int scale, const SampleColumns& columns = Columns()) {
  const auto derived = DerivedValue::Create(text, columns, scale);
  EXPECT_TRUE(derived.ok()) << text << ": " << derived.status();
  return derived.value_or(DerivedValue());
}

std::vector<std::string> Reasons(const std::string& text,
                                 const SampleColumns& columns = Columns()) {
  std::vector<std::string> reasons;
  const absl::Status status = DerivedValue::Create(text, columns, 0).status();
  for (const FieldViolation& one : GetErrorDetails(status).violations) {
    reasons.push_back(absl::StrCat(one.reason, " ", one.line, ":", one.column));
  }
  return reasons;
}

TEST(DerivedValue, IsTheValueItselfWithoutAnExpression) {
  const DerivedValue none;
  EXPECT_TRUE(none.empty());
  EXPECT_EQ(none.Of(7, std::nullopt), 7);
}

TEST(DerivedValue, ReadsTheColumnsAtTheirScales) {
  EXPECT_EQ(Derive("abs(value - weight)", 2).Of(150, 20), 50);
  EXPECT_EQ(Derive("value * weight", 3).Of(150, 20), 3000);
  EXPECT_EQ(Derive("weight", 0).Of(150, 20), 2);
  EXPECT_EQ(Derive("value", 1, Columns("EUR", 2, std::nullopt)).Of(150, std::nullopt), 15);
}

TEST(DerivedValue, IsRoundedHalfToEven) {
  const DerivedValue whole = Derive("value", 0);
  EXPECT_EQ(whole.Of(50, {}), 0);
  EXPECT_EQ(whole.Of(150, {}), 2);
  EXPECT_EQ(whole.Of(250, {}), 2);
  EXPECT_EQ(whole.Of(251, {}), 3);
  EXPECT_EQ(whole.Of(-150, {}), -2);
  EXPECT_EQ(Derive("value / 3", 4).Of(200, {}), 6667);
}

TEST(DerivedValue, IsMissingWhereTheFormulaHasNone) {
  const DerivedValue quotient = Derive("value / weight", 2);
  EXPECT_EQ(quotient.Of(100, 0), std::nullopt);
  EXPECT_EQ(quotient.Of(100, std::nullopt), std::nullopt);
  EXPECT_EQ(Derive("value * coalesce(weight, 1)", 2).Of(100, std::nullopt), 100);
  EXPECT_EQ(Derive("value * 1000000", 9).Of(INT64_MAX, {}), std::nullopt);
  EXPECT_EQ(Derive("sqrt(value)", 2, Columns("EUR^2")).Of(-100, {}), std::nullopt);
}

TEST(DerivedValue, MakesASampleThatCountsAsARowAlone) {
  const DerivedValue quotient = Derive("value / weight", 0);
  const ValueFilter above_one = ValueFilter::Where(Comparison::kGreater, Decimal::FromInt(1), 0);
  SampleView sample{.value = 600, .weight = 20};
  quotient.Apply(above_one, sample);
  EXPECT_TRUE(sample.kept);
  EXPECT_EQ(sample.value, 3);
  EXPECT_EQ(sample.weight, 20);
  sample = {.value = 100, .weight = 20};
  quotient.Apply(above_one, sample);
  EXPECT_FALSE(sample.kept);
  sample = {.value = 600};
  quotient.Apply(ValueFilter::All(), sample);
  EXPECT_FALSE(sample.kept);
  EXPECT_EQ(sample.value, 0);
}

TEST(DerivedValue, HasTheUnitOfItsFormula) {
  EXPECT_EQ(Derive("value * weight", 2).unit().ToString(), "EUR");
  EXPECT_EQ(Derive("value - weight", 2).unit().ToString(), "EUR");
  EXPECT_EQ(Derive("value / weight", 2).unit().ToString(), "EUR");
  EXPECT_EQ(Derive("(value - weight) / value", 2).unit().ToString(), "");
  EXPECT_EQ(Derive("value * weight * 1[l]", 2, Columns("EUR/l")).unit().ToString(), "EUR");
  EXPECT_EQ(Derive("if(value > 15, 1, 0)", 0).unit().ToString(), "");
  EXPECT_TRUE(Derive("abs(value)", 2, Columns("%")).unit().IsPercent());
}

TEST(DerivedValue, RefusesOtherNamesAndWrongUnits) {
  EXPECT_THAT(Reasons("value +"), ElementsAre("SYNTAX 1:8"));
  EXPECT_THAT(Reasons("value + days + price"),
              ElementsAre("UNKNOWN_IDENTIFIER 1:9", "UNKNOWN_IDENTIFIER 1:16"));
  EXPECT_THAT(Reasons("1 + 2"), ElementsAre("REFUSED 1:3"));
  EXPECT_THAT(Reasons("value - weight", Columns("EUR", 2, std::nullopt)),
              ElementsAre("REQUIRED 1:9"));
  EXPECT_THAT(Reasons("value > 1"), ElementsAre("TYPE 1:7"));
  EXPECT_THAT(Reasons("value + 1"), ElementsAre("UNIT 1:7"));
  EXPECT_THAT(Reasons("value - weight + value * weight"), ElementsAre("UNIT 1:7"));
}

}  // namespace
}  // namespace kpisuite
