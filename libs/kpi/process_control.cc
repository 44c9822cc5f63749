#include "libs/kpi/process_control.h"

#include <algorithm>
#include <bit>
#include <cmath>

namespace kpisuite {
namespace {

constexpr int kProposalRun = 8;

bool HasValue(const ControlPoint& point) {
  return point.value.has_value() && std::isfinite(*point.value);
}

// The measured form of a point, given the period before it in its segment.
SegmentPoint Measure(const ControlPoint& point, int64_t index, std::optional<double> previous,
                     bool previous_excluded) {
  SegmentPoint measured;
  measured.index = index;
  measured.value = *point.value;
  measured.value_counts = !point.excluded_from_baseline;
  if (previous.has_value()) {
    measured.moving_range = std::fabs(measured.value - *previous);
    measured.range_counts = measured.value_counts && !previous_excluded;
  }
  return measured;
}

MeasuredPoint Unjudged(const SegmentPoint& point) {
  MeasuredPoint measured;
  measured.index = point.index;
  measured.value = point.value;
  return measured;
}

// The part of the state that belongs to the segment. `rules` is null without limits.
void SetSegment(const ControlSpec& spec, int measured, const std::optional<ControlLimits>& limits,
                const ControlRules* rules, ControlState& state) {
  state.segment_points = measured;
  state.limits = limits;
  state.trial = limits.has_value() && measured < kFullLimitPoints;
  const bool full = limits.has_value() && !state.trial;
  const int baseline = spec.baseline_points > 0 ? spec.baseline_points : kDefaultBaselinePoints;
  state.stable = full && rules->quiet_points() / 2 >= baseline;
  state.side_run = rules == nullptr ? 0 : rules->side_run();
  state.side_first = state.side_run == 0 ? 0 : rules->side_first();
  state.rebase_proposed = full && state.side_run >= kProposalRun;
}

// The measured points of one segment, judged together.
struct Segment {
  std::vector<SegmentPoint> points;
  std::optional<ControlLimits> limits;
  std::vector<MeasuredPoint> judged;
  std::optional<ControlRules> rules;
};

void AddMarks(const ControlMarks& marks, size_t last, std::vector<MeasuredPoint>& judged) {
  for (int i = 0; i < kControlSignals; ++i) {
    for (uint16_t left = marks.marks[static_cast<size_t>(i)]; left != 0; left &= left - 1u) {
      judged[last - static_cast<size_t>(std::countr_zero(left))].signals.Add(
          static_cast<ControlSignal>(i));
    }
  }
  judged[last].range = marks.range;
}

void JudgeSegment(const ControlSpec& spec, Segment& segment) {
  segment.limits = ComputeControlLimits(spec, segment.points);
  if (segment.limits.has_value()) segment.rules.emplace(spec, *segment.limits);
  const bool trial = segment.limits.has_value() && segment.points.size() < kFullLimitPoints;
  segment.judged.reserve(segment.points.size());
  for (const SegmentPoint& point : segment.points) {
    MeasuredPoint& judged = segment.judged.emplace_back(Unjudged(point));
    judged.limits = segment.limits;
    judged.trial = trial;
    if (!segment.rules.has_value()) continue;
    const ControlMarks marks = segment.rules->Add(point);
    judged.trend_first = segment.rules->trend_first();
    AddMarks(marks, segment.judged.size() - 1, segment.judged);
  }
}

// The points [begin, end) as a segment.
Segment MakeSegment(const ControlSpec& spec, absl::Span<const ControlPoint> points, size_t begin,
                    size_t end) {
  Segment segment;
  std::optional<double> previous;
  bool previous_excluded = false;
  for (size_t i = begin; i < end; ++i) {
    if (!HasValue(points[i])) {
      previous.reset();
      continue;
    }
    segment.points.push_back(
        Measure(points[i], static_cast<int64_t>(i), previous, previous_excluded));
    previous = points[i].value;
    previous_excluded = points[i].excluded_from_baseline;
  }
  JudgeSegment(spec, segment);
  return segment;
}

}  // namespace

void ControlSeries::StartSegment() {
  previous_.reset();
  growing_.clear();
  rules_.reset();
  SetSegment(spec_, 0, std::nullopt, nullptr, state_);
}

const ControlState& ControlSeries::Append(const ControlPoint& point) {
  if (point.starts_segment) StartSegment();
  const int64_t index = state_.points++;
  state_.last_is_missing = !HasValue(point);
  if (state_.last_is_missing) {
    previous_.reset();
    return state_;
  }
  const SegmentPoint measured = Measure(point, index, previous_, previous_excluded_);
  previous_ = point.value;
  previous_excluded_ = point.excluded_from_baseline;
  AppendMeasured(measured);
  return state_;
}

// While the baseline grows, its limits move and every point is judged again; then one by one.
ControlMarks ControlSeries::Judge(const SegmentPoint& point) {
  const int measured = state_.segment_points + 1;
  const bool grows = spec_.baseline_points == 0 || measured <= spec_.baseline_points ||
                     measured <= kMinLimitPoints;
  if (!grows) return rules_.has_value() ? rules_->Add(point) : ControlMarks();
  growing_.push_back(point);
  state_.limits = ComputeControlLimits(spec_, growing_);
  rules_.reset();
  if (!state_.limits.has_value()) return {};
  rules_.emplace(spec_, *state_.limits);
  ControlMarks marks;
  for (const SegmentPoint& each : growing_) marks = rules_->Add(each);
  return marks;
}

void ControlSeries::AppendMeasured(const SegmentPoint& point) {
  const ControlMarks marks = Judge(point);
  const int measured = state_.segment_points + 1;
  const int longest = std::max(spec_.baseline_points, kMinLimitPoints);
  if (spec_.baseline_points > 0 && measured == longest) {
    growing_.clear();
    growing_.shrink_to_fit();
  }
  SetSegment(spec_, measured, state_.limits, rules_.has_value() ? &*rules_ : nullptr, state_);
  MeasuredPoint last = Unjudged(point);
  last.limits = state_.limits;
  last.trial = state_.trial;
  last.signals = marks.own();
  last.range = marks.range;
  if (rules_.has_value()) last.trend_first = rules_->trend_first();
  state_.last = last;
}

ControlChart AnalyseControl(const ControlSpec& spec, absl::Span<const ControlPoint> points) {
  ControlChart chart;
  chart.points.resize(points.size());
  chart.state.points = static_cast<int64_t>(points.size());
  for (size_t begin = 0; begin < points.size();) {
    size_t end = begin + 1;
    while (end < points.size() && !points[end].starts_segment) ++end;
    const Segment segment = MakeSegment(spec, points, begin, end);
    SetSegment(spec, static_cast<int>(segment.points.size()), segment.limits,
               segment.rules.has_value() ? &*segment.rules : nullptr, chart.state);
    for (size_t i = begin; i < end; ++i) {
      chart.points[i].limits = segment.limits;
      chart.points[i].trial = chart.state.trial;
    }
    for (const MeasuredPoint& judged : segment.judged) {
      chart.points[static_cast<size_t>(judged.index)].measured = judged;
    }
    if (!segment.judged.empty()) chart.state.last = segment.judged.back();
    begin = end;
  }
  chart.state.last_is_missing = points.empty() || !chart.points.back().measured.has_value();
  return chart;
}

}  // namespace kpisuite
