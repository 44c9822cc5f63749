#include "libs/kpi/forecast.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <utility>

namespace kpisuite {
namespace {

constexpr ForecastMethod kMethods[] = {ForecastMethod::kSeasonalNaive, ForecastMethod::kHoltWinters,
                                       ForecastMethod::kTheta};
constexpr size_t kMostOrigins = 12;
constexpr size_t kLeastErrors = 5;

// What a method did from every origin.
struct Backtest {
  // errors[h - 1]: actual less forecast, h periods after each origin, in the order of the origins.
  std::vector<std::vector<double>> errors;
  double absolute_error = 0;
  double absolute_actual = 0;
  int points = 0;
  bool complete = true;  // the method could forecast from every origin
};

Backtest RunBacktest(ForecastMethod method, const std::vector<double>& series, int season,
                     int horizon, size_t origins) {
  Backtest result;
  result.errors.resize(static_cast<size_t>(horizon));
  for (size_t origin = series.size() - origins; origin < series.size(); ++origin) {
    const int left = static_cast<int>(series.size() - origin);
    const std::vector<double> forecast = ForecastBy(
        method, absl::MakeConstSpan(series).subspan(0, origin), season, std::min(horizon, left));
    if (forecast.empty()) {
      result.complete = false;
      return result;
    }
    for (size_t h = 0; h < forecast.size(); ++h) {
      const double actual = series[origin + h];
      const double error = actual - forecast[h];
      result.errors[h].push_back(error);
      result.absolute_error += std::fabs(error);
      result.absolute_actual += std::fabs(actual);
      ++result.points;
    }
  }
  return result;
}

double Quantile(const std::vector<double>& sorted, double p) {
  const double position = static_cast<double>(sorted.size() - 1) * p;
  const auto rank = static_cast<size_t>(std::floor(position));
  if (rank + 1 >= sorted.size()) return sorted.back();
  return sorted[rank] + (position - std::floor(position)) * (sorted[rank + 1] - sorted[rank]);
}

void SetInterval(const Backtest& backtest, size_t h, ForecastPoint* point) {
  size_t known = std::min(h, backtest.errors.size());
  while (known > 0 && backtest.errors[known - 1].size() < kLeastErrors) --known;
  if (known == 0) return;
  std::vector<double> errors = backtest.errors[known - 1];
  std::sort(errors.begin(), errors.end());
  const double widening = std::sqrt(static_cast<double>(h) / static_cast<double>(known));
  point->lo = point->value + Quantile(errors, 0.1) * widening;
  point->hi = point->value + Quantile(errors, 0.9) * widening;
}

double Clamped(double value, const ForecastRequest& request) {
  if (request.logical_min.has_value()) value = std::max(value, *request.logical_min);
  if (request.logical_max.has_value()) value = std::min(value, *request.logical_max);
  return value;
}

void FillPoints(const ForecastRequest& request, int season, int horizon, const Backtest& backtest,
                Forecast* forecast) {
  const std::vector<double> values = ForecastBy(forecast->method, request.series, season, horizon);
  for (size_t h = 0; h < values.size(); ++h) {
    ForecastPoint point;
    point.value = values[h];
    SetInterval(backtest, h + 1, &point);
    point.value = Clamped(point.value, request);
    if (point.lo.has_value()) {
      point.lo = Clamped(*point.lo, request);
      point.hi = Clamped(*point.hi, request);
    }
    forecast->points.push_back(point);
  }
}

}  // namespace

absl::string_view ForecastMethodName(ForecastMethod method) {
  switch (method) {
    case ForecastMethod::kSeasonalNaive: return "SEASONAL_NAIVE";
    case ForecastMethod::kHoltWinters: return "HOLT_WINTERS";
    case ForecastMethod::kTheta: return "THETA";
  }
  return "";
}

int SeasonOf(Grain grain) {
  switch (grain) {
    case Grain::kDay: return 7;
    case Grain::kWeek: return 52;
    case Grain::kMonth: return 12;
    case Grain::kQuarter: return 4;
    case Grain::kYear:
    case Grain::kAll: return 1;
  }
  return 1;
}

Forecast MakeForecast(const ForecastRequest& request) {
  Forecast forecast;
  const std::vector<double>& series = request.series;
  if (!std::all_of(series.begin(), series.end(), [](double y) { return std::isfinite(y); })) {
    forecast.reason = NdReason::kDomain;
    return forecast;
  }
  if (series.size() < static_cast<size_t>(kLeastForecastPeriods)) {
    forecast.reason = NdReason::kNotReady;
    return forecast;
  }
  const int horizon = std::clamp(request.horizon, 1, kMostForecastHorizon);
  const size_t origins = std::min(kMostOrigins, series.size() / 3);
  // Below two seasons and one value nothing seasonal can be told from chance.
  const bool seasonal = series.size() > 2 * static_cast<size_t>(std::max(request.season, 1));
  const int season = seasonal ? std::max(request.season, 1) : 1;
  std::optional<Backtest> best;
  for (const ForecastMethod method : kMethods) {
    Backtest backtest = RunBacktest(method, series, season, horizon, origins);
    if (!backtest.complete) continue;
    BacktestScore score{method, std::nullopt, backtest.absolute_error};
    if (backtest.absolute_actual > 0) score.wape = score.absolute_error / backtest.absolute_actual;
    forecast.scores.push_back(score);
    // All methods forecast the same values, so the numerators decide as WAPE does.
    if (best.has_value() && backtest.absolute_error >= best->absolute_error) continue;
    best = std::move(backtest);
    forecast.method = method;
  }
  if (!best.has_value()) {
    forecast.reason = NdReason::kNotReady;
    return forecast;
  }
  forecast.backtest_origins = static_cast<int>(origins);
  forecast.backtest_points = best->points;
  FillPoints(request, season, horizon, *best, &forecast);
  return forecast;
}

}  // namespace kpisuite
