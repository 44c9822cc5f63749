// Statistical process control (SEMANTICS 3.12): a series of closed periods of one KPI and slice,
// point by point (ControlSeries) or as a whole (AnalyseControl). process_control_verdict.h says
// what the last point means for the KPI.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "absl/types/span.h"
#include "libs/kpi/process_control_limits.h"
#include "libs/kpi/process_control_rules.h"

namespace kpisuite {

// One closed period.
struct ControlPoint {
  // Empty: no data. A value that is not finite counts as empty.
  std::optional<double> value;
  // Stays out of the centre, and out of the moving ranges on both sides; tested all the same.
  bool excluded_from_baseline = false;
  // A rebase or a break of the series: limits and runs start anew with this period, and no moving
  // range reaches across.
  bool starts_segment = false;
};

// A measured point and how it was judged.
struct MeasuredPoint {
  int64_t index = 0;  // in the series, from 0, missing points counted
  double value = 0;
  // In force; empty with fewer than 5 points in the segment or no moving range.
  std::optional<ControlLimits> limits;
  // Limits from 5 to 12 points: signals, but no icon.
  bool trial = false;
  SignalSet signals;
  // The moving range is above URL (WHEELER): no direction, no effect on variation.
  bool range = false;
  // First value of the rising or falling run that the point ends.
  double trend_first = 0;

  friend bool operator==(const MeasuredPoint&, const MeasuredPoint&) = default;
};

// How a series stands after its last point.
struct ControlState {
  int64_t points = 0;           // all, missing ones included
  bool last_is_missing = true;  // the last point has no value, or there is none
  // The last point with a value, of whichever segment; empty if there is none.
  std::optional<MeasuredPoint> last;
  // --- The segment of the last point. ---
  int segment_points = 0;  // measured
  std::optional<ControlLimits> limits;
  bool trial = false;
  // No rule, RANGE included, flagged any of the last 2 x k measured points, where k is the length
  // of the baseline (12 for `all`); never on trial limits.
  bool stable = false;
  // Measured points of the run on one side of the centre at the end, and where it began.
  int side_run = 0;
  int64_t side_first = 0;
  // The run is a SHIFT of 8 points or more on full limits: propose to rebase at `side_first`.
  bool rebase_proposed = false;

  friend bool operator==(const ControlState&, const ControlState&) = default;
};

// A series that grows by one closed period at a time. A value: copy it to look ahead. The state
// depends on the points alone, not on when it was asked for, and equals that of AnalyseControl on
// the same points bit for bit.
//
// Append costs O(1) amortised once the baseline of the segment is complete, O(k) before; with the
// baseline `all`, whose limits move with every point, O(points of the segment). Memory likewise.
class ControlSeries {
 public:
  explicit ControlSeries(const ControlSpec& spec) : spec_(spec) {}

  // The state as of this point: limits and rules look back only.
  const ControlState& Append(const ControlPoint& point);
  const ControlState& state() const { return state_; }
  const ControlSpec& spec() const { return spec_; }

 private:
  void StartSegment();
  void AppendMeasured(const SegmentPoint& point);
  ControlMarks Judge(const SegmentPoint& point);

  ControlSpec spec_;
  ControlState state_;
  // Value of the period before, if it has one and belongs to this segment.
  std::optional<double> previous_;
  bool previous_excluded_ = false;
  // The baseline while it grows; empty once the limits stay.
  std::vector<SegmentPoint> growing_;
  // Set while there are limits.
  std::optional<ControlRules> rules_;
};

// A point of a chart.
struct ChartPoint {
  std::optional<MeasuredPoint> measured;  // empty: no data
  // The limits of its segment as of the last point, missing points included.
  std::optional<ControlLimits> limits;
  bool trial = false;
};

struct ControlChart {
  std::vector<ChartPoint> points;
  ControlState state;
};

// The whole series at once, for charts: every point carries the final limits of its segment, and
// all points of a run are flagged, the first ones too.
ControlChart AnalyseControl(const ControlSpec& spec, absl::Span<const ControlPoint> points);

}  // namespace kpisuite
