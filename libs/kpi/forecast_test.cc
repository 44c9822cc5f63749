#include "libs/kpi/forecast.h"

#include <cmath>
#include <limits>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace kpisuite {
namespace {

using ::testing::DoubleNear;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

// Four seasons of quarters, each `growth` above the one before.
std::vector<double> Quarters(double growth) {
  std::vector<double> series;
  for (int i = 0; i < 16; ++i) {
    const double shape[] = {10, 20, 30, 40};
    series.push_back(shape[i % 4] + growth * (i / 4));
  }
  return series;
}

std::vector<double> Values(const Forecast& forecast) {
  std::vector<double> values;
  for (const ForecastPoint& point : forecast.points) values.push_back(point.value);
  return values;
}

// 3.11.7
TEST(Forecast, OfARepeatedSeasonIsThatSeason) {
  const Forecast forecast = MakeForecast({.series = Quarters(0), .season = 4, .horizon = 6});
  EXPECT_EQ(forecast.reason, std::nullopt);
  EXPECT_EQ(forecast.method, ForecastMethod::kSeasonalNaive);
  EXPECT_THAT(Values(forecast), ElementsAre(10, 20, 30, 40, 10, 20));
  EXPECT_EQ(forecast.scores[0].wape, 0);
  EXPECT_EQ(forecast.backtest_origins, 5);
  EXPECT_EQ(forecast.backtest_points, 5 + 4 + 3 + 2 + 1);
}

TEST(Forecast, OfALineGoesOn) {
  std::vector<double> line;
  for (int i = 0; i < 12; ++i) line.push_back(100 + 5 * i);
  const Forecast forecast = MakeForecast({.series = line, .horizon = 3});
  EXPECT_EQ(forecast.method, ForecastMethod::kHoltWinters);
  ASSERT_EQ(forecast.points.size(), 3u);
  EXPECT_NEAR(forecast.points[2].value, 170, 1e-9);
  EXPECT_GT(*forecast.scores[0].wape, 0.01) << "the naive one lags behind";
}

TEST(Forecast, OfAGrowingSeasonBeatsTheNaiveOne) {
  const Forecast forecast = MakeForecast({.series = Quarters(4), .season = 4, .horizon = 4});
  EXPECT_NE(forecast.method, ForecastMethod::kSeasonalNaive);
  EXPECT_THAT(forecast.points[0].value, DoubleNear(26, 2));
  EXPECT_THAT(forecast.points[3].value, DoubleNear(56, 2));
}

TEST(Forecast, SaysWhenTheSeriesIsTooShortOrNoNumbers) {
  EXPECT_EQ(MakeForecast({.series = {1, 2, 3, 4, 5, 6, 7}}).reason, NdReason::kNotReady);
  EXPECT_EQ(MakeForecast({}).reason, NdReason::kNotReady);
  std::vector<double> series(10, 1.0);
  series[3] = std::numeric_limits<double>::quiet_NaN();
  EXPECT_EQ(MakeForecast({.series = series}).reason, NdReason::kDomain);
}

TEST(Forecast, SeasonalOnlyWithTwoSeasons) {
  const std::vector<double> series(12, 3.0);
  const Forecast forecast = MakeForecast({.series = series, .season = 12, .horizon = 2});
  EXPECT_THAT(Values(forecast), ElementsAre(3, 3)) << "as if there were no season";
  EXPECT_THAT(ForecastBy(ForecastMethod::kHoltWinters, series, 12, 2), IsEmpty());
  EXPECT_THAT(ForecastBy(ForecastMethod::kSeasonalNaive, series, 13, 2), IsEmpty());
}

TEST(Forecast, OfZerosHasNoRelativeError) {
  const Forecast forecast = MakeForecast({.series = std::vector<double>(9, 0.0)});
  EXPECT_EQ(forecast.scores[0].wape, std::nullopt);
  EXPECT_THAT(Values(forecast), ElementsAre(0));
}

TEST(Forecast, StaysInTheLogicalRange) {
  std::vector<double> rising;
  for (int i = 0; i < 20; ++i) rising.push_back(0.5 + 0.025 * i);
  const Forecast forecast =
      MakeForecast({.series = rising, .horizon = 12, .logical_min = 0.0, .logical_max = 1.0});
  for (const ForecastPoint& point : forecast.points) {
    EXPECT_LE(point.value, 1);
    EXPECT_LE(point.lo.value(), point.hi.value());
    EXPECT_LE(point.hi.value(), 1);
  }
}

TEST(Forecast, IntervalWidensBeyondTheBacktest) {
  std::vector<double> noisy;
  for (int i = 0; i < 18; ++i) noisy.push_back(100 + (i * 7919) % 13);
  const Forecast forecast = MakeForecast({.series = noisy, .horizon = 9});
  const auto width = [&](size_t h) {
    return *forecast.points[h - 1].hi - *forecast.points[h - 1].lo;
  };
  EXPECT_EQ(forecast.backtest_origins, 6);
  // Six errors one period ahead, five two ahead, four three ahead: those of two are widened.
  EXPECT_NEAR(width(3), width(2) * std::sqrt(1.5), 1e-9);
  EXPECT_NEAR(width(8), width(2) * 2, 1e-9);
}

TEST(Forecast, HorizonIsLimited) {
  const std::vector<double> series(20, 1.0);
  EXPECT_EQ(MakeForecast({.series = series, .horizon = 0}).points.size(), 1u);
  EXPECT_EQ(MakeForecast({.series = series, .horizon = 1000}).points.size(), 36u);
  EXPECT_EQ(SeasonOf(Grain::kMonth), 12);
}

// The same formulas in Python give the same bits.
TEST(Forecast, MethodsAgreeWithAnIndependentComputation) {
  const std::vector<double> series = {112, 118, 132, 129, 121, 135, 148,
                                      148, 136, 119, 104, 118, 115, 126};
  EXPECT_THAT(ForecastBy(ForecastMethod::kTheta, series, 4, 3),
              ElementsAre(126.22424035149277, 129.69237221962464, 121.82717075442318));
  EXPECT_THAT(ForecastBy(ForecastMethod::kTheta, series, 1, 3),
              ElementsAre(124.72354266267621, 124.54881738795093, 124.37409211322566));
  EXPECT_THAT(ForecastBy(ForecastMethod::kHoltWinters, series, 4, 3),
              ElementsAre(141.27405908634591, 143.3744697959946, 129.41060149740449));
  EXPECT_THAT(ForecastBy(ForecastMethod::kHoltWinters, series, 1, 3),
              ElementsAre(128.66726816609534, 132.07298246082803, 135.47869675556075));
}

}  // namespace
}  // namespace kpisuite
