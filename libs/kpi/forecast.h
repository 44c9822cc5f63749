// Forecast of the next closed periods (SEMANTICS 3.11.7): three methods compete in a back-test.
// Doubles, in plain loops from first to last, so that the same series gives the same bits.
#pragma once

#include <optional>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "libs/kpi/nd_reason.h"
#include "libs/kpi/period.h"

namespace kpisuite {

// In the order in which they are tried. Names: `SEASONAL_NAIVE`, `HOLT_WINTERS`, `THETA`.
//
// n values y_0 .. y_{n-1}, season s; h = 1, 2, ... periods after the last.
//
//   SEASONAL_NAIVE  y_{n - s + (h - 1) mod s}. Needs max(s, 1) values.
//   HOLT_WINTERS    additive, not damped. With m_k the mean of the k-th season:
//                   level m_0, trend (m_1 - m_0)/s, factors c_i = y_i - m_0 for i < s; then from
//                   t = s on, with c the factor of t mod s and l, b the level and trend so far:
//                     l' = a (y_t - c) + (1 - a)(l + b), b' = g (l' - l) + (1 - g) b,
//                     c' = d (y_t - l') + (1 - d) c.
//                   s = 1 has no factors: level y_0, trend y_1 - y_0, from t = 1 on.
//                   Forecast l + h b + c of (n + h - 1) mod s. Needs 2s values, at least 3.
//   THETA           y less its seasonal factors (for s > 1: the mean of the values at that place in
//                   the season less the mean of all, over the last whole seasons; none below 2s
//                   values), smoothed exponentially from l = y_0 with a, and half the slope b of
//                   the least squares line as drift:
//                     l + b/2 (h - 1 + (1 - (1 - a)^n)/a) + factor. Needs 3 values.
//
// Smoothing weights are those of a grid with the least sum of squared one-step errors, the first of
// equals: a of THETA in 0.1, 0.2, .. 0.9; of HOLT_WINTERS a in 0.1, 0.3, .. 0.9, g and d in 0.05,
// 0.2, 0.5 (a outermost, then g, then d; d only if s > 1).
enum class ForecastMethod { kSeasonalNaive, kHoltWinters, kTheta };
absl::string_view ForecastMethodName(ForecastMethod method);

inline constexpr int kLeastForecastPeriods = 8;
inline constexpr int kMostForecastHorizon = 36;

// Periods in a season: 7 days, 52 weeks, 12 months, 4 quarters, 1 year; 1 for ALL.
int SeasonOf(Grain grain);

// One method's h values from the whole series; empty if the series is too short for it.
std::vector<double> ForecastBy(ForecastMethod method, absl::Span<const double> series, int season,
                               int horizon);

struct ForecastPoint {
  double value = 0;
  // 10 % and 90 %: the value plus the inclusive linear quantiles of the back-test's errors (actual
  // less forecast) at this distance. Where fewer than five are known, those of the greatest
  // distance h' with five, times sqrt(h/h'); empty if there is none.
  std::optional<double> lo;
  std::optional<double> hi;
};

// What a method did in the back-test.
struct BacktestScore {
  ForecastMethod method = ForecastMethod::kSeasonalNaive;
  // sum |actual - forecast| / sum |actual|; empty if the actual values are all 0.
  std::optional<double> wape;
  double absolute_error = 0;  // the numerator
};

struct Forecast {
  // Why there is none: NOT_READY (fewer than eight values), DOMAIN (a value is not finite).
  std::optional<NdReason> reason;
  ForecastMethod method = ForecastMethod::kSeasonalNaive;
  std::vector<ForecastPoint> points;  // of the next periods, in order
  // The methods that could take part, in their order; includes the chosen one.
  std::vector<BacktestScore> scores;
  int backtest_origins = 0;
  int backtest_points = 0;
};

struct ForecastRequest {
  // Closed, adjacent, non-overlapping periods, the oldest first.
  std::vector<double> series;
  int season = 1;   // >= 1; taken as 1 where the series has less than two seasons and one value
  int horizon = 1;  // 1 to kMostForecastHorizon; clamped
  // The logical range; all figures are clamped to it.
  std::optional<double> logical_min;
  std::optional<double> logical_max;
};

// Rolling-origin back-test: with k = min(12, n / 3) origins, the last k of the series, each method
// forecasts from the values before an origin up to min(horizon, what is left) periods. Of the
// methods that can do so from the first origin on, the one with the least WAPE wins, the first of
// equals. Pure; never fails.
Forecast MakeForecast(const ForecastRequest& request);

}  // namespace kpisuite
