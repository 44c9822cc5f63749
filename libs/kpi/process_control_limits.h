// Limits of an XmR chart (SEMANTICS 3.12): constants, baseline, centre and natural process limits.
//
// All figures are doubles, computed from the first point to the last in plain loops, one rounding
// per operation in the order written in the comments, so that every IEEE 754 implementation gets
// the same bits.
#pragma once

#include <cstdint>
#include <optional>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace kpisuite {

// Rule sets. Public implementations disagree, so the name is part of every result.
enum class ControlProfile { kNhsMdc, kWheeler, kServiceNow };
// `NHS_MDC`, `WHEELER`, `SERVICENOW`.
absl::string_view ControlProfileName(ControlProfile profile);

// From what the centre and the width come.
enum class ControlCentre {
  kMean,    // means of values and moving ranges: 2.66, 3.267
  kMedian,  // medians of both: 3.145, 3.865; outliers hardly matter, so nothing is screened
};
// `MEAN`, `MEDIAN`.
absl::string_view ControlCentreName(ControlCentre centre);

inline constexpr int kDefaultBaselinePoints = 12;
inline constexpr int kMinLimitPoints = 5;    // fewer: no limits
inline constexpr int kFullLimitPoints = 13;  // fewer: trial limits

// How a series is judged. Fixed by the definition.
struct ControlSpec {
  ControlProfile profile = ControlProfile::kNhsMdc;
  // The first k measured points of each segment are its baseline, excluded ones included in the
  // count; 0 means all of them.
  int baseline_points = kDefaultBaselinePoints;
  // Drop moving ranges >= 3.267 x their mean once (centre MEAN only).
  bool screening = true;
  ControlCentre centre = ControlCentre::kMean;
  // Points of a SHIFT, 6 to 8, and of a TREND, 6 or 7; empty: as the profile says.
  std::optional<int> shift_length;
  std::optional<int> trend_length;
  // Values that make sense. A line beyond them is clipped on display and never signals.
  std::optional<double> logical_min;
  std::optional<double> logical_max;

  friend bool operator==(const ControlSpec&, const ControlSpec&) = default;
};

// Points of a run above or below the centre: 7, WHEELER 8.
int ShiftLength(const ControlSpec& spec);
// Points of a rising or falling run: 7 (6 differences); 0 for profiles without the rule.
int TrendLength(const ControlSpec& spec);

// A measured point of a segment.
struct SegmentPoint {
  int64_t index = 0;  // in the series, missing points counted
  double value = 0;
  // |x_i - x_(i-1)|; empty if the period before has no value or belongs to another segment.
  std::optional<double> moving_range;
  // What may enter the baseline: the value, unless excluded; the range, unless either of its ends
  // is excluded.
  bool value_counts = true;
  bool range_counts = false;
};

// The lines of a chart, not clipped.
struct ControlLimits {
  double centre = 0;         // CL
  double upper = 0;          // UPL
  double lower = 0;          // LPL
  double upper_two = 0;      // U2: 2 sigma
  double lower_two = 0;      // L2
  double upper_quarter = 0;  // UQ: 1.5 sigma
  double lower_quarter = 0;  // LQ
  double range_limit = 0;    // URL, upper limit of the moving range
  double moving_range = 0;   // AMR after screening; MEDIAN: the median moving range
  double sigma = 0;          // sigma_hat = AMR / 1.128379; MEDIAN: / 0.953873

  friend bool operator==(const ControlLimits&, const ControlLimits&) = default;
};

// `XMR_MEAN_2.66_3.267` or `XMR_MEDIAN_3.145_3.865`: the constants as they were used.
absl::string_view ControlConstantsName(ControlCentre centre);

// The limits of a segment from its baseline. `segment` holds its measured points in order, at
// least those of the baseline. Empty if there are fewer than 5 points, no value or moving range
// counts, or a figure is beyond the doubles.
//
//   MEAN:   CL = (x_1 + ... + x_n) / n, or x_1 if all are equal; AMR likewise without that case;
//           width = 2.66 * AMR; URL = 3.267 * AMR
//   MEDIAN: the middle value of each, the mean of the two middle ones (a + b) / 2 for even counts;
//           width = 3.145 * AMR; URL = 3.865 * AMR
//   UPL = CL + width; U2 = CL + width * 2 / 3; UQ = CL + width / 2; the lower ones likewise
std::optional<ControlLimits> ComputeControlLimits(const ControlSpec& spec,
                                                  absl::Span<const SegmentPoint> segment);

// Lines cut to the logical range, for display only.
ControlLimits ClipForDisplay(const ControlSpec& spec, const ControlLimits& limits);

}  // namespace kpisuite
