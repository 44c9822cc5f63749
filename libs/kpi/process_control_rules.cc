#include "libs/kpi/process_control_rules.h"

#include <algorithm>
#include <bit>
#include <limits>

#include "absl/strings/str_cat.h"

namespace kpisuite {
namespace {

constexpr double kNever = std::numeric_limits<double>::infinity();

int SignOf(double value, double reference) {
  return value > reference ? 1 : (value < reference ? -1 : 0);
}

uint16_t LastBits(int count) { return static_cast<uint16_t>((1u << count) - 1); }

void Mark(ControlSignal signal, uint16_t offsets, ControlMarks& marks) {
  marks.marks[static_cast<size_t>(signal)] |= offsets;
}

// The whole run when it becomes long enough, then each further point.
uint16_t RunOffsets(int run, int length) {
  return run < length ? 0 : (run == length ? LastBits(length) : uint16_t{1});
}

struct NearRule {
  int window;
  int beyond;
  bool same_side;
};

NearRule NearRuleOf(ControlProfile profile) {
  switch (profile) {
    case ControlProfile::kNhsMdc: return {3, 2, true};
    case ControlProfile::kWheeler: return {4, 3, false};
    case ControlProfile::kServiceNow: return {4, 3, true};
  }
  return {3, 2, true};
}

// The points of the window beyond the line if the rule is met, else none.
uint16_t NearOffsets(const NearRule& rule, uint16_t side, uint16_t beyond) {
  const uint16_t window = LastBits(rule.window);
  if (rule.same_side && (side & window) != window) return 0;
  const uint16_t hits = beyond & window;
  return std::popcount(hits) >= rule.beyond ? hits : uint16_t{0};
}

void Push(bool bit, uint16_t& bits) { bits = static_cast<uint16_t>((bits << 1) | (bit ? 1u : 0u)); }

}  // namespace

absl::string_view ControlSignalName(ControlSignal signal) {
  switch (signal) {
    case ControlSignal::kOutHigh: return "OUT_HIGH";
    case ControlSignal::kOutLow: return "OUT_LOW";
    case ControlSignal::kTrendUp: return "TREND_UP";
    case ControlSignal::kTrendDown: return "TREND_DOWN";
    case ControlSignal::kNearHigh: return "NEAR_HIGH";
    case ControlSignal::kNearLow: return "NEAR_LOW";
    case ControlSignal::kShiftHigh: return "SHIFT_HIGH";
    case ControlSignal::kShiftLow: return "SHIFT_LOW";
  }
  return "";
}

std::optional<ControlSignal> SignalSet::label() const {
  if (bits_ == 0) return std::nullopt;
  return static_cast<ControlSignal>(std::countr_zero(bits_));
}

std::string SignalSet::ToString() const {
  std::string text;
  for (int i = 0; i < kControlSignals; ++i) {
    const auto signal = static_cast<ControlSignal>(i);
    if (!Has(signal)) continue;
    absl::StrAppend(&text, text.empty() ? "" : " ", ControlSignalName(signal));
  }
  return text;
}

SignalSet ControlMarks::own() const {
  SignalSet set;
  for (int i = 0; i < kControlSignals; ++i) {
    if ((marks[static_cast<size_t>(i)] & 1u) != 0) set.Add(static_cast<ControlSignal>(i));
  }
  return set;
}

ControlRules::ControlRules(const ControlSpec& spec, const ControlLimits& limits)
    : spec_(spec), limits_(limits) {
  const bool wheeler = spec.profile == ControlProfile::kWheeler;
  const double near_high = wheeler ? limits.upper_quarter : limits.upper_two;
  const double near_low = wheeler ? limits.lower_quarter : limits.lower_two;
  const double max = spec.logical_max.value_or(kNever);
  const double min = spec.logical_min.value_or(-kNever);
  out_high_ = limits.upper > max ? kNever : limits.upper;
  out_low_ = limits.lower < min ? -kNever : limits.lower;
  near_high_ = near_high > max ? kNever : near_high;
  near_low_ = near_low < min ? -kNever : near_low;
}

ControlMarks ControlRules::Add(const SegmentPoint& point) {
  ControlMarks marks;
  AddOut(point.value, marks);
  AddTrend(point.value, marks);
  AddShift(point, marks);
  AddNear(point.value, marks);
  marks.range = spec_.profile == ControlProfile::kWheeler && point.moving_range.has_value() &&
                *point.moving_range > limits_.range_limit;
  CountQuiet(marks);
  ++points_;
  previous_ = point.value;
  return marks;
}

void ControlRules::AddOut(double value, ControlMarks& marks) const {
  if (value > out_high_) Mark(ControlSignal::kOutHigh, 1, marks);
  if (value < out_low_) Mark(ControlSignal::kOutLow, 1, marks);
}

void ControlRules::AddShift(const SegmentPoint& point, ControlMarks& marks) {
  const int side = SignOf(point.value, limits_.centre);
  if (side != side_ || side == 0) {
    side_ = side;
    side_run_ = 0;
    side_first_ = point.index;
  }
  ++side_run_;
  if (side == 0) return;
  Mark(side > 0 ? ControlSignal::kShiftHigh : ControlSignal::kShiftLow,
       RunOffsets(side_run_, ShiftLength(spec_)), marks);
}

void ControlRules::AddTrend(double value, ControlMarks& marks) {
  const int sign = points_ == 0 ? 0 : SignOf(value, previous_);
  if (sign == 0) {
    trend_run_ = 1;
    trend_first_ = value;
  } else if (sign == trend_sign_) {
    ++trend_run_;
  } else {
    trend_run_ = 2;
    trend_first_ = previous_;
  }
  trend_sign_ = sign;
  const int length = TrendLength(spec_);
  if (length == 0) return;
  Mark(sign > 0 ? ControlSignal::kTrendUp : ControlSignal::kTrendDown,
       RunOffsets(trend_run_, length), marks);
}

void ControlRules::AddNear(double value, ControlMarks& marks) {
  Push(value > limits_.centre, above_);
  Push(value < limits_.centre, below_);
  Push(value > near_high_, beyond_high_);
  Push(value < near_low_, beyond_low_);
  const NearRule rule = NearRuleOf(spec_.profile);
  if (points_ + 1 < rule.window) return;
  Mark(ControlSignal::kNearHigh, NearOffsets(rule, above_, beyond_high_), marks);
  Mark(ControlSignal::kNearLow, NearOffsets(rule, below_, beyond_low_), marks);
}

void ControlRules::CountQuiet(const ControlMarks& marks) {
  uint16_t flagged = marks.range ? 1 : 0;
  for (const uint16_t offsets : marks.marks) flagged |= offsets;
  ++quiet_points_;
  // A NEAR window may flag points that are older than the latest flagged one.
  if (flagged != 0) quiet_points_ = std::min(quiet_points_, std::countr_zero(flagged));
}

}  // namespace kpisuite
