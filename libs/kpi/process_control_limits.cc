#include "libs/kpi/process_control_limits.h"

#include <algorithm>
#include <cmath>
#include <initializer_list>
#include <vector>

#include "libs/kpi/median.h"

namespace kpisuite {
namespace {

// As printed in the contract, not their exact values 2.658681 and 3.266532: results must equal
// those of NHSRplotthedots.
constexpr double kMeanWidth = 2.66;
constexpr double kMeanRangeLimit = 3.267;
constexpr double kMeanSigma = 1.128379;
constexpr double kMedianWidth = 3.145;
constexpr double kMedianRangeLimit = 3.865;
constexpr double kMedianSigma = 0.953873;

double Mean(absl::Span<const double> values) {
  double sum = 0;
  for (const double value : values) sum += value;
  return sum / static_cast<double>(values.size());
}

// The sum of equal values, divided again, need not be the value: a constant series would be OUT.
double Centre(absl::Span<const double> values) {
  for (const double value : values) {
    if (value != values.front()) return Mean(values);
  }
  return values.front();
}

double ScreenedMean(const std::vector<double>& ranges) {
  const double mean = Mean(ranges);
  if (!(mean > 0)) return mean;
  std::vector<double> kept;
  for (const double range : ranges) {
    if (range < kMeanRangeLimit * mean) kept.push_back(range);
  }
  // Only an overflown mean keeps none; the caller refuses it.
  return kept.empty() ? mean : Mean(kept);
}

ControlLimits LimitsAround(double centre, double moving_range, double width) {
  ControlLimits limits;
  limits.centre = centre;
  limits.moving_range = moving_range;
  limits.upper = centre + width;
  limits.lower = centre - width;
  limits.upper_two = centre + width * 2 / 3;
  limits.lower_two = centre - width * 2 / 3;
  limits.upper_quarter = centre + width / 2;
  limits.lower_quarter = centre - width / 2;
  return limits;
}

bool AllFinite(const ControlLimits& limits) {
  for (const double figure : {limits.centre, limits.upper, limits.lower, limits.upper_two,
                              limits.lower_two, limits.range_limit, limits.sigma}) {
    if (!std::isfinite(figure)) return false;
  }
  return true;
}

}  // namespace

absl::string_view ControlProfileName(ControlProfile profile) {
  switch (profile) {
    case ControlProfile::kNhsMdc: return "NHS_MDC";
    case ControlProfile::kWheeler: return "WHEELER";
    case ControlProfile::kServiceNow: return "SERVICENOW";
  }
  return "";
}

absl::string_view ControlCentreName(ControlCentre centre) {
  return centre == ControlCentre::kMean ? "MEAN" : "MEDIAN";
}

absl::string_view ControlConstantsName(ControlCentre centre) {
  return centre == ControlCentre::kMean ? "XMR_MEAN_2.66_3.267" : "XMR_MEDIAN_3.145_3.865";
}

int ShiftLength(const ControlSpec& spec) {
  return spec.shift_length.value_or(spec.profile == ControlProfile::kWheeler ? 8 : 7);
}

int TrendLength(const ControlSpec& spec) {
  return spec.profile == ControlProfile::kNhsMdc ? spec.trend_length.value_or(7) : 0;
}

std::optional<ControlLimits> ComputeControlLimits(const ControlSpec& spec,
                                                  absl::Span<const SegmentPoint> segment) {
  if (segment.size() < kMinLimitPoints) return std::nullopt;
  const size_t wanted = static_cast<size_t>(spec.baseline_points);
  const auto baseline = wanted == 0 ? segment : segment.subspan(0, wanted);
  std::vector<double> values;
  std::vector<double> ranges;
  for (const SegmentPoint& point : baseline) {
    if (point.value_counts) values.push_back(point.value);
    if (point.range_counts) ranges.push_back(*point.moving_range);
  }
  if (values.empty() || ranges.empty()) return std::nullopt;
  ControlLimits limits;
  if (spec.centre == ControlCentre::kMean) {
    const double range = spec.screening ? ScreenedMean(ranges) : Mean(ranges);
    limits = LimitsAround(Centre(values), range, kMeanWidth * range);
    limits.range_limit = kMeanRangeLimit * range;
    limits.sigma = range / kMeanSigma;
  } else {
    const double range = Median(std::move(ranges));
    limits = LimitsAround(Median(std::move(values)), range, kMedianWidth * range);
    limits.range_limit = kMedianRangeLimit * range;
    limits.sigma = range / kMedianSigma;
  }
  if (!AllFinite(limits)) return std::nullopt;
  return limits;
}

ControlLimits ClipForDisplay(const ControlSpec& spec, const ControlLimits& limits) {
  ControlLimits clipped = limits;
  for (double* line : {&clipped.upper, &clipped.lower, &clipped.upper_two, &clipped.lower_two,
                       &clipped.upper_quarter, &clipped.lower_quarter}) {
    if (spec.logical_max.has_value()) *line = std::min(*line, *spec.logical_max);
    if (spec.logical_min.has_value()) *line = std::max(*line, *spec.logical_min);
  }
  return clipped;
}

}  // namespace kpisuite
