#include "libs/definitions/input_aggregation.h"

#include <gmock/gmock.h>
#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

namespace kpisuite {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

struct Built {
  FrameRule rule;
  std::vector<std::string> problems;
};

Built Build(AggregationKind kind, const std::string& text) {
  v1::Input input;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &input));
  Violations violations;
  Built built{.rule = BuildFrameRule("x", input, kind, violations)};
  for (const FieldViolation& item : violations.items()) {
    built.problems.push_back(item.field + " " + item.reason);
  }
  return built;
}

TEST(FrameRule, OfAConversionIsItsWindow) {
  const Built day = Build(AggregationKind::kConversion, "conversion_window { seconds: 86400 }");
  EXPECT_THAT(day.problems, IsEmpty());
  EXPECT_EQ(day.rule.conversion_window_nano, 86'400'000'000'000);
  EXPECT_EQ(FrameText(AggregationKind::kConversion, day.rule), "|within 86400000000000");
  EXPECT_THAT(Build(AggregationKind::kConversion, "").problems,
              ElementsAre("x.conversion_window REQUIRED"));
  EXPECT_THAT(Build(AggregationKind::kConversion, "conversion_window {}").problems,
              ElementsAre("x.conversion_window OUT_OF_RANGE"));
  EXPECT_THAT(Build(AggregationKind::kSum, "conversion_window { seconds: 1 }").problems,
              ElementsAre("x.conversion_window REFUSED"));
}

TEST(FrameRule, OfACohortIsItsOffsetAndMeasure) {
  const Built year = Build(AggregationKind::kCohortRatio,
                           "cohort_offset { same_period_last_year: 1 } "
                           "cohort_measure: COHORT_MEASURE_RETAINED");
  EXPECT_THAT(year.problems, IsEmpty());
  EXPECT_EQ(year.rule.cohort_offset, CohortOffset::kYears);
  EXPECT_EQ(year.rule.cohort_count, 1);
  EXPECT_EQ(year.rule.cohort_measure, CohortMeasure::kRetained);
  EXPECT_TRUE(ReachOf(AggregationKind::kCohortRatio, year.rule).cohort);
  EXPECT_THAT(Build(AggregationKind::kCohortRatio, "").problems,
              ElementsAre("x.cohort_offset REQUIRED"));
  EXPECT_THAT(Build(AggregationKind::kCohortRatio, "cohort_offset { previous_period: 0 }").problems,
              ElementsAre("x.cohort_offset.previous_period OUT_OF_RANGE"));
  EXPECT_THAT(
      Build(AggregationKind::kLast, "carry_forward: 'NONE' cohort_offset { previous_period: 1 }")
          .problems,
      ElementsAre("x.cohort_offset REFUSED"));
}

TEST(FrameRule, OfALastSaysHowLongItIsCarried) {
  EXPECT_THAT(Build(AggregationKind::kLast, "carry_forward: 'NONE'").problems, IsEmpty());
  EXPECT_THAT(Build(AggregationKind::kLast, "carry_forward: 'always'").problems,
              ElementsAre("x.carry_forward SYNTAX"));
  EXPECT_THAT(Build(AggregationKind::kLast, "carry_forward: 'MAX(0)'").problems,
              ElementsAre("x.carry_forward OUT_OF_RANGE"));
  const FrameRule three = Build(AggregationKind::kLast, "carry_forward: 'MAX(3)'").rule;
  EXPECT_EQ(ReachOf(AggregationKind::kLast, three).periods_before, 3);
  EXPECT_TRUE(ReachOf(AggregationKind::kLast, Build(AggregationKind::kLast, "").rule).all_before);
  EXPECT_FALSE(ReachOf(AggregationKind::kSum, {}).outside());
  EXPECT_THAT(Build(AggregationKind::kSum, "carry_forward: 'NONE'").problems,
              ElementsAre("x.carry_forward REFUSED"));
}

}  // namespace
}  // namespace kpisuite
