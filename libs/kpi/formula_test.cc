#include "libs/kpi/formula.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/base/error.h"

namespace kpisuite {
namespace {

using ::testing::ElementsAre;

// Inputs as "alias" or "alias:unit".
std::vector<FormulaInput> Inputs(const std::vector<std::string>& texts) {
  std::vector<FormulaInput> inputs;
  for (const std::string& text : texts) {
    const size_t colon = text.find(':');
    const std::string unit = colon == std::string::npos ? "" : text.substr(colon + 1);
    inputs.push_back({text.substr(0, colon), Unit::Parse(unit).value()});
  }
  return inputs;
}

absl::Status Check(absl::string_view text, const std::vector<std::string>& inputs,
                   absl::string_view unit = "") {
  return Formula::Create(text, Inputs(inputs), Unit::Parse(unit).value()).status();
}

// The violations as "reason field line:column description".
std::vector<std::string> Violations(const absl::Status& status) {
  std::vector<std::string> texts;
  for (const FieldViolation& v : GetErrorDetails(status).violations) {
    texts.push_back(
        absl::StrCat(v.reason, " ", v.field, " ", v.line, ":", v.column, " ", v.description));
  }
  return texts;
}

std::string Canonical(absl::string_view text) {
  const absl::StatusOr<std::string> canonical = CanonicalFormulaText(text);
  return canonical.ok() ? *canonical : std::string(canonical.status().message());
}

TEST(FormulaText, HasNormalWhitespaceAndMinimalParentheses) {
  EXPECT_EQ(Canonical("( onTime/flights )"), "onTime / flights");
  EXPECT_EQ(Canonical("(a-b)/abs( b )"), "(a - b) / abs(b)");
  EXPECT_EQ(Canonical("a-(b-c)"), "a - (b - c)");
  EXPECT_EQ(Canonical("(a-b)-c"), "a - b - c");
  EXPECT_EQ(Canonical("a*(b*c)"), "a * (b * c)");
  EXPECT_EQ(Canonical("-2^2"), "-2^2");
  EXPECT_EQ(Canonical("(-2)^2"), "(-2)^2");
  EXPECT_EQ(Canonical("- - a"), "--a");
  EXPECT_EQ(Canonical("a - -b"), "a - -b");
  EXPECT_EQ(Canonical("(a^2)^-3"), "(a^2)^-3");
  EXPECT_EQ(Canonical("if((a<1)&&!(b>=2||c==3),1.50,007)"),
            "if(a < 1 && !(b >= 2 || c == 3), 1.5, 7)");
  EXPECT_EQ(Canonical("(a<b)==(c<d)"), "(a < b) == (c < d)");
  EXPECT_EQ(Canonical("a\n +\tb"), "a + b");
}

TEST(FormulaText, OfACanonicalTextIsItself) {
  for (const char* text : {"a+b*c^2-d/(e-f)", "!(a<b)||c>d&&e!=f", "-(a+b)", "-(-(-a))",
                           "clamp(a,0,min(b,c,d))", "((((a))))", "(a/b)*c", "a/(b*c)"}) {
    const std::string canonical = Canonical(text);
    EXPECT_EQ(Canonical(canonical), canonical);
  }
}

TEST(FormulaText, KeepsTheUnitOfANumber) {
  EXPECT_EQ(Canonical("a * 365 [d/y] / days"), "a * 365[d/y] / days");
  EXPECT_EQ(Canonical("3.0[m*kg]^2"), "3[kg*m]^2");
  EXPECT_EQ(Canonical("5[count]"), "5");
}

TEST(FormulaText, ListsIdentifiersInOrderOfUse) {
  EXPECT_THAT(FormulaIdentifiers("b / a + b * days + max(c, a)").value(),
              ElementsAre("b", "a", "c"));
}

TEST(FormulaUnits, ANumberMayCarryOne) {
  EXPECT_TRUE(Check("a / b * 365[d/y] / days", {"a:EUR", "b:EUR"}, "1/y").ok());
  EXPECT_TRUE(Check("cases * 200000[h] / hours", {"cases", "hours:h"}, "per 100 FTE").ok());
  EXPECT_FALSE(Check("a / b * 365 / days", {"a", "b"}, "1/y").ok());
  for (const char* text :
       {"1[", "1[d", "1[]", "1[%]", "1[d d]", "1[pp]", "a[d]", "[d]", "2^1[d]"}) {
    EXPECT_EQ(GetErrorDetails(Check(text, {"a"})).violations[0].reason, "SYNTAX") << text;
  }
}

TEST(FormulaSyntax, ErrorsNameOffsetLineAndColumn) {
  EXPECT_THAT(
      Violations(Check("a +\n  * b", {"a", "b"})),
      ElementsAre("SYNTAX formula 2:3 offset 6: got \"*\", want a number, an input or \"(\""));
  EXPECT_THAT(Violations(Check("a + ", {"a"})),
              ElementsAre("SYNTAX formula 1:5 offset 4: got the end of the text, want a number, an "
                          "input or \"(\""));
  EXPECT_THAT(Violations(Check("a $ b", {"a", "b"})),
              ElementsAre("SYNTAX formula 1:3 offset 2: got \"$\", want a name, a number or an "
                          "operator"));
  EXPECT_THAT(Violations(Check("(a", {"a"})),
              ElementsAre("SYNTAX formula 1:3 offset 2: got the end of the text, want \")\""));
  EXPECT_THAT(Violations(Check("a = b", {"a", "b"})),
              ElementsAre("SYNTAX formula 1:3 offset 2: got \"=\", want \"==\" to compare"));
}

TEST(FormulaSyntax, RefusesWhatTheGrammarDoesNotHave) {
  for (const char* text :
       {"",    " ",     "a b",   "a < b < c", "a ^ b",   "a^2^3",        "a^1.5", "2^--1",
        "1e3", "1.",    "1.2.3", "a & b",     "a | b",   "f(",           "f(a,)", "f(,a)",
        "80%", "a\x01", "\xff",  "+a",        "a ^ (2)", "a^9999999999", "\"a\""}) {
    const absl::Status status = Check(text, {"a", "b", "c"});
    ASSERT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << text;
    EXPECT_THAT(Violations(status), ElementsAre(testing::StartsWith("SYNTAX formula "))) << text;
  }
}

TEST(FormulaSyntax, EnforcesItsLimits) {
  const auto nested = [](int depth) {
    return absl::StrCat(std::string(static_cast<size_t>(depth), '('), "a",
                        std::string(static_cast<size_t>(depth), ')'));
  };
  EXPECT_TRUE(Check(nested(64), {"a"}).ok());
  EXPECT_THAT(Violations(Check(nested(65), {"a"})),
              ElementsAre(testing::StartsWith("LIMIT formula ")));
  EXPECT_THAT(Violations(Check(std::string(65, '-') + "a", {"a"})),
              ElementsAre(testing::StartsWith("LIMIT formula ")));
  const auto sum = [](int terms) {
    return absl::StrJoin(std::vector<std::string>(static_cast<size_t>(terms), "a"), "+");
  };
  EXPECT_TRUE(Check(sum(128), {"a"}).ok());  // 255 nodes
  EXPECT_THAT(Violations(Check(sum(129), {"a"})),
              ElementsAre(testing::StartsWith("LIMIT formula ")));
  EXPECT_TRUE(Check("a" + std::string(16 * 1024 - 1, ' '), {"a"}).ok());
  EXPECT_THAT(Violations(Check("a" + std::string(16 * 1024, ' '), {"a"})),
              ElementsAre("LIMIT formula 1:1 offset 0: got 16385 bytes, want at most 16384"));
  std::vector<std::string> aliases;
  for (int i = 0; i < 65; ++i) aliases.push_back(absl::StrCat("a", i));
  EXPECT_THAT(Violations(Check(absl::StrJoin(aliases, "+"), aliases)),
              ElementsAre("LIMIT inputs 0:0 got 65 inputs, want at most 64"));
  aliases.pop_back();
  EXPECT_TRUE(Check(absl::StrJoin(aliases, "+"), aliases).ok());
}

TEST(FormulaCheck, ReportsUnusedInputsAndUndeclaredNamesAllAtOnce) {
  EXPECT_THAT(
      Violations(Check("a + x * y + x + foo(a)", {"a", "b", "c"})),
      ElementsAre("UNKNOWN_IDENTIFIER formula 1:5 offset 4: got \"x\", want a declared input, "
                  "days or working_days",
                  "UNKNOWN_IDENTIFIER formula 1:9 offset 8: got \"y\", want a declared input, "
                  "days or working_days",
                  testing::StartsWith("UNKNOWN_IDENTIFIER formula 1:17 offset 16: got function"),
                  "UNUSED_INPUT inputs.b 0:0 got input b which the formula does not use",
                  "UNUSED_INPUT inputs.c 0:0 got input c which the formula does not use"));
}

TEST(FormulaCheck, RefusesBadAliases) {
  EXPECT_THAT(Violations(Check("days + max(1, 2)", {"days:d"})),
              testing::Contains(testing::StartsWith("RESERVED_NAME inputs.days")));
  EXPECT_THAT(Violations(Check("a", {"a", "a"})),
              ElementsAre(testing::StartsWith("DUPLICATE_INPUT inputs.a")));
  EXPECT_THAT(Violations(Check("a", {"a", "on-time"})),
              testing::Contains(testing::StartsWith("SYNTAX inputs.on-time")));
}

TEST(FormulaCheck, DerivesTheUnit) {
  EXPECT_TRUE(Check("revenue / hours", {"revenue:EUR", "hours:h"}, "EUR/h").ok());
  EXPECT_TRUE(Check("onTime / flights", {"onTime", "flights"}, "%").ok());
  EXPECT_TRUE(Check("(a - b) / abs(b)", {"a:EUR", "b:EUR"}, "%").ok());
  EXPECT_TRUE(Check("a / days", {"a:EUR"}, "EUR/d").ok());
  EXPECT_TRUE(Check("sqrt(a * a)", {"a:m"}, "m").ok());
  EXPECT_TRUE(Check("a^-2", {"a:s"}, "1/s^2").ok());
  EXPECT_TRUE(Check("round(a, 2) + floor(a)", {"a:EUR"}, "EUR").ok());
  EXPECT_TRUE(Check("100 * a", {"a:EUR"}, "EUR").ok());
}

TEST(FormulaCheck, TakesBareNumbersAsThresholdsAndFallbacks) {
  EXPECT_TRUE(Check("if(a <= 15, 1, 0)", {"a:min"}, "%").ok());
  EXPECT_TRUE(Check("max(a, 0)", {"a:EUR"}, "EUR").ok());
  EXPECT_TRUE(Check("clamp(a, 0, -(-100))", {"a:EUR"}, "EUR").ok());
  EXPECT_TRUE(Check("coalesce(a, 0)", {"a:EUR"}, "EUR").ok());
  EXPECT_TRUE(Check("safe_div(a, b, 0)", {"a:EUR", "b:h"}, "EUR/h").ok());
}

TEST(FormulaCheck, ReportsUnitErrors) {
  EXPECT_THAT(Violations(Check("a + b", {"a:EUR", "b:h"}, "EUR")),
              ElementsAre("UNIT formula 1:3 offset 2: got EUR and h, want equal units"));
  EXPECT_THAT(Violations(Check("a / b", {"a:EUR", "b:h"}, "EUR")),
              ElementsAre("UNIT formula 1:3 offset 2: got EUR/h, want the declared unit, EUR"));
  EXPECT_THAT(
      Violations(Check("a + 1", {"a:EUR"}, "EUR")),
      ElementsAre(
          "UNIT formula 1:3 offset 2: got EUR and a dimensionless number, want equal units"));
  EXPECT_THAT(
      Violations(Check("a", {"a:EUR"}, "%")),
      ElementsAre("UNIT formula 1:1 offset 0: got EUR, want the declared unit, a dimensionless "
                  "number"));
  for (const char* text : {"ln(a)", "exp(a)", "sqrt(a)", "round(a, a)", "if(a < b, 1, 0)",
                           "max(a, b)", "coalesce(a, b)", "safe_div(a, a, a)"}) {
    EXPECT_THAT(Violations(Check(text, {"a:EUR", "b:h"}, "%")),
                testing::Contains(testing::StartsWith("UNIT formula")))
        << text;
  }
}

TEST(FormulaCheck, ReportsTypeErrors) {
  EXPECT_THAT(
      Violations(Check("a < b", {"a", "b"})),
      ElementsAre("TYPE formula 1:3 offset 2: got a truth value, want a number, for instance "
                  "if(condition, 1, 0)"));
  for (const char* text :
       {"a + (a < b)", "!a + b", "a && b", "if(a, b, 1)", "if(a < b, a, a < b)", "-(a < b)",
        "(a < b) < (b < a)", "abs(a < b)", "min(a) + b", "round(a) + b", "if(a < b, 1)",
        "is_nd(a, b)", "(a < b)^2", "clamp(a, b)"}) {
    EXPECT_THAT(Violations(Check(text, {"a", "b"})),
                testing::Contains(testing::StartsWith("TYPE formula")))
        << text;
  }
  EXPECT_TRUE(Check("if((a < b) == is_nd(b), 1, 0)", {"a", "b"}).ok());
}

}  // namespace
}  // namespace kpisuite
