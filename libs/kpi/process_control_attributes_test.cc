#include "libs/kpi/process_control_attributes.h"

#include <string>
#include <vector>

#include "gtest/gtest.h"

namespace kpisuite {
namespace {

TEST(Laney, WidensTheLimitsOfProportionsByTheirDispersion) {
  // Large denominators: the binomial limits alone would be far too narrow.
  const std::vector<RatePoint> points = {{1000, 10000}, {1200, 10000}, {900, 10000}, {1100, 10000}};
  const RateChart chart = *LaneyProportions(points);
  EXPECT_DOUBLE_EQ(chart.centre, 0.105);
  // s = sqrt(0.105 * 0.895 / 10000) = 0.0030655; mean |dz| = mean(0.02, 0.03, 0.02) / s.
  EXPECT_NEAR(chart.dispersion, 0.07 / 3 / 0.00306553421 / 1.128, 1e-6);
  EXPECT_NEAR(chart.points[0].sigma, 0.07 / 3 / 1.128, 1e-12);
  EXPECT_NEAR(chart.points[0].upper, 0.105 + 3 * 0.07 / 3 / 1.128, 1e-12);
  EXPECT_NEAR(chart.points[0].lower, 0.105 - 3 * 0.07 / 3 / 1.128, 1e-12);
}

TEST(Laney, NarrowsTheLimitsOfLargerDenominators) {
  const RateChart chart = *LaneyRates(std::vector<RatePoint>{{5, 100}, {30, 400}, {4, 100}});
  EXPECT_DOUBLE_EQ(chart.centre, 0.065);
  EXPECT_NEAR(chart.points[0].sigma, 2 * chart.points[1].sigma, 1e-15);
  EXPECT_EQ(chart.points[0].lower, 0.0) << "never below 0";
}

TEST(Laney, StaysInZeroToOne) {
  const RateChart wide = *LaneyProportions(std::vector<RatePoint>{{9, 10}, {2, 10}, {10, 10}});
  EXPECT_EQ(wide.points[0].upper, 1.0);
  EXPECT_EQ(wide.points[0].lower, 0.0);
  const RateChart none = *LaneyProportions(std::vector<RatePoint>{{0, 10}, {0, 20}});
  EXPECT_EQ(none.points[1].upper, 0.0);
  EXPECT_EQ(none.points[1].z, 0.0);
}

TEST(Laney, NamesThePointThatIsWrong) {
  const auto message = [](const std::vector<RatePoint>& points) {
    return std::string(LaneyProportions(points).status().message());
  };
  EXPECT_EQ(message({{1, 2}}), "points: got 1, want at least 2");
  EXPECT_EQ(message({{1, 2}, {1, 0}}), "points[1].size: got 0, want more than 0");
  EXPECT_EQ(message({{3, 2}, {1, 2}}), "points[0].count: got 3, want 0 to 2");
  EXPECT_TRUE(LaneyRates(std::vector<RatePoint>{{3, 2}, {1, 2}}).ok());
  EXPECT_FALSE(LaneyRates(std::vector<RatePoint>{{-1, 2}, {1, 2}}).ok());
  EXPECT_FALSE(LaneyRates(std::vector<RatePoint>{{1e308, 1e-300}, {1e308, 2}}).ok());
}

TEST(RareEvents, GoThereAndBack) {
  EXPECT_NEAR(TransformTimeBetween(30), 2.57224, 5e-6);
  EXPECT_NEAR(TimeBetweenFromTransformed(TransformTimeBetween(30)), 30, 1e-9);
  EXPECT_EQ(TransformTimeBetween(0), 0.0);
  EXPECT_EQ(TimeBetweenFromTransformed(-1), 0.0) << "a lower limit below 0";
}

TEST(Seasons, AreTheMeansOfFullCycles) {
  const std::vector<double> values = {8, 12, 10, 12, 18, 15, 99};
  const std::vector<double> factors = *SeasonalFactors(values, 3);
  EXPECT_DOUBLE_EQ(factors[0], 0.8);
  EXPECT_DOUBLE_EQ(factors[1], 1.2);
  EXPECT_DOUBLE_EQ(factors[2], 1.0);
  EXPECT_DOUBLE_EQ(Deseasonalised(values, factors)[3], 15.0);
}

TEST(Seasons, NeedTwoCyclesAndPositiveFactors) {
  EXPECT_FALSE(SeasonalFactors(std::vector<double>{1, 2, 3}, 2).ok());
  EXPECT_FALSE(SeasonalFactors(std::vector<double>{1, 2, 3, 4}, 1).ok());
  EXPECT_FALSE(SeasonalFactors(std::vector<double>{1, 0, 1, 0}, 2).ok());
  EXPECT_FALSE(SeasonalFactors(std::vector<double>{1, -1, 1, -1}, 2).ok());
}

}  // namespace
}  // namespace kpisuite
