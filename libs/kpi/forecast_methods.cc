// The competing methods. Every loop runs from first to last: the order of additions is part of the
// contract.
#include <algorithm>
#include <cstddef>
#include <limits>

#include "libs/kpi/forecast.h"

namespace kpisuite {
namespace {

using Series = absl::Span<const double>;

constexpr double kAlphas[] = {0.1, 0.3, 0.5, 0.7, 0.9};
constexpr double kOthers[] = {0.05, 0.2, 0.5};
constexpr double kThetaAlphas[] = {0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9};

double MeanOf(Series values) {
  double sum = 0;
  for (const double value : values) sum += value;
  return sum / static_cast<double>(values.size());
}

std::vector<double> SeasonalNaive(Series series, size_t season, int horizon) {
  std::vector<double> values;
  if (series.size() < season) return values;
  for (int h = 0; h < horizon; ++h) {
    values.push_back(series[series.size() - season + static_cast<size_t>(h) % season]);
  }
  return values;
}

// Level, trend and seasonal factors, and how well they told the next value so far.
struct HoltWintersState {
  double level = 0;
  double trend = 0;
  std::vector<double> factors;
  double squared_error = 0;
};

HoltWintersState StartHoltWinters(Series series, size_t season) {
  HoltWintersState state;
  if (season == 1) {
    state.level = series[0];
    state.trend = series[1] - series[0];
    state.factors = {0};
    return state;
  }
  state.level = MeanOf(series.subspan(0, season));
  const double next = MeanOf(series.subspan(season, season));
  state.trend = (next - state.level) / static_cast<double>(season);
  for (size_t i = 0; i < season; ++i) state.factors.push_back(series[i] - state.level);
  return state;
}

HoltWintersState RunHoltWinters(Series series, size_t season, double alpha, double gamma,
                                double delta) {
  HoltWintersState state = StartHoltWinters(series, season);
  for (size_t t = season; t < series.size(); ++t) {
    double& factor = state.factors[t % season];
    const double error = series[t] - (state.level + state.trend + factor);
    state.squared_error += error * error;
    const double level = alpha * (series[t] - factor) + (1 - alpha) * (state.level + state.trend);
    state.trend = gamma * (level - state.level) + (1 - gamma) * state.trend;
    if (season > 1) factor = delta * (series[t] - level) + (1 - delta) * factor;
    state.level = level;
  }
  return state;
}

std::vector<double> HoltWinters(Series series, size_t season, int horizon) {
  if (series.size() < std::max<size_t>(3, 2 * season)) return {};
  HoltWintersState best;
  best.squared_error = std::numeric_limits<double>::infinity();
  for (const double alpha : kAlphas) {
    for (const double gamma : kOthers) {
      for (const double delta : kOthers) {
        HoltWintersState state = RunHoltWinters(series, season, alpha, gamma, delta);
        if (state.squared_error < best.squared_error) best = std::move(state);
        if (season == 1) break;
      }
    }
  }
  std::vector<double> values;
  if (best.factors.empty()) return values;
  for (int h = 1; h <= horizon; ++h) {
    const size_t place = (series.size() + static_cast<size_t>(h) - 1) % season;
    values.push_back(best.level + h * best.trend + best.factors[place]);
  }
  return values;
}

// Additive factors by place in the season (t mod season), from the last whole seasons.
std::vector<double> SeasonalFactors(Series series, size_t season) {
  std::vector<double> factors(season, 0.0);
  if (season == 1 || series.size() < 2 * season) return factors;
  const size_t seasons = series.size() / season;
  const size_t first = series.size() - seasons * season;
  const double mean = MeanOf(series.subspan(first));
  for (size_t t = first; t < series.size(); ++t) factors[t % season] += series[t];
  for (double& factor : factors) factor = factor / static_cast<double>(seasons) - mean;
  return factors;
}

double LeastSquaresSlope(Series series) {
  const double center = static_cast<double>(series.size() - 1) / 2;
  const double mean = MeanOf(series);
  double cross = 0;
  double square = 0;
  for (size_t t = 0; t < series.size(); ++t) {
    const double distance = static_cast<double>(t) - center;
    cross += distance * (series[t] - mean);
    square += distance * distance;
  }
  return cross / square;
}

std::vector<double> Theta(Series series, size_t season, int horizon) {
  if (series.size() < 3) return {};
  const std::vector<double> factors = SeasonalFactors(series, season);
  std::vector<double> plain;
  for (size_t t = 0; t < series.size(); ++t) plain.push_back(series[t] - factors[t % season]);
  double least = std::numeric_limits<double>::infinity();
  double best_level = plain.back();
  double best_alpha = kThetaAlphas[0];
  for (const double alpha : kThetaAlphas) {
    double level = plain[0];
    double squared_error = 0;
    for (size_t t = 1; t < plain.size(); ++t) {
      const double error = plain[t] - level;
      squared_error += error * error;
      level = alpha * plain[t] + (1 - alpha) * level;
    }
    if (squared_error >= least) continue;
    least = squared_error;
    best_level = level;
    best_alpha = alpha;
  }
  double decay = 1;
  for (size_t t = 0; t < plain.size(); ++t) decay *= 1 - best_alpha;
  const double half_slope = LeastSquaresSlope(plain) / 2;
  std::vector<double> values;
  for (int h = 1; h <= horizon; ++h) {
    const double drift = half_slope * (h - 1 + (1 - decay) / best_alpha);
    const size_t place = (series.size() + static_cast<size_t>(h) - 1) % season;
    values.push_back(best_level + drift + factors[place]);
  }
  return values;
}

}  // namespace

std::vector<double> ForecastBy(ForecastMethod method, absl::Span<const double> series, int season,
                               int horizon) {
  const auto length = static_cast<size_t>(std::max(season, 1));
  if (series.empty()) return {};
  switch (method) {
    case ForecastMethod::kSeasonalNaive: return SeasonalNaive(series, length, horizon);
    case ForecastMethod::kHoltWinters: return HoltWinters(series, length, horizon);
    case ForecastMethod::kTheta: return Theta(series, length, horizon);
  }
  return {};
}

}  // namespace kpisuite
