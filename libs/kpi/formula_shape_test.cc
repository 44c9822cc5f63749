#include "libs/kpi/formula_shape.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "gtest/gtest.h"

namespace kpisuite {
namespace {

Formula Make(absl::string_view text) {
  std::vector<FormulaInput> inputs;
  const std::vector<std::string> names = *FormulaIdentifiers(text);
  for (const std::string& name : names) inputs.push_back({name, Unit()});
  return *Formula::Create(text, inputs, Unit());
}

std::string Powers(absl::string_view text) {
  const auto powers = FormulaAsProduct(Make(text));
  if (!powers.has_value()) return "none";
  std::string shown;
  for (const FormulaPower& power : *powers)
    absl::StrAppend(&shown, power.name, power.exponent, " ");
  return shown;
}

std::string Sides(absl::string_view text) {
  const auto quotient = FormulaAsQuotient(Make(text));
  return quotient ? absl::StrCat(quotient->numerator, " | ", quotient->denominator) : "none";
}

TEST(FormulaAsProduct, CollectsTheExponentOfEachOperand) {
  EXPECT_EQ(Powers("visitors * conversion * aov"), "visitors1 conversion1 aov1 ");
  EXPECT_EQ(Powers("100 * a / (b * c^2)"), "a1 b-1 c-2 ");
  EXPECT_EQ(Powers("-(a / b) / (c / a)"), "a2 b-1 c-1 ");
  EXPECT_EQ(Powers("a * b / a"), "b1 ");
  EXPECT_EQ(Powers("(a^1000)^1000 * a"), "none");
}

TEST(FormulaAsProduct, OtherFormulasHaveNone) {
  EXPECT_EQ(Powers("a + b"), "none");
  EXPECT_EQ(Powers("a * (b - c)"), "none");
  EXPECT_EQ(Powers("abs(a) * b"), "none");
}

TEST(FormulaAsQuotient, IsTheLastDivision) {
  EXPECT_EQ(Sides("100 * (a - b) / c"), "100 * (a - b) | c");
  EXPECT_EQ(Sides("a / b / c"), "a / b | c");
  EXPECT_EQ(Sides("a / (b + c)"), "a | b + c");
  EXPECT_EQ(Sides("a / b * 100"), "none");
  EXPECT_EQ(Sides("safe_div(a, b, 0)"), "none");
}

TEST(FormulaDivisors, AreTheNamesThatSomethingIsDividedBy) {
  const auto divisors = [](absl::string_view text) {
    return absl::StrJoin(FormulaDivisors(Make(text)), " ");
  };
  EXPECT_EQ(divisors("a - b"), "");
  EXPECT_EQ(divisors("100 * (a - b) / c"), "c");
  EXPECT_EQ(divisors("1 - a / (b + c) + d / b"), "b c");
  EXPECT_EQ(divisors("safe_div(a, b, 0)"), "b");
  EXPECT_EQ(divisors("a * b^-1"), "b");
  EXPECT_EQ(divisors("a / days * 1[d]"), "");
}

TEST(FormulaAddsUp, ForSumsOfOperandsThatDo) {
  const auto adds_up = [](absl::string_view text) {
    return FormulaAddsUp(text, [](absl::string_view name) { return name != "rate"; });
  };
  for (const char* text : {"a", "a - b", "-(a + b) / 3", "100 * (a - b)", "a * (2 + 3)"}) {
    EXPECT_TRUE(adds_up(text)) << text;
  }
  for (const char* text :
       {"rate", "a + rate", "a + 1", "a * b", "1 / a", "a / b", "days", "abs(a)", "a^2", "a +"}) {
    EXPECT_FALSE(adds_up(text)) << text;
  }
}

}  // namespace
}  // namespace kpisuite
