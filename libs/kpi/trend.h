// Direction of travel (SEMANTICS 3.10): Theil-Sen slope and Mann-Kendall test over the last closed
// periods of the base grain, and the sign of a change. Partial periods, rolling windows and to-date
// series never enter.
#pragma once

#include <cstdint>
#include <optional>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "libs/kpi/decimal.h"
#include "libs/kpi/process_control_verdict.h"

namespace kpisuite {

inline constexpr int kDefaultTrendPeriods = 6;
inline constexpr int kMinTrendPeriods = 5;
inline constexpr int kMaxTrendPeriods = 120;  // all pairs are looked at

// Names: `IMPROVING`, ... `TOO_FEW_POINTS`.
enum class TrendVerdict {
  kImproving,
  kWorsening,
  // Evidence of a movement without good or bad: NEUTRAL KPIs, and two-sided ones without a range
  // or when the distance to its centre is the same.
  kRising,
  kFalling,
  kNoEvidence,
  kTooFewPoints,  // fewer than 5 values
};
absl::string_view TrendVerdictName(TrendVerdict verdict);

struct Trend {
  int points = 0;  // values used
  // Per period; empty below 2 values or beyond the doubles, as are the next two.
  std::optional<double> slope;
  std::optional<double> median;         // of the values
  std::optional<double> slope_percent;  // 100 * slope / |median|; also empty if the median is 0
  int64_t s = 0;                        // Mann-Kendall S
  double variance = 0;                  // of S, corrected for ties
  double z = 0;                         // (S - sign S) / sqrt(variance), 0 if that is 0
  TrendVerdict verdict = TrendVerdict::kTooFewPoints;

  friend bool operator==(const Trend&, const Trend&) = default;
};

// The trend of consecutive periods, the earliest first, at most kMaxTrendPeriods (of more, the
// last ones). A period without a value, or with one that is not finite, is left out, but keeps its
// place on the time axis.
//
//   slope    median of (x_j - x_i) / (j - i) over all i < j; of an even count the mean (a + b) / 2
//            of the two middle ones
//   S        sum of sign(x_j - x_i) over all i < j
//   variance (n(n-1)(2n+5) - sum over ties t(t-1)(2t+5)) / 18; the numerator is an integer
//   evidence |Z| >= 1.645; below 8 values, ties included, |S| >= 8, 11, 13 for n = 5, 6, 7
//
// Rising is good for HIGHER, bad for LOWER. Two-sided: good if the last value is nearer to the
// centre of the range than the first one, bad if it is farther; with one infinite end the range
// counts as HIGHER or LOWER.
Trend ComputeTrend(absl::Span<const std::optional<double>> periods, const ControlGoal& goal);

}  // namespace kpisuite
