#include "tests/acceptance/case_parser.h"

#include <gtest/gtest.h>

#include "tests/acceptance/case_runner.h"

namespace kpisuite {
namespace {

constexpr char kPrelude[] = R"(Metric sales: {unit: EUR, scale: 2}
Kpi revenue:
  inputs: {sales: {metric: sales, aggregation: SUM}}
  unit: EUR
  target: {fixed: 100}
)";

std::string Errors(const std::string& body) {
  const std::string text = "# A title.\n# proves: 3.7.2\nuse sales\n" + body;
  return ToString("case.kpi", ParseCase("case.kpi", text, {{"sales", kPrelude}}).errors);
}

std::vector<std::string> Failures(const std::string& body) {
  const std::string text =
      "# A title.\n# proves: 3.7.2\nuse sales\nclock 2025-03-10T12:00:00Z\n" + body;
  const ParsedCase parsed = ParseCase("case.kpi", text, {{"sales", kPrelude}});
  EXPECT_TRUE(parsed.errors.empty()) << ToString("case.kpi", parsed.errors);
  return RunCase(parsed.parsed, RunMode::kIncremental);
}

TEST(CaseParser, UnknownWordsAreErrorsWithTheirLine) {
  EXPECT_EQ(Errors("clock 2025-03-10T12:00:00Z\nwrote sales\n").substr(0, 21),
            "case.kpi:5: got \"wrot");
  EXPECT_NE(Errors("expect revenue DAY 2025-03-10: vale 3\n").find("case.kpi:4: got \"vale 3\""),
            std::string::npos);
}

TEST(CaseParser, CaseThatExpectsNothingIsAnError) {
  EXPECT_NE(Errors("clock 2025-03-10T12:00:00Z\n").find("expects nothing"), std::string::npos);
}

TEST(CaseParser, DefinitionErrorsHaveTheLineOfTheFile) {
  const std::string errors = Errors("definitions:\n  Kpi revenue:\n    onwer: me\n");
  EXPECT_EQ(errors.substr(0, 11), "case.kpi:6:") << errors;
}

TEST(CaseParser, TimesAndSamplesAreChecked) {
  EXPECT_EQ(Errors("clock noon\n").substr(0, 10), "case.kpi:4");
  EXPECT_NE(Errors("write sales\n  2025-03-10T08:00:00Z 5 colour=red\n").find("case.kpi:5"),
            std::string::npos);
}

TEST(CaseRunner, HoldingCaseHasNoFailures) {
  EXPECT_TRUE(Failures("write sales 2025-03-10T08:00:00Z 120.50\n"
                       "expect revenue DAY 2025-03-10: value 120.5, status ON_TARGET\n")
                  .empty());
}

TEST(CaseRunner, DifferenceNamesLineExpectedAndActual) {
  const auto failures = Failures(
      "write sales 2025-03-10T08:00:00Z 120.50\n"
      "expect revenue DAY 2025-03-10: value 120.50\n");
  ASSERT_EQ(failures.size(), 1u);
  EXPECT_EQ(failures[0].substr(0, 11), "case.kpi:6:");
  EXPECT_NE(failures[0].find("value: expected 120.50, actual 120.5"), std::string::npos);
}

TEST(CaseRunner, UnexpectedErrorAndMissingErrorFail) {
  EXPECT_EQ(Failures("write salse 2025-03-10T08:00:00Z 1\n"
                     "expect revenue DAY 2025-03-10: value 0\n")
                .size(),
            1u);
  EXPECT_EQ(Failures("write sales 2025-03-10T08:00:00Z 1\n"
                     "expect error UNKNOWN_METRIC\n")
                .size(),
            1u);
}

}  // namespace
}  // namespace kpisuite
