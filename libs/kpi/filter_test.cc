#include "libs/kpi/filter.h"

#include <limits>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/base/error.h"

namespace kpisuite {
namespace {

const std::vector<std::string>& Dimensions() {
  static const auto* const kDimensions = new std::vector<std::string>{"origin", "team"};
  return *kDimensions;
}

absl::StatusOr<Filter> Parse(absl::string_view text, int scale = 0) {
  return Filter::Create(text, Dimensions(), scale);
}

Slice Series(absl::string_view origin, absl::string_view team = "") {
  return Slice::Create({{"origin", Member::FromSource(origin)}, {"team", Member::FromSource(team)}})
      .value();
}

bool Keeps(absl::string_view text, int64_t mantissa, const Slice& series = Slice(), int scale = 0) {
  return Parse(text, scale).value().ForSeries(series).Keeps(mantissa);
}

TEST(Filter, BlankTextKeepsEverything) {
  const Filter filter = Parse(" \n").value();
  EXPECT_TRUE(filter.KeepsEverything());
  EXPECT_EQ(filter.canonical_text(), "");
  EXPECT_TRUE(filter.ForSeries(Slice()).KeepsAll());
  EXPECT_TRUE(Filter().ForSeries(Slice()).Keeps(-1));
}

TEST(Filter, ComparesTheValueExactlyAtTheScale) {
  EXPECT_TRUE(Keeps("value <= 15", 15));
  EXPECT_FALSE(Keeps("value <= 15", 16));
  EXPECT_FALSE(Keeps("value < 15", 15));
  EXPECT_TRUE(Keeps("value > -1.5", -1));
  EXPECT_FALSE(Keeps("value > -1.5", -2));
  EXPECT_FALSE(Keeps("value == 0.5", 0));
  EXPECT_TRUE(Keeps("value != 0.5", 0));
  EXPECT_TRUE(Keeps("value >= 0.15", 15, Slice(), 2));
  EXPECT_FALSE(Keeps("value > 15%", 15, Slice(), 2));
  EXPECT_TRUE(Keeps("value < 1e30", std::numeric_limits<int64_t>::max()));
  EXPECT_FALSE(Keeps("value < -1e30", std::numeric_limits<int64_t>::min()));
  EXPECT_TRUE(Keeps("value > -9223372036854775808", -1));
  EXPECT_FALSE(Keeps("value > -9223372036854775808", std::numeric_limits<int64_t>::min()));
}

TEST(Filter, ComparesDimensionsWithMembers) {
  EXPECT_TRUE(Keeps("origin = ORD", 0, Series("ORD")));
  EXPECT_FALSE(Keeps("origin = ORD", 0, Series("ord")));
  EXPECT_TRUE(Keeps("origin != ORD", 0, Series("JFK")));
  EXPECT_TRUE(Keeps("origin in (JFK, \"ORD\", 'New York')", 0, Series("New York")));
  EXPECT_TRUE(Keeps("team = 42", 0, Series("", "42")));
  EXPECT_FALSE(Keeps("team = 42", 0, Series("", "042")));
  EXPECT_TRUE(Keeps("team = \"a\\\"b\"", 0, Series("", "a\"b")));
}

TEST(Filter, TheNullMemberIsNotAText) {
  EXPECT_TRUE(Keeps("team = (null)", 0, Series("ORD", "")));
  EXPECT_TRUE(Keeps("team = (null)", 0, Slice()));
  EXPECT_FALSE(Keeps("team = \"(null)\"", 0, Slice()));
  EXPECT_FALSE(Keeps("team in (other, (other))", 0, Slice()));
  EXPECT_TRUE(Keeps("team != (other)", 0, Slice()));
}

TEST(Filter, CombinesValueAndDimensions) {
  const Filter filter =
      Parse("origin = ORD && value > 10 || !(origin = ORD) && value <= 2").value();
  const ValueFilter chicago = filter.ForSeries(Series("ORD"));
  EXPECT_TRUE(chicago.Keeps(11));
  EXPECT_FALSE(chicago.Keeps(2));
  const ValueFilter elsewhere = filter.ForSeries(Series("JFK"));
  EXPECT_TRUE(elsewhere.Keeps(2));
  EXPECT_FALSE(elsewhere.Keeps(11));
  EXPECT_TRUE(Parse("value < 1 && value > 1")->ForSeries(Slice()).KeepsNothing());
  EXPECT_TRUE(Parse("value < 1 || value >= 1")->ForSeries(Slice()).KeepsAll());
  EXPECT_TRUE(filter.ReadsValue());
  EXPECT_THAT(filter.Dimensions(), testing::ElementsAre("origin"));
  EXPECT_FALSE(Parse("team = a && origin = b")->ReadsValue());
}

TEST(Filter, CanonicalTextHasNormalWhitespaceQuotesAndParentheses) {
  const auto canonical = [](absl::string_view text) {
    return Parse(text).value().canonical_text();
  };
  EXPECT_EQ(canonical("value<=015.50"), "value <= 15.5");
  EXPECT_EQ(canonical("value=80%"), "value == 0.8");
  EXPECT_EQ(canonical("origin==\"ORD\""), "origin = ORD");
  EXPECT_EQ(canonical("origin in('New York',ORD,( null ))"),
            "origin in (\"New York\", ORD, (null))");
  EXPECT_EQ(canonical("((value>1))&&(team=a||team!='b\"c')"),
            "value > 1 && (team = a || team != \"b\\\"c\")");
  EXPECT_EQ(canonical("!!(team=a)"), "!!team = a");
  EXPECT_EQ(canonical("!(team=a&&value<1)"), "!(team = a && value < 1)");
  for (const char* text : {"value<=015.50", "origin in('New York',ORD,( null ))", "!!(team=a)",
                           "((value>1))&&(team=a||team!='b\"c\\\\')", "team='80%'", "team=80%"}) {
    EXPECT_EQ(canonical(canonical(text)), canonical(text));
  }
}

TEST(Filter, ErrorsNameReasonAndPosition) {
  const auto first = [](absl::string_view text) {
    const ErrorDetails details = GetErrorDetails(Parse(text).status());
    if (details.violations.empty()) return std::string("no violation");
    const FieldViolation& v = details.violations[0];
    return absl::StrCat(v.reason, " ", v.field, " ", v.line, ":", v.column, " ", v.description);
  };
  EXPECT_EQ(first("value <= abc"), "TYPE where 1:10 offset 9: got \"abc\", want a decimal number");
  EXPECT_EQ(first("origin < 5"),
            "TYPE where 1:8 offset 7: got \"<\" on dimension \"origin\", want =, != or in");
  EXPECT_EQ(first("value <=\n"),
            "SYNTAX where 2:1 offset 9: got the end of the text, want a decimal number");
  EXPECT_EQ(first("origin = \"ORD"),
            "SYNTAX where 1:10 offset 9: got a quoted text without its closing quote");
  EXPECT_EQ(first("carrier = AA"),
            "UNKNOWN_IDENTIFIER where 1:1 offset 0: got \"carrier\", want \"value\" or a declared "
            "dimension");
  EXPECT_EQ(GetErrorDetails(Parse("a = 1 && b = 2").status()).violations.size(), 2u);
}

TEST(Filter, RefusesWhatTheGrammarDoesNotHave) {
  for (const char* text : {"value",
                           "value in (1)",
                           "value <",
                           "origin",
                           "origin in ()",
                           "origin in (a,)",
                           "origin in a",
                           "(value < 1",
                           "value < 1)",
                           "value < 1 value > 2",
                           "&& value < 1",
                           "origin = (foo)",
                           "value < +1",
                           "value < nan",
                           "5 > value",
                           "origin = \"\"",
                           "value <= 1e6000",
                           "!",
                           "origin = \"a\nb\"",
                           "value * 2 < 4",
                           "value < --1",
                           "\xff",
                           "origin = 'a"}) {
    EXPECT_EQ(Parse(text).status().code(), absl::StatusCode::kInvalidArgument) << text;
  }
}

TEST(Filter, EnforcesItsLimits) {
  const auto nested = [](size_t depth) {
    return absl::StrCat(std::string(depth, '('), "value < 1", std::string(depth, ')'));
  };
  EXPECT_TRUE(Parse(nested(64)).ok());
  EXPECT_FALSE(Parse(nested(65)).ok());
  EXPECT_TRUE(Parse(absl::StrJoin(std::vector<std::string>(128, "value<1"), "||")).ok());
  EXPECT_FALSE(Parse(absl::StrJoin(std::vector<std::string>(129, "value<1"), "||")).ok());
  EXPECT_TRUE(
      Parse(absl::StrCat("team in (", absl::StrJoin(std::vector<std::string>(255, "a"), ","), ")"))
          .ok());
  EXPECT_FALSE(
      Parse(absl::StrCat("team in (", absl::StrJoin(std::vector<std::string>(256, "a"), ","), ")"))
          .ok());
}

// Random value filters against a direct evaluation of the same tree.
class RandomTree {
 public:
  explicit RandomTree(uint64_t seed) : random_(seed) {}

