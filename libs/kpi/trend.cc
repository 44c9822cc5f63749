#include "libs/kpi/trend.h"

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "libs/kpi/median.h"

namespace kpisuite {
namespace {

struct Observation {
  int64_t period;
  double value;
};

std::vector<Observation> ObservationsOf(absl::Span<const std::optional<double>> periods) {
  if (periods.size() > kMaxTrendPeriods) periods.remove_prefix(periods.size() - kMaxTrendPeriods);
  std::vector<Observation> found;
  for (size_t i = 0; i < periods.size(); ++i) {
    if (!periods[i].has_value() || !std::isfinite(*periods[i])) continue;
    found.push_back({static_cast<int64_t>(i), *periods[i]});
  }
  return found;
}

int64_t SignOf(int64_t value) { return value > 0 ? 1 : (value < 0 ? -1 : 0); }

std::optional<double> Finite(double value) {
  if (!std::isfinite(value)) return std::nullopt;
  return value;
}

void ComputeSlope(const std::vector<Observation>& found, Trend& trend) {
  std::vector<double> slopes;
  std::vector<double> values;
  bool finite = true;
  for (size_t i = 0; i < found.size(); ++i) {
    values.push_back(found[i].value);
    for (size_t j = i + 1; j < found.size(); ++j) {
      const double slope = (found[j].value - found[i].value) /
                           static_cast<double>(found[j].period - found[i].period);
      finite &= std::isfinite(slope);
      slopes.push_back(slope);
    }
  }
  if (slopes.empty() || !finite) return;
  trend.slope = Finite(Median(std::move(slopes)));
  trend.median = Finite(Median(std::move(values)));
  if (!trend.slope.has_value() || !trend.median.has_value() || *trend.median == 0) return;
  trend.slope_percent = Finite(100 * *trend.slope / std::fabs(*trend.median));
}

// n(n-1)(2n+5), of all values and of each tie.
int64_t VarianceTerm(int64_t n) { return n * (n - 1) * (2 * n + 5); }

void ComputeMannKendall(const std::vector<Observation>& found, Trend& trend) {
  std::vector<double> sorted;
  for (size_t i = 0; i < found.size(); ++i) {
    sorted.push_back(found[i].value);
    for (size_t j = i + 1; j < found.size(); ++j) {
      trend.s += (found[j].value > found[i].value) - (found[j].value < found[i].value);
    }
  }
  std::sort(sorted.begin(), sorted.end());
  int64_t numerator = VarianceTerm(trend.points);
  for (auto tie = sorted.begin(); tie != sorted.end();) {
    const auto end = std::upper_bound(tie, sorted.end(), *tie);
    numerator -= VarianceTerm(end - tie);
    tie = end;
  }
  trend.variance = static_cast<double>(numerator) / 18;
  if (numerator > 0) {
    trend.z = static_cast<double>(trend.s - SignOf(trend.s)) / std::sqrt(trend.variance);
  }
}

bool HasEvidence(const Trend& trend) {
  const int64_t size = trend.s < 0 ? -trend.s : trend.s;
  switch (trend.points) {
    case 5: return size >= 8;
    case 6: return size >= 11;
    case 7: return size >= 13;
    default: return std::fabs(trend.z) >= 1.645;
  }
}

TrendVerdict VerdictOf(bool rising, const std::vector<Observation>& found,
                       const ControlGoal& goal) {
  switch (MeaningOfMove({rising, found.front().value, found.back().value}, goal)) {
    case Meaning::kGood: return TrendVerdict::kImproving;
    case Meaning::kBad: return TrendVerdict::kWorsening;
    case Meaning::kNeither: break;
  }
  return rising ? TrendVerdict::kRising : TrendVerdict::kFalling;
}

}  // namespace

absl::string_view TrendVerdictName(TrendVerdict verdict) {
  switch (verdict) {
    case TrendVerdict::kImproving: return "IMPROVING";
    case TrendVerdict::kWorsening: return "WORSENING";
    case TrendVerdict::kRising: return "RISING";
    case TrendVerdict::kFalling: return "FALLING";
    case TrendVerdict::kNoEvidence: return "NO_EVIDENCE";
    case TrendVerdict::kTooFewPoints: return "TOO_FEW_POINTS";
  }
  return "";
}

Trend ComputeTrend(absl::Span<const std::optional<double>> periods, const ControlGoal& goal) {
  const std::vector<Observation> found = ObservationsOf(periods);
  Trend trend;
  trend.points = static_cast<int>(found.size());
  ComputeSlope(found, trend);
  ComputeMannKendall(found, trend);
  if (trend.points < kMinTrendPeriods) return trend;
  trend.verdict =
      HasEvidence(trend) ? VerdictOf(trend.s > 0, found, goal) : TrendVerdict::kNoEvidence;
  return trend;
}

}  // namespace kpisuite
