// The rules of control charts (SEMANTICS 3.12) as a fold over the points of one segment.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "libs/kpi/process_control_limits.h"

namespace kpisuite {

// A rule with its direction, strongest first: the first of a point's signals is its label.
enum class ControlSignal : uint8_t {
  kOutHigh,
  kOutLow,
  kTrendUp,
  kTrendDown,
  kNearHigh,
  kNearLow,
  kShiftHigh,
  kShiftLow,
};
inline constexpr int kControlSignals = 8;
// `OUT_HIGH`, `TREND_UP`, ...
absl::string_view ControlSignalName(ControlSignal signal);
// HIGH and UP point upwards.
inline bool PointsUp(ControlSignal signal) { return static_cast<int>(signal) % 2 == 0; }
inline bool IsTrend(ControlSignal signal) {
  return signal == ControlSignal::kTrendUp || signal == ControlSignal::kTrendDown;
}

// The rules that one point hit. A value of one byte.
class SignalSet {
 public:
  void Add(ControlSignal signal) { bits_ |= Bit(signal); }
  bool Has(ControlSignal signal) const { return (bits_ & Bit(signal)) != 0; }
  bool empty() const { return bits_ == 0; }
  // The single label by precedence OUT > TREND > NEAR > SHIFT; empty if no rule was hit.
  std::optional<ControlSignal> label() const;
  // Names in order of precedence, joined by ' '.
  std::string ToString() const;

  friend bool operator==(const SignalSet&, const SignalSet&) = default;

 private:
  static uint8_t Bit(ControlSignal signal) {
    return static_cast<uint8_t>(1u << static_cast<int>(signal));
  }
  uint8_t bits_ = 0;
};

// What a point completes. Bit b of marks[signal] says that the rule flags the measured point b
// places before this one, so bit 0 is the point itself.
struct ControlMarks {
  std::array<uint16_t, kControlSignals> marks = {};
  // Its moving range is above URL (WHEELER only): RANGE, without direction.
  bool range = false;

  SignalSet own() const;
};

// The state of all rules after some points of a segment, for limits that stay. Points that are
// missing are not added: they neither extend nor break a run.
//
//   OUT    x > UPL or x < LPL
//   SHIFT  ShiftLength() points strictly on one side of CL; a point on CL breaks the run
//   TREND  TrendLength() points strictly rising or falling; a tie breaks the run, and a turning
//          point belongs to both runs
//   NEAR   NHS_MDC: 3 points on one side of CL, 2 of them beyond 2 sigma; SERVICENOW: 4 and 3;
//          WHEELER: 3 of 4 points beyond the quarter line. Flags the points beyond the line only
//
// All comparisons are strict. A line beyond the logical range never signals OUT or NEAR; SHIFT and
// TREND have no line.
class ControlRules {
 public:
  ControlRules(const ControlSpec& spec, const ControlLimits& limits);

  ControlMarks Add(const SegmentPoint& point);

  // The current run on one side of CL, measured points; 0 after a point on it.
  int side_run() const { return side_ == 0 ? 0 : side_run_; }
  // Index of its first point.
  int64_t side_first() const { return side_first_; }
  // First value of the current rising or falling run.
  double trend_first() const { return trend_first_; }
  // Measured points since the last one that any rule (RANGE too) has flagged, or since the start.
  int quiet_points() const { return quiet_points_; }

  friend bool operator==(const ControlRules&, const ControlRules&) = default;

 private:
  void AddOut(double value, ControlMarks& marks) const;
  void AddShift(const SegmentPoint& point, ControlMarks& marks);
  void AddTrend(double value, ControlMarks& marks);
  void AddNear(double value, ControlMarks& marks);
  void CountQuiet(const ControlMarks& marks);

  ControlSpec spec_;
  ControlLimits limits_;
  // Lines that can be crossed within the logical range; infinite where they cannot.
  double out_high_;
  double out_low_;
  double near_high_;
  double near_low_;

  int points_ = 0;
  int side_ = 0;
  int side_run_ = 0;
  int64_t side_first_ = 0;
  int trend_sign_ = 0;
  int trend_run_ = 0;
  double trend_first_ = 0;
  double previous_ = 0;
  int quiet_points_ = 0;
  // The last points as bits, the latest is bit 0: above and below CL, beyond the NEAR lines.
  uint16_t above_ = 0;
  uint16_t below_ = 0;
  uint16_t beyond_high_ = 0;
  uint16_t beyond_low_ = 0;
};

}  // namespace kpisuite
