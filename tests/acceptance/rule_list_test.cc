#include "tests/acceptance/rule_list.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"

namespace kpisuite {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

// Every section once, so that only the lines of a test count.
std::string Sections(const std::string& lines) {
  std::string text = lines + "Numbers 1: later: issue 3: text\n";
  for (int i = 1; i <= 22; ++i) absl::StrAppend(&text, "3.", i, " all: later: issue 3: text\n");
  return text;
}

TEST(RuleList, GapsAndMissingSectionsAreErrors) {
  std::vector<CaseError> errors;
  ReadRules(Sections(""), errors);
  EXPECT_THAT(errors, IsEmpty());
  ReadRules(Sections("3.7.1: a\n3.7.3: b\n"), errors);
  ASSERT_EQ(errors.size(), 1u);
  EXPECT_THAT(errors[0].text, HasSubstr("3.7 has no line for 2"));
  errors.clear();
  ReadRules("3.7.1: a\n", errors);
  EXPECT_EQ(errors.size(), 22u);
}

TEST(RuleList, RepeatedIdsAndOtherFormsAreErrors) {
  std::vector<CaseError> errors;
  ReadRules(Sections("3.7.1: a\n3.7.1: b\nwhatever\n3.7.2: later: some day\n"), errors);
  EXPECT_EQ(errors.size(), 3u);
}

TEST(RuleList, RulesAndCasesMustFit) {
  const std::vector<Rule> rules = {{1, "3.7.1", false}, {2, "3.7.2", false}, {3, "3.9", true}};
  const std::vector<AcceptanceCase> cases = {{.file = "a.kpi", .proves = {"3.7.1", "3.9", "3.99"}}};
  EXPECT_THAT(CheckCoverage(rules, cases),
              ElementsAre("a.kpi: rule 3.9 is listed as later", "a.kpi: unknown rule 3.99",
                          "rules.txt:2: no case proves 3.7.2"));
}

}  // namespace
}  // namespace kpisuite
