#include "libs/kpi/slice_rule.h"

#include <string>
#include <vector>

#include "gtest/gtest.h"

namespace kpisuite {
namespace {

Slice MakeSlice(absl::string_view text) { return *Slice::Parse(text); }

SliceRule Default() { return {}; }
SliceRule For(absl::string_view slice, bool exact = false) { return {MakeSlice(slice), exact}; }

// The id of the rule that matches longest, or "none".
std::string Best(const std::vector<SliceRule>& rules, absl::string_view slice,
                 const std::vector<Slice>& ancestors = {}) {
  std::vector<const SliceRule*> pointers;
  for (const SliceRule& rule : rules) pointers.push_back(&rule);
  const std::optional<SliceMatch> best = LongestMatch(pointers, MakeSlice(slice), ancestors);
  if (!best.has_value()) return "none";
  return SliceMatchText(rules[best->index], best->kind);
}

// 3.3.6
TEST(LongestMatch, PrefersExactThenElementThenDefault) {
  const std::vector<SliceRule> all = {Default(), For("region=EMEA"), For("region=EMEA;team=42")};
  EXPECT_EQ(Best(all, "region=EMEA;team=42"), "exact:region=EMEA;team=42");
  EXPECT_EQ(Best(all, "region=EMEA;team=7"), "dimension:region=EMEA");
  EXPECT_EQ(Best(all, "region=APAC"), "default");
  EXPECT_EQ(Best(all, ""), "default");
}

TEST(LongestMatch, RuleForTheTotalAppliesToTheTotalOnly) {
  EXPECT_EQ(Best({For("")}, "region=EMEA"), "none");
  EXPECT_EQ(Best({For(""), Default()}, ""), "exact:");
  EXPECT_EQ(Best({For("")}, "region=EMEA", {MakeSlice("")}), "none");
}

TEST(LongestMatch, ExactRuleHoldsForItsSliceAlone) {
  EXPECT_EQ(Best({For("region=EMEA", true)}, "region=EMEA;team=42"), "none");
  EXPECT_EQ(Best({For("region=EMEA", true)}, "region=EMEA"), "exact:region=EMEA");
  std::vector<const SliceRule*> both;
  const SliceRule wide = For("region=EMEA");
  const SliceRule exact = For("region=EMEA", true);
  both = {&wide, &exact};
  EXPECT_EQ(LongestMatch(both, MakeSlice("region=EMEA"), {})->index, 1u);
}

TEST(LongestMatch, ParentInAHierarchyStandsBetweenElementAndDefault) {
  const std::vector<Slice> ancestors = {MakeSlice("country=DE"), MakeSlice("region=EMEA")};
  const std::vector<SliceRule> all = {Default(), For("region=EMEA"), For("country=DE")};
  EXPECT_EQ(Best(all, "city=Berlin", ancestors), "hierarchy:country=DE");
  EXPECT_EQ(Best({Default(), For("region=EMEA")}, "city=Berlin", ancestors),
            "hierarchy:region=EMEA");
  EXPECT_EQ(Best({For("region=EMEA", true), Default()}, "city=Berlin", ancestors), "default");
  EXPECT_EQ(Best({For("region=EMEA"), For("team=42")}, "city=Berlin;team=42",
                 {MakeSlice("region=EMEA;team=42")}),
            "dimension:team=42");
}

TEST(LongestMatch, TieDoesNotDependOnTheOrderOfRules) {
  EXPECT_EQ(Best({For("region=EMEA"), For("team=42")}, "region=EMEA;team=42"),
            "dimension:region=EMEA");
  EXPECT_EQ(Best({For("team=42"), For("region=EMEA")}, "region=EMEA;team=42"),
            "dimension:region=EMEA");
}

}  // namespace
}  // namespace kpisuite
