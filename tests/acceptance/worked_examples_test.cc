#include "tests/acceptance/worked_examples.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace kpisuite {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::optional<std::string> Source(const std::string& path) {
  if (path == "tests/acceptance/a.kpi") return "expect level: value 0.6666666667, fvp -.5";
  if (path == "libs/a_test.cc") return "TEST(Suite, Name) { EXPECT_EQ(x, 12.5); }";
  return std::nullopt;
}

std::vector<std::string> Problems(const std::string& line) {
  std::vector<CaseError> errors;
  const std::vector<WorkedExample> examples = ReadWorkedExamples(line, errors);
  EXPECT_THAT(errors, IsEmpty());
  return CheckWorkedExamples(examples, {{1, "3.14.1", true}, {2, "3.9", false}}, Source);
}

TEST(WorkedExamples, AreShownByCasesAndTests) {
  EXPECT_THAT(Problems("a | 2/3 = 0.667, -0.5 | a.kpi"), IsEmpty());
  EXPECT_THAT(Problems("a | 12.5, .6667 | a.kpi; libs/a_test.cc Suite.Name"), IsEmpty());
  EXPECT_THAT(Problems("a | 0.8125 | later: 3.14.1"), IsEmpty());
}

TEST(WorkedExamples, WhatDoesNotExistShowsNothing) {
  EXPECT_THAT(Problems("a | 1 | b.kpi"),
              ElementsAre("worked_examples.txt:1: b.kpi: there is no such file"));
  EXPECT_THAT(Problems("a | 1 | libs/a_test.cc Suite.Other"),
              ElementsAre("worked_examples.txt:1: libs/a_test.cc Suite.Other: there is no such "
                          "test"));
  EXPECT_THAT(Problems("a | 1 | later: 3.9"),
              ElementsAre("worked_examples.txt:1: 3.9 is no rule for later, or there are other "
                          "proofs"));
}

TEST(WorkedExamples, ValuesStandInWhatShowsThem) {
  EXPECT_THAT(Problems("a | 0.668 | a.kpi"),
              ElementsAre("worked_examples.txt:1: 0.668 is not in what shows it"));
}

TEST(WorkedExamples, LinesHaveThreePartsAndTheirOwnName) {
  std::vector<CaseError> errors;
  ReadWorkedExamples("# a comment\n\na | 1 | a.kpi\na | 2 | a.kpi\nb | 1\n", errors);
  ASSERT_EQ(errors.size(), 2u);
  EXPECT_EQ(errors[0].text, "a is listed twice");
  EXPECT_EQ(errors[1].line, 5);
}

}  // namespace
}  // namespace kpisuite
