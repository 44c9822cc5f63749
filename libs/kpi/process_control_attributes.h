// Process control of data that no plain XmR chart fits (SEMANTICS 3.12): rates with changing
// denominators (Laney p' and u'), rare events (t chart) and seasonal series. Doubles in plain loops
// from the first point to the last, as in process_control_limits.h.
#pragma once

#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"

namespace kpisuite {

// Events of a period and what they were counted over.
struct RatePoint {
  double count = 0;
  double size = 0;
};

// Limits of one period.
struct RateLimits {
  double rate = 0;   // count / size
  double z = 0;      // (rate - centre) / its binomial or Poisson sigma, 0 if that is 0
  double sigma = 0;  // corrected for over- or under-dispersion
  double upper = 0;
  double lower = 0;
};

struct RateChart {
  double centre = 0;      // sum of counts / sum of sizes
  double dispersion = 0;  // AMR_z / 1.128; 1 is what theory expects
  std::vector<RateLimits> points;
};

// p': proportions, 0 <= count <= size. s_i = sqrt(centre * (1 - centre) / size_i), sigma_i =
// s_i * mean |z_i - z_(i-1)| / 1.128, limits centre +/- 3 * sigma_i cut to [0, 1].
// INVALID_ARGUMENT (`points[i]`): fewer than 2 points, a size <= 0, a count out of range, or a
// figure that is not finite.
absl::StatusOr<RateChart> LaneyProportions(absl::Span<const RatePoint> points);
// u': counts per unit, count >= 0. s_i = sqrt(centre / size_i); lower limits are at least 0.
absl::StatusOr<RateChart> LaneyRates(absl::Span<const RatePoint> points);

// Time between rare events on a scale on which it is nearly normal: x^(1/3.6), and back x^3.6.
// Negative values give 0.
double TransformTimeBetween(double time);
double TimeBetweenFromTransformed(double transformed);

// Seasonal factors: the mean of each sub-period divided by the mean of all, from the full cycles
// at the beginning of `values`; what follows the last full cycle is left out. INVALID_ARGUMENT: a
// cycle below 2, fewer than 2 full cycles, a value that is not finite, or a factor <= 0.
absl::StatusOr<std::vector<double>> SeasonalFactors(absl::Span<const double> values, int cycle);
// values[i] / factors[i % factors.size()]; `factors` is not empty.
std::vector<double> Deseasonalised(absl::Span<const double> values,
                                   absl::Span<const double> factors);

}  // namespace kpisuite
