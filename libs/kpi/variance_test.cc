#include "libs/kpi/variance.h"

#include "gtest/gtest.h"

namespace kpisuite {
namespace {

Decimal D(absl::string_view text) { return *Decimal::Parse(text); }

Goal PointGoal(DirectionKind kind, absl::string_view target) {
  return {
      {kind, std::nullopt, true}, TargetValue::Point(D(target)), std::nullopt, ScaleType::kRatio};
}

Goal WithBaseline(DirectionKind kind, absl::string_view baseline, absl::string_view target) {
  Goal goal = PointGoal(kind, target);
  goal.baseline = D(baseline);
  return goal;
}

Goal RangeGoal(std::optional<Decimal> low, std::optional<Decimal> high) {
  return {{DirectionKind::kInRange, std::nullopt, true},
          TargetValue::Range(low, high),
          std::nullopt,
          ScaleType::kRatio};
}

Goal ToleranceGoal(absl::string_view target, absl::string_view tolerance, bool relative) {
  Goal goal = PointGoal(DirectionKind::kOnTarget, target);
  goal.direction.tolerance = D(tolerance);
  goal.direction.relative = relative;
  return goal;
}

// "variance favourable fvp attainment"
std::string Show(absl::string_view actual, const Goal& goal) {
  const Variance v = ComputeVariance(D(actual), goal);
  return v.variance.ToString() + " " + v.favourable.ToString() + " " + v.fvp.ToString() + " " +
         v.attainment.ToString();
}

// 3.6.2, 3.6.3 and the worked examples of fvp.
TEST(Variance, HigherIsBetter) {
  EXPECT_EQ(Show("95", PointGoal(DirectionKind::kHigher, "100")), "-5 -5 -0.05 0.95");
  EXPECT_EQ(Show("100", PointGoal(DirectionKind::kHigher, "100")), "0 0 0 1");
}

TEST(Variance, LowerIsBetter) {
  EXPECT_EQ(Show("110", PointGoal(DirectionKind::kLower, "100")), "10 -10 -0.1 0.9");
}

TEST(Variance, NegativeTargetKeepsTheSigns) {
  EXPECT_EQ(Show("-90", PointGoal(DirectionKind::kHigher, "-100")), "10 10 0.1 1.1");
  EXPECT_EQ(Show("-90", PointGoal(DirectionKind::kLower, "-100")), "10 -10 -0.1 0.9");
}

TEST(Variance, ZeroTargetHasNoPercentage) {
  EXPECT_EQ(Show("3", PointGoal(DirectionKind::kLower, "0")),
            "3 -3 ND(ZERO_TARGET) ND(ZERO_TARGET)");
}

TEST(Variance, IntervalScaleHasNoPercentageButAWayFromItsBaseline) {
  Goal goal = PointGoal(DirectionKind::kHigher, "20");
  goal.scale_type = ScaleType::kInterval;
  EXPECT_EQ(Show("15", goal), "-5 -5 ND(DOMAIN) ND(DOMAIN)");
  goal.baseline = D("10");
  EXPECT_EQ(Show("15", goal), "-5 -5 ND(DOMAIN) 0.5");
}

// 3.6.4
TEST(Attainment, WithBaselineIsTheShareOfTheWay) {
  const Goal revenue = WithBaseline(DirectionKind::kHigher, "1000000", "1500000");
  EXPECT_EQ(ComputeVariance(D("1350000"), revenue).attainment.ToString(), "0.7");
  const Goal cost = WithBaseline(DirectionKind::kLower, "500000", "400000");
  EXPECT_EQ(ComputeVariance(D("420000"), cost).attainment.ToString(), "0.8");
}

TEST(Attainment, BaselineOnTheWrongSideIsOutOfItsDomain) {
  for (const char* baseline : {"100", "120"}) {
    EXPECT_EQ(ComputeVariance(D("90"), WithBaseline(DirectionKind::kHigher, baseline, "100"))
                  .attainment.ToString(),
              "ND(DOMAIN)");
  }
  EXPECT_EQ(ComputeVariance(D("90"), WithBaseline(DirectionKind::kLower, "80", "100"))
                .attainment.ToString(),
            "ND(DOMAIN)");
}

TEST(Attainment, IsNotCapped) {
  EXPECT_EQ(
      ComputeVariance(D("300"), PointGoal(DirectionKind::kHigher, "100")).attainment.ToString(),
      "3");
  EXPECT_EQ(
      ComputeVariance(D("300"), PointGoal(DirectionKind::kLower, "100")).attainment.ToString(),
      "-1");
}

TEST(Range, InsideIsZeroAndEndsAreIn) {
  for (const char* actual : {"10", "15", "20"}) {
    EXPECT_EQ(Show(actual, RangeGoal(D("10"), D("20"))), "0 0 0 1") << actual;
  }
}

TEST(Range, OutsideIsTheDistanceToTheNearestEnd) {
  EXPECT_EQ(Show("8", RangeGoal(D("10"), D("20"))), "-2 -2 -0.2 0.8");
  EXPECT_EQ(Show("25", RangeGoal(D("10"), D("20"))), "5 -5 -0.5 0.5");
}

TEST(Range, OneInfiniteEndDividesByTheFiniteOne) {
  EXPECT_EQ(Show("5", RangeGoal(D("-10"), std::nullopt)), "0 0 0 1");
  EXPECT_EQ(Show("-15", RangeGoal(D("-10"), std::nullopt)), "-5 -5 -0.5 0.5");
  EXPECT_EQ(Show("15", RangeGoal(std::nullopt, D("10"))), "5 -5 -0.5 0.5");
}

TEST(Range, WithoutWidthHasNoPercentage) {
  EXPECT_EQ(Show("6", RangeGoal(D("5"), D("5"))), "1 -1 ND(ZERO_TARGET) ND(ZERO_TARGET)");
  EXPECT_EQ(Show("5", RangeGoal(D("5"), D("5"))), "0 0 ND(ZERO_TARGET) 1");
}

TEST(Range, AttainmentWithBaselineIsTheShareOfItsDistance) {
  Goal goal = RangeGoal(D("10"), D("20"));
  goal.baseline = D("40");
  EXPECT_EQ(ComputeVariance(D("25"), goal).attainment.ToString(), "0.75");
  EXPECT_EQ(ComputeVariance(D("5"), goal).attainment.ToString(), "0.75");
  goal.baseline = D("15");
  EXPECT_EQ(ComputeVariance(D("25"), goal).attainment.ToString(), "ND(DOMAIN)");
  EXPECT_EQ(ComputeVariance(D("12"), goal).attainment.ToString(), "1");
}

// 3.6.1
TEST(OnTarget, IsARangeAroundTheTarget) {
  EXPECT_EQ(Show("104", ToleranceGoal("100", "0.05", true)), "4 0 0 1");
  EXPECT_EQ(Show("107", ToleranceGoal("100", "0.05", true)), "7 -2 -0.2 0.8");
  EXPECT_EQ(Show("-104", ToleranceGoal("-100", "0.05", true)), "-4 0 0 1");
  EXPECT_EQ(Show("3", ToleranceGoal("0", "2", false)), "3 -1 -0.25 0.75");
}

TEST(Neutral, HasAVarianceButNoGoodSide) {
  EXPECT_EQ(Show("7", PointGoal(DirectionKind::kNeutral, "5")),
            "2 ND(NOT_APPLICABLE) ND(NOT_APPLICABLE) ND(NOT_APPLICABLE)");
}

TEST(Direction, ToleranceBelongsToOnTargetOnly) {
  EXPECT_TRUE(ValidateDirection({DirectionKind::kHigher, std::nullopt, true}).ok());
  EXPECT_TRUE(ValidateDirection({DirectionKind::kOnTarget, D("0.1"), true}).ok());
  EXPECT_FALSE(ValidateDirection({DirectionKind::kOnTarget, std::nullopt, true}).ok());
  EXPECT_FALSE(ValidateDirection({DirectionKind::kLower, D("0.1"), true}).ok());
  EXPECT_FALSE(ValidateDirection({DirectionKind::kOnTarget, D("-0.1"), true}).ok());
}

// 3.7.1, 3.6.3
TEST(Direction, AcceptsTheTargetsThatFitIt) {
  const TargetValue point = TargetValue::Point(D("0"));
  const TargetValue range = TargetValue::Range(D("0"), std::nullopt);
  const Direction higher = {DirectionKind::kHigher, std::nullopt, true};
  const Direction in_range = {DirectionKind::kInRange, std::nullopt, true};
  EXPECT_TRUE(ValidateTargetForDirection(higher, point).ok());
  EXPECT_FALSE(ValidateTargetForDirection(higher, range).ok());
  EXPECT_TRUE(ValidateTargetForDirection(in_range, range).ok());
  EXPECT_FALSE(ValidateTargetForDirection(in_range, point).ok());
  const Direction relative = {DirectionKind::kOnTarget, D("0.1"), true};
  const Direction absolute = {DirectionKind::kOnTarget, D("0.1"), false};
  EXPECT_FALSE(ValidateTargetForDirection(relative, point).ok());
  EXPECT_TRUE(ValidateTargetForDirection(absolute, point).ok());
}

// 3.6.5
TEST(MaintainProgress, CountsUpToTheLastPeriodWithData) {
  using enum PeriodOutcome;
  const PeriodOutcome outcomes[] = {kMet, kMissing, kNotMet, kMet, kMissing, kMissing};
  EXPECT_EQ(MaintainProgress(outcomes, MissingPolicy::kNotMet).ToString(), "0.5");
  EXPECT_EQ(MaintainProgress(outcomes, MissingPolicy::kMet).ToString(), "0.75");
  EXPECT_EQ(MaintainProgress(outcomes, MissingPolicy::kSkip).ToString(),
            "0.6666666666666666666666666666666667");
  const PeriodOutcome nothing[] = {kMissing};
  EXPECT_EQ(MaintainProgress(nothing, MissingPolicy::kNotMet).ToString(), "ND(EMPTY)");
}

}  // namespace
}  // namespace kpisuite
