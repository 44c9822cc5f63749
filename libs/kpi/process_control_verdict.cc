#include "libs/kpi/process_control_verdict.h"

#include <cmath>

namespace kpisuite {
namespace {

std::optional<double> ToDouble(const std::optional<Decimal>& decimal) {
  if (!decimal.has_value()) return std::nullopt;
  return decimal->ToDouble();
}

Meaning ByDistance(double value, double reference, double centre) {
  const double now = std::fabs(value - centre);
  const double before = std::fabs(reference - centre);
  if (now < before) return Meaning::kGood;
  return now > before ? Meaning::kBad : Meaning::kNeither;
}

Meaning Upwards(bool up, bool up_is_good) {
  return up == up_is_good ? Meaning::kGood : Meaning::kBad;
}

Meaning MeaningOf(ControlSignal signal, const MeasuredPoint& point, const ControlGoal& goal) {
  const double from = IsTrend(signal) ? point.trend_first : point.limits->centre;
  return MeaningOfMove({PointsUp(signal), from, point.value}, goal);
}

ControlVariation VariationOf(Meaning meaning, bool up) {
  switch (meaning) {
    case Meaning::kGood:
      return up ? ControlVariation::kImprovementHigh : ControlVariation::kImprovementLow;
    case Meaning::kBad: return up ? ControlVariation::kConcernHigh : ControlVariation::kConcernLow;
    case Meaning::kNeither:
      return up ? ControlVariation::kNeutralHigh : ControlVariation::kNeutralLow;
  }
  return ControlVariation::kCommonCause;
}

// The variation of a measured point; fills `mixed` if it is MIXED.
ControlVariation VariationOf(const MeasuredPoint& point, const ControlGoal& goal,
                             std::vector<ControlVariation>& mixed) {
  if (!point.limits.has_value()) return ControlVariation::kTooFewPoints;
  // The strongest signal of each meaning.
  std::optional<ControlVariation> strongest[3];
  for (int i = 0; i < kControlSignals; ++i) {
    const auto signal = static_cast<ControlSignal>(i);
    if (!point.signals.Has(signal)) continue;
    const Meaning meaning = MeaningOf(signal, point, goal);
    auto& slot = strongest[static_cast<size_t>(meaning)];
    if (!slot.has_value()) slot = VariationOf(meaning, PointsUp(signal));
  }
  const auto& [good, bad, neither] = strongest;
  if (good.has_value() && bad.has_value()) {
    mixed = {*good, *bad};
    return ControlVariation::kMixed;
  }
  if (good.has_value()) return *good;
  if (bad.has_value()) return *bad;
  return neither.value_or(ControlVariation::kCommonCause);
}

ControlAssurance AssuranceOf(const ControlLimits& limits, const ControlGoal& goal) {
  const bool higher = goal.direction == DirectionKind::kHigher;
  if (higher || goal.direction == DirectionKind::kLower) {
    if (!goal.target.has_value()) return ControlAssurance::kNone;
    const bool above = *goal.target > limits.upper;
    const bool below = *goal.target < limits.lower;
    if (higher ? above : below) return ControlAssurance::kConsistentFail;
    if (higher ? below : above) return ControlAssurance::kConsistentPass;
    return ControlAssurance::kHitOrMiss;
  }
  if (goal.direction == DirectionKind::kNeutral) return ControlAssurance::kNone;
  if (!goal.low.has_value() && !goal.high.has_value()) return ControlAssurance::kNone;
  const bool outside = (goal.low.has_value() && limits.upper < *goal.low) ||
                       (goal.high.has_value() && limits.lower > *goal.high);
  if (outside) return ControlAssurance::kConsistentFail;
  const bool inside = (!goal.low.has_value() || limits.lower > *goal.low) &&
                      (!goal.high.has_value() || limits.upper < *goal.high);
  return inside ? ControlAssurance::kConsistentPass : ControlAssurance::kHitOrMiss;
}

}  // namespace

absl::string_view ControlVariationName(ControlVariation variation) {
  switch (variation) {
    case ControlVariation::kCommonCause: return "COMMON_CAUSE";
    case ControlVariation::kImprovementHigh: return "IMPROVEMENT_HIGH";
    case ControlVariation::kImprovementLow: return "IMPROVEMENT_LOW";
    case ControlVariation::kConcernHigh: return "CONCERN_HIGH";
    case ControlVariation::kConcernLow: return "CONCERN_LOW";
    case ControlVariation::kNeutralHigh: return "NEUTRAL_HIGH";
    case ControlVariation::kNeutralLow: return "NEUTRAL_LOW";
    case ControlVariation::kMixed: return "MIXED";
    case ControlVariation::kNoData: return "NO_DATA";
    case ControlVariation::kTooFewPoints: return "TOO_FEW_POINTS";
  }
  return "";
}

absl::string_view ControlAssuranceName(ControlAssurance assurance) {
  switch (assurance) {
    case ControlAssurance::kNone: return "";
    case ControlAssurance::kConsistentPass: return "CONSISTENT_PASS";
    case ControlAssurance::kConsistentFail: return "CONSISTENT_FAIL";
    case ControlAssurance::kHitOrMiss: return "HIT_OR_MISS";
  }
  return "";
}

Meaning MeaningOfMove(const Move& move, const ControlGoal& goal) {
  switch (goal.direction) {
    case DirectionKind::kHigher: return Upwards(move.up, true);
    case DirectionKind::kLower: return Upwards(move.up, false);
    case DirectionKind::kNeutral: return Meaning::kNeither;
    case DirectionKind::kInRange:
    case DirectionKind::kOnTarget: break;
  }
  if (goal.low.has_value() != goal.high.has_value()) return Upwards(move.up, goal.low.has_value());
  if (!goal.low.has_value()) return Meaning::kNeither;
  return ByDistance(move.to, move.from, (*goal.low + *goal.high) / 2);
}

ControlGoal MakeControlGoal(const Direction& direction, const std::optional<TargetValue>& target) {
  ControlGoal goal;
  goal.direction = direction.kind;
  if (!target.has_value()) return goal;
  if (!IsTwoSided(direction.kind)) {
    goal.target = ToDouble(target->low);
    return goal;
  }
  const GoodRange range = GoodRangeOf({direction, *target, std::nullopt, ScaleType::kRatio});
  if (range.reason.has_value()) return goal;
  goal.low = ToDouble(range.low);
  goal.high = ToDouble(range.high);
  return goal;
}

ControlVerdict JudgeControl(const ControlState& state, const ControlGoal& goal) {
  ControlVerdict verdict;
  if (state.limits.has_value() && !state.trial) {
    verdict.assurance = AssuranceOf(*state.limits, goal);
  }
  if (!state.last.has_value()) return verdict;
  const ControlVariation variation = VariationOf(*state.last, goal, verdict.mixed);
  if (!state.last_is_missing) {
    verdict.variation = variation;
  } else {
    verdict.kept = variation;
    verdict.kept_index = state.last->index;
  }
  return verdict;
}

}  // namespace kpisuite
