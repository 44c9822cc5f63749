#include "libs/kpi/trend.h"

#include <string>
#include <vector>

#include "gtest/gtest.h"

namespace kpisuite {
namespace {

using Values = std::vector<std::optional<double>>;

const ControlGoal kHigher = {DirectionKind::kHigher, {}, {}, {}};
const ControlGoal kLower = {DirectionKind::kLower, {}, {}, {}};

std::string Verdict(const Values& values, const ControlGoal& goal = kHigher) {
  return std::string(TrendVerdictName(ComputeTrend(values, goal).verdict));
}

TEST(Trend, OfTheContractsExample) {
  const Trend trend = ComputeTrend(Values{10, 12, 11, 14, 15, 17}, kHigher);
  EXPECT_EQ(trend.points, 6);
  EXPECT_NEAR(*trend.slope, 1.3333, 5e-5);
  EXPECT_EQ(trend.s, 13);
  EXPECT_NEAR(trend.z, 2.2544, 5e-5);
  EXPECT_EQ(trend.median, 13.0);
  EXPECT_NEAR(*trend.slope_percent, 10.2564, 5e-5);
  EXPECT_EQ(trend.verdict, TrendVerdict::kImproving);
}

TEST(Trend, KnowsWhichWayIsGood) {
  const Values rising = {1, 2, 3, 4, 5};
  const Values falling = {5, 4, 3, 2, 1};
  EXPECT_EQ(Verdict(rising, kLower), "WORSENING");
  EXPECT_EQ(Verdict(falling, kLower), "IMPROVING");
  EXPECT_EQ(Verdict(falling), "WORSENING");
  EXPECT_EQ(Verdict(rising, {}), "RISING");
  EXPECT_EQ(Verdict(falling, {}), "FALLING");
  EXPECT_EQ(Verdict(rising, {DirectionKind::kInRange, {}, 4, 6}), "IMPROVING");
  EXPECT_EQ(Verdict(rising, {DirectionKind::kInRange, {}, 0, 2}), "WORSENING");
  EXPECT_EQ(Verdict(rising, {DirectionKind::kInRange, {}, {}, 9}), "WORSENING");
}

TEST(Trend, UsesTheTableBelowEightValues) {
  EXPECT_EQ(Verdict({1, 2, 3, 5, 4}), "IMPROVING") << "S 8";
  EXPECT_EQ(Verdict({1, 2, 4, 4, 4}), "NO_EVIDENCE") << "S 7";
  EXPECT_EQ(Verdict({1, 2, 3, 4, 6, 5}), "IMPROVING") << "S 13";
  EXPECT_EQ(Verdict({2, 1, 4, 3, 6, 5}), "NO_EVIDENCE") << "S 9";
  EXPECT_EQ(Verdict({2, 1, 4, 3, 5, 6, 7}), "IMPROVING") << "S 17";
  EXPECT_EQ(Verdict({3, 2, 1, 4, 7, 6, 5}), "NO_EVIDENCE") << "S 9";
}

TEST(Trend, CorrectsTheVarianceForTies) {
  const Trend trend = ComputeTrend(Values{1, 2, 2, 3, 3, 3, 4, 5}, kHigher);
  // (8*7*21 - 2*1*9 - 3*2*11) / 18.
  EXPECT_DOUBLE_EQ(trend.variance, 1092.0 / 18);
  EXPECT_EQ(trend.s, 24);
  EXPECT_EQ(trend.verdict, TrendVerdict::kImproving);
  const Trend flat = ComputeTrend(Values(9, 7.0), kHigher);
  EXPECT_EQ(flat.z, 0.0);
  EXPECT_EQ(flat.slope, 0.0);
  EXPECT_EQ(flat.verdict, TrendVerdict::kNoEvidence);
}

TEST(Trend, KeepsThePlaceOfAMissingPeriod) {
  const Trend trend = ComputeTrend(Values{0, 1, std::nullopt, 3, 4, 5}, kHigher);
  EXPECT_EQ(trend.slope, 1.0);
  EXPECT_EQ(trend.points, 5);
  EXPECT_EQ(Verdict({1, 2, std::nullopt, 3, 4}), "TOO_FEW_POINTS");
  EXPECT_EQ(Verdict({}), "TOO_FEW_POINTS");
}

TEST(Trend, HasNoPercentageOfAMedianOfZero) {
  const Trend trend = ComputeTrend(Values{-2, -1, 0, 1, 2}, kHigher);
  EXPECT_EQ(trend.slope, 1.0);
  EXPECT_FALSE(trend.slope_percent.has_value());
}

TEST(Trend, LeavesOutWhatIsBeyondTheDoubles) {
  const Trend trend = ComputeTrend(Values{-1e308, 1e308, -1e308, 1e308, 1e308}, kHigher);
  EXPECT_FALSE(trend.slope.has_value());
  EXPECT_EQ(trend.verdict, TrendVerdict::kNoEvidence);
}

}  // namespace
}  // namespace kpisuite