  // Returns the text and remembers how to evaluate it, in post-order.
  std::string Make(int depth) {
    const uint64_t choice = depth == 0 ? 0 : random_() % 4;
    if (choice == 3) return absl::StrCat("!(", Make(depth - 1), ")");
    if (choice != 0) {
      const std::string left = Make(depth - 1);
      return absl::StrCat("(", left, choice == 1 ? " && " : " || ", Make(depth - 1), ")");
    }
    static constexpr const char* kSymbols[] = {"<", "<=", ">", ">=", "==", "!="};
    const int64_t halves = static_cast<int64_t>(random_() % 21) - 10;
    return absl::StrCat("value ", kSymbols[random_() % 6], " ",
                        (Number(Decimal::FromInt(halves)) / Decimal::FromInt(2)).ToString());
  }

 private:
  std::mt19937_64 random_;
};

// Evaluates the texts RandomTree makes, over doubles of halves, which are exact.
bool Direct(absl::string_view& text, double value) {
  if (text[0] == '!') {
    text.remove_prefix(2);
    const bool inner = Direct(text, value);
    text.remove_prefix(1);
    return !inner;
  }
  if (text[0] == '(') {
    text.remove_prefix(1);
    const bool left = Direct(text, value);
    const bool is_and = text[1] == '&';
    text.remove_prefix(4);
    const bool right = Direct(text, value);
    text.remove_prefix(1);
    return is_and ? left && right : left || right;
  }
  text.remove_prefix(6);
  const size_t space = text.find(' ');
  const absl::string_view symbol = text.substr(0, space);
  text.remove_prefix(space + 1);
  const size_t end = std::min(text.find_first_of(" )"), text.size());
  const double bound = std::stod(std::string(text.substr(0, end)));
  text.remove_prefix(end);
  if (symbol == "<") return value < bound;
  if (symbol == "<=") return value <= bound;
  if (symbol == ">") return value > bound;
  if (symbol == ">=") return value >= bound;
  return (value == bound) == (symbol == "==");
}

TEST(Filter, RandomFiltersAgreeWithADirectEvaluation) {
  for (uint64_t seed = 0; seed < 2000; ++seed) {
    const std::string text = RandomTree(seed).Make(4);
    const ValueFilter kept = Parse(text).value().ForSeries(Slice());
    for (int64_t value = -7; value <= 7; ++value) {
      absl::string_view rest = text;
      ASSERT_EQ(kept.Keeps(value), Direct(rest, static_cast<double>(value)))
          << text << " " << value;
    }
  }
}

}  // namespace
}  // namespace kpisuite
