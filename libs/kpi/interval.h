// How far a value from few observations can be trusted (SEMANTICS 3.21): 95 % intervals of
// proportions, net promoter scores and means. decimal128 in the order written down here.
#pragma once

#include <cstdint>
#include <optional>

#include "absl/strings/string_view.h"
#include "libs/kpi/decimal.h"

namespace kpisuite {

enum class IntervalMethod {
  kWilson,    // proportion
  kNps,       // net promoter score
  kStudentT,  // mean
};
// `WILSON`, `NPS`, `STUDENT_T`.
absl::string_view IntervalMethodName(IntervalMethod method);

// The range that holds the true value with 95 % confidence. The fields are ND together: EMPTY
// without observations, DOMAIN for counts that are none or contradict each other, NOT_APPLICABLE
// for a mean of one observation, whose spread is unknown.
struct Interval {
  IntervalMethod method = IntervalMethod::kWilson;
  Number n = NdReason::kEmpty;               // observations
  Number estimate = NdReason::kEmpty;        // the value itself, in the unit of lo and hi
  Number standard_error = NdReason::kEmpty;  // ND for WILSON (NOT_APPLICABLE)
  Number lo = NdReason::kEmpty;
  Number hi = NdReason::kEmpty;
  Number half_width = NdReason::kEmpty;  // before lo and hi are cut at the ends of the scale
};

// z of 95 %, two-sided.
Decimal NormalZ95();  // 1.959963984540054

// Wilson interval of successes / n, in [0, 1]. With p = successes / n and q = z*z/n:
//   half_width = z / (1 + q) * sqrt(p*(1-p)/n + q/(4*n))
//   centre = (p + q/2) / (1 + q); lo = max(0, centre - half_width), 0 exactly for p = 0;
//   hi = min(1, centre + half_width), 1 exactly for p = 1.
// Counts are integers, 0 <= successes <= n.
Interval WilsonInterval(const Number& successes, const Number& n);

// NPS = 100 * (p - d) in points, p and d the shares of promoters and detractors among n responses:
//   standard_error = 100 * sqrt((p + d - (p-d)*(p-d)) / n), half_width = z * standard_error,
//   lo and hi cut at -100 and 100.
// Counts are integers >= 0, promoters + detractors <= n.
Interval NpsInterval(const Number& promoters, const Number& detractors, const Number& n);

// t interval of a mean of n values with sample variance `variance` (>= 0, divisor n - 1), n >= 2:
//   standard_error = sqrt(variance / n), half_width = t * standard_error with n - 1 degrees.
Interval MeanInterval(const Number& mean, const Number& variance, const Number& n);

// Whether a value rests on too little: its interval is wider than tolerance on either side, or
// there is none although there are observations. False without observations.
bool IsLowCount(const Interval& interval, const Decimal& tolerance);

}  // namespace kpisuite
