#include <string>
#include <utility>
#include <vector>

#include "gtest/gtest.h"
#include "libs/kpi/formula.h"

namespace kpisuite {
namespace {

Value V(absl::string_view text) {
  for (const NdReason reason : {NdReason::kEmpty, NdReason::kNotReady, NdReason::kPending}) {
    if (text == NdReasonName(reason)) return reason;
  }
  return Decimal::Parse(text).value();
}

// Evaluates over inputs x, y, z, of which the formula uses the first `values.size()`.
std::string Evaluate(absl::string_view text, const std::vector<std::string>& values = {}) {
  std::vector<FormulaInput> inputs;
  std::vector<Value> bound;
  for (size_t i = 0; i < values.size(); ++i) {
    inputs.push_back({std::string(1, static_cast<char>('x' + i)), Unit()});
    bound.push_back(V(values[i]));
  }
  const std::string formula_text(text);
  const absl::StatusOr<Formula> formula = Formula::Create(formula_text, inputs, Unit());
  if (!formula.ok()) return std::string(formula.status().message());
  const FormulaConstants constants{Decimal::FromInt(31), Decimal::FromInt(21)};
  const Value value = formula->Evaluate(bound, constants);
  const absl::StatusOr<Formula> again = Formula::Create(formula->canonical_text(), inputs, Unit());
  EXPECT_TRUE(again.ok()) << again.status();
  EXPECT_EQ(again->canonical_text(), formula->canonical_text());
  EXPECT_EQ(again->Evaluate(bound, constants), value);
  return value.ToString();
}

TEST(FormulaEvaluation, IsLeftToRightInDecimal128WithoutFolding) {
  EXPECT_EQ(Evaluate("1 / 3 * 3"), "0.9999999999999999999999999999999999");
  EXPECT_EQ(Evaluate("0.1 + 0.2"), "0.3");
  EXPECT_EQ(Evaluate("x / y", {"91", "110"}), "0.8272727272727272727272727272727273");
  EXPECT_EQ(Evaluate("2 - 3 - 4"), "-5");
  EXPECT_EQ(Evaluate("16 / 4 / 2"), "2");
}

TEST(FormulaEvaluation, FollowsThePrecedenceOfTheGrammar) {
  EXPECT_EQ(Evaluate("-2^2"), "-4");
  EXPECT_EQ(Evaluate("(-2)^2"), "4");
  EXPECT_EQ(Evaluate("2 + 3 * 4"), "14");
  EXPECT_EQ(Evaluate("2^-2"), "0.25");
  EXPECT_EQ(Evaluate("if(1 < 2 && 2 < 1 || 3 < 4, 1, 0)"), "1");
  EXPECT_EQ(Evaluate("if(!(1 < 2) || 1 == 1.0, 1, 0)"), "1");
}

TEST(FormulaEvaluation, KnowsEveryFunction) {
  EXPECT_EQ(Evaluate("abs(-2.5)"), "2.5");
  EXPECT_EQ(Evaluate("min(3, 1, 2)"), "1");
  EXPECT_EQ(Evaluate("max(3, 1, 2)"), "3");
  EXPECT_EQ(Evaluate("round(2.675, 2)"), "2.68");
  EXPECT_EQ(Evaluate("round(-2.5, 0)"), "-3");
  EXPECT_EQ(Evaluate("round(1250, -2)"), "1300");
  EXPECT_EQ(Evaluate("round(1, 0.5)"), "ND(DOMAIN)");
  EXPECT_EQ(Evaluate("floor(-1.5) + ceil(1.5)"), "0");
  EXPECT_EQ(Evaluate("sqrt(2)"), "1.414213562373095048801688724209698");
  EXPECT_EQ(Evaluate("ln(2)"), "0.6931471805599453094172321214581766");
  EXPECT_EQ(Evaluate("exp(1)"), "2.718281828459045235360287471352662");
  EXPECT_EQ(Evaluate("clamp(5, 0, 3)"), "3");
  EXPECT_EQ(Evaluate("clamp(-5, 0, 3)"), "0");
  EXPECT_EQ(Evaluate("clamp(1, 3, 0)"), "ND(DOMAIN)");
  EXPECT_EQ(Evaluate("safe_div(1, 0, 7)"), "7");
  EXPECT_EQ(Evaluate("safe_div(1, 4, 7)"), "0.25");
}

TEST(FormulaEvaluation, ConstantsAreTheLengthOfTheWindow) {
  const FormulaConstants constants{Decimal::FromInt(31), Decimal::FromInt(21)};
  const Formula formula =
      Formula::Create("x * working_days / days", std::vector<FormulaInput>{{"x", Unit()}}, Unit())
          .value();
  EXPECT_TRUE(formula.uses_days());
  EXPECT_TRUE(formula.uses_working_days());
  EXPECT_EQ(formula.Evaluate(std::vector<Value>{Decimal::FromInt(62)}, constants).ToString(), "42");
}

TEST(FormulaEvaluation, DivisionByZeroAndDomainErrorsAreNotDefined) {
  EXPECT_EQ(Evaluate("1 / 0"), "ND(DIV0)");
  EXPECT_EQ(Evaluate("0 / 0"), "ND(DIV0)");
  EXPECT_EQ(Evaluate("ln(0)"), "ND(DOMAIN)");
  EXPECT_EQ(Evaluate("ln(-1)"), "ND(DOMAIN)");
  EXPECT_EQ(Evaluate("sqrt(-1)"), "ND(DOMAIN)");
  EXPECT_EQ(Evaluate("0^0"), "ND(DOMAIN)");
  EXPECT_EQ(Evaluate("0^-1"), "ND(DOMAIN)");
  EXPECT_EQ(Evaluate("5^0"), "1");
  EXPECT_EQ(Evaluate("10^6144 * 10"), "ND(DOMAIN)");
  EXPECT_EQ(Evaluate("exp(99999)"), "ND(DOMAIN)");
}

TEST(FormulaEvaluation, NotDefinedPropagatesWithTheLeftmostReason) {
  EXPECT_EQ(Evaluate("x + y", {"EMPTY", "NOT_READY"}), "ND(EMPTY)");
  EXPECT_EQ(Evaluate("1 / y + x", {"NOT_READY", "0"}), "ND(DIV0)");
  EXPECT_EQ(Evaluate("max(1, x, y)", {"PENDING", "EMPTY"}), "ND(PENDING)");
  EXPECT_EQ(Evaluate("-abs(x)^2", {"PENDING"}), "ND(PENDING)");
  EXPECT_EQ(Evaluate("round(x, y)", {"1", "EMPTY"}), "ND(EMPTY)");
  EXPECT_EQ(Evaluate("safe_div(x, y, z)", {"1", "0", "EMPTY"}), "ND(EMPTY)");
  EXPECT_EQ(Evaluate("clamp(x, y, z)", {"1", "EMPTY", "PENDING"}), "ND(EMPTY)");
  EXPECT_EQ(Evaluate("if(x < 1, 1, 2)", {"EMPTY"}), "ND(EMPTY)");
  EXPECT_EQ(Evaluate("if(!(x < 1), 1, 2)", {"EMPTY"}), "ND(EMPTY)");
}

TEST(FormulaEvaluation, CoalesceIsNdAndIfStopNotDefined) {
  EXPECT_EQ(Evaluate("coalesce(x, y, 3)", {"EMPTY", "PENDING"}), "3");
  EXPECT_EQ(Evaluate("coalesce(x, y)", {"EMPTY", "2"}), "2");
  EXPECT_EQ(Evaluate("coalesce(x, y)", {"1", "PENDING"}), "1");
  EXPECT_EQ(Evaluate("coalesce(x, y)", {"EMPTY", "PENDING"}), "ND(EMPTY)");
  EXPECT_EQ(Evaluate("coalesce(x, y, 3 / 0) + 1", {"EMPTY", "PENDING"}), "ND(EMPTY)");
  EXPECT_EQ(Evaluate("if(is_nd(x), 1, x)", {"EMPTY"}), "1");
  EXPECT_EQ(Evaluate("if(is_nd(x), 1, x)", {"5"}), "5");
  EXPECT_EQ(Evaluate("if(x > 0, x, 1 / 0)", {"5"}), "5");
  EXPECT_EQ(Evaluate("if(x > 0, 1 / 0, x)", {"-5"}), "-5");
}

TEST(FormulaEvaluation, AndOrDecideWhenOneSideIsNotDefined) {
  EXPECT_EQ(Evaluate("if(x < 1 && 2 < 1, 1, 2)", {"EMPTY"}), "2");
  EXPECT_EQ(Evaluate("if(2 < 1 && x < 1, 1, 2)", {"EMPTY"}), "2");
  EXPECT_EQ(Evaluate("if(x < 1 || 1 < 2, 1, 2)", {"EMPTY"}), "1");
  EXPECT_EQ(Evaluate("if(x < 1 && 1 < 2, 1, 2)", {"EMPTY"}), "ND(EMPTY)");
  EXPECT_EQ(Evaluate("if(2 < 1 || x < 1, 1, 2)", {"PENDING"}), "ND(PENDING)");
  EXPECT_EQ(Evaluate("if(x < 1 || y < 1, 1, 2)", {"PENDING", "EMPTY"}), "ND(PENDING)");
}

TEST(FormulaEvaluation, ATruthValueAsInputIsADomainError) {
  const Formula formula =
      Formula::Create("x", std::vector<FormulaInput>{{"x", Unit()}}, Unit()).value();
  EXPECT_EQ(formula.Evaluate(std::vector<Value>{Value::Boolean(true)}, {}),
            Value(NdReason::kDomain));
}

TEST(FormulaEvaluation, ReproducesTheWorkedExamples) {
  EXPECT_EQ(Evaluate("round((x + y) / (z + 100), 4)", {"1", "90", "10"}), "0.8273");
  EXPECT_EQ(Evaluate("round(x / y, 5)", {"6", "105"}), "0.05714");
  EXPECT_EQ(Evaluate("(x - y) / abs(y)", {"-90", "-100"}), "0.1");
}

}  // namespace
}  // namespace kpisuite
