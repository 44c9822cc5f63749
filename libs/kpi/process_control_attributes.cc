#include "libs/kpi/process_control_attributes.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace kpisuite {
namespace {

constexpr double kRangeToSigma = 1.128;
constexpr double kRareEventPower = 3.6;

absl::Status CheckPoints(absl::Span<const RatePoint> points, bool proportions) {
  if (points.size() < 2) {
    return absl::InvalidArgumentError(
        absl::StrCat("points: got ", points.size(), ", want at least 2"));
  }
  for (size_t i = 0; i < points.size(); ++i) {
    const RatePoint& point = points[i];
    if (!std::isfinite(point.size) || !(point.size > 0)) {
      return absl::InvalidArgumentError(
          absl::StrCat("points[", i, "].size: got ", point.size, ", want more than 0"));
    }
    if (!std::isfinite(point.count) || point.count < 0 ||
        (proportions && point.count > point.size)) {
      return absl::InvalidArgumentError(
          absl::StrCat("points[", i, "].count: got ", point.count, ", want 0 ",
                       proportions ? absl::StrCat("to ", point.size) : "or more"));
    }
  }
  return absl::OkStatus();
}

double CentreOf(absl::Span<const RatePoint> points) {
  double counts = 0;
  double sizes = 0;
  for (const RatePoint& point : points) {
    counts += point.count;
    sizes += point.size;
  }
  return counts / sizes;
}

// `unit_variance` is that of one unit of size, `max` the greatest possible rate.
absl::StatusOr<RateChart> Laney(absl::Span<const RatePoint> points, double unit_variance,
                                double max) {
  RateChart chart;
  chart.centre = CentreOf(points);
  double ranges = 0;
  for (const RatePoint& point : points) {
    RateLimits limits;
    limits.rate = point.count / point.size;
    limits.sigma = std::sqrt(unit_variance / point.size);
    if (limits.sigma > 0) limits.z = (limits.rate - chart.centre) / limits.sigma;
    if (!chart.points.empty()) ranges += std::fabs(limits.z - chart.points.back().z);
    chart.points.push_back(limits);
  }
  chart.dispersion = ranges / static_cast<double>(points.size() - 1) / kRangeToSigma;
  if (!std::isfinite(chart.dispersion) || !std::isfinite(chart.centre)) {
    return absl::InvalidArgumentError("points: got figures beyond the doubles, want smaller ones");
  }
  for (RateLimits& limits : chart.points) {
    limits.sigma *= chart.dispersion;
    limits.upper = std::min(chart.centre + 3 * limits.sigma, max);
    limits.lower = std::max(chart.centre - 3 * limits.sigma, 0.0);
  }
  return chart;
}

}  // namespace

absl::StatusOr<RateChart> LaneyProportions(absl::Span<const RatePoint> points) {
  if (absl::Status status = CheckPoints(points, true); !status.ok()) return status;
  const double centre = CentreOf(points);
  return Laney(points, centre * (1 - centre), 1);
}

absl::StatusOr<RateChart> LaneyRates(absl::Span<const RatePoint> points) {
  if (absl::Status status = CheckPoints(points, false); !status.ok()) return status;
  return Laney(points, CentreOf(points), std::numeric_limits<double>::infinity());
}

double TransformTimeBetween(double time) {
  return time > 0 ? std::pow(time, 1 / kRareEventPower) : 0;
}

double TimeBetweenFromTransformed(double transformed) {
  return transformed > 0 ? std::pow(transformed, kRareEventPower) : 0;
}

absl::StatusOr<std::vector<double>> SeasonalFactors(absl::Span<const double> values, int cycle) {
  if (cycle < 2) {
    return absl::InvalidArgumentError(absl::StrCat("cycle: got ", cycle, ", want at least 2"));
  }
  const size_t length = static_cast<size_t>(cycle);
  const size_t cycles = values.size() / length;
  if (cycles < 2) {
    return absl::InvalidArgumentError(
        absl::StrCat("values: got ", values.size(), ", want at least 2 cycles of ", cycle));
  }
  std::vector<double> factors(length);
  double total = 0;
  for (size_t i = 0; i < cycles * length; ++i) {
    total += values[i];
    factors[i % length] += values[i];
  }
  const double mean = total / static_cast<double>(cycles * length);
  for (size_t i = 0; i < length; ++i) {
    factors[i] = factors[i] / static_cast<double>(cycles) / mean;
    if (!std::isfinite(factors[i]) || !(factors[i] > 0)) {
      return absl::InvalidArgumentError(
          absl::StrCat("values: the factor of sub-period ", i, " is ", factors[i],
                       ", want finite values whose means have one sign"));
    }
  }
  return factors;
}

std::vector<double> Deseasonalised(absl::Span<const double> values,
                                   absl::Span<const double> factors) {
  std::vector<double> result;
  result.reserve(values.size());
  for (size_t i = 0; i < values.size(); ++i) {
    result.push_back(values[i] / factors[i % factors.size()]);
  }
  return result;
}

}  // namespace kpisuite
