#include "libs/kpi/variance.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "libs/base/error.h"

namespace kpisuite {
namespace {

absl::Status FieldError(absl::string_view field, absl::string_view description) {
  return InvalidFields({{std::string(field), std::string(description), "", 0, 0}});
}

// Positive above the range, negative below, 0 inside.
Number SignedDistance(const Decimal& actual, const GoodRange& range) {
  if (range.low.has_value() && actual < *range.low) return actual - *range.low;
  if (range.high.has_value() && actual > *range.high) return actual - *range.high;
  return Decimal();
}

Number Percentage(const Number& favourable, const Number& divisor, ScaleType scale_type) {
  if (scale_type == ScaleType::kInterval) return NdReason::kDomain;
  if (divisor.defined() && divisor.value().IsZero()) return NdReason::kZeroTarget;
  return favourable / divisor;
}

Variance TwoSided(const Decimal& actual, const Goal& goal) {
  Variance result;
  const GoodRange range = GoodRangeOf(goal);
  if (range.reason.has_value()) {
    const Number none = *range.reason;
    return {none, none, none, none};
  }
  const Number distance = SignedDistance(actual, range);
  const bool point = goal.direction.kind == DirectionKind::kOnTarget;
  result.variance = point ? actual - goal.target.point() : distance;
  result.favourable = -Abs(distance);
  result.fvp = Percentage(result.favourable, range.Width(), goal.scale_type);
  if (distance.defined() && distance.value().IsZero()) {
    result.attainment = Decimal::FromInt(1);
  } else if (goal.baseline.has_value()) {
    const Number start = Abs(SignedDistance(*goal.baseline, range));
    const bool met_at_start = start.defined() && start.value().IsZero();
    result.attainment = met_at_start ? Number(NdReason::kDomain) : (start - Abs(distance)) / start;
  } else {
    result.attainment = Decimal::FromInt(1) + result.fvp;
  }
  return result;
}

Variance OneSided(const Decimal& actual, const Goal& goal) {
  Variance result;
  const Decimal& target = goal.target.point();
  const bool higher = goal.direction.kind == DirectionKind::kHigher;
  result.variance = actual - target;
  result.favourable = higher ? result.variance : -result.variance;
  result.fvp = Percentage(result.favourable, target.Abs(), goal.scale_type);
  if (!goal.baseline.has_value()) {
    result.attainment = Decimal::FromInt(1) + result.fvp;
  } else if (higher ? target > *goal.baseline : target < *goal.baseline) {
    result.attainment = (actual - *goal.baseline) / (target - *goal.baseline);
  } else {
    result.attainment = NdReason::kDomain;
  }
  return result;
}

}  // namespace

absl::string_view DirectionName(DirectionKind kind) {
  switch (kind) {
    case DirectionKind::kHigher: return "HIGHER";
    case DirectionKind::kLower: return "LOWER";
    case DirectionKind::kInRange: return "IN_RANGE";
    case DirectionKind::kOnTarget: return "ON_TARGET";
    case DirectionKind::kNeutral: return "NEUTRAL";
  }
  return "";
}

absl::Status ValidateDirection(const Direction& direction) {
  const bool wanted = direction.kind == DirectionKind::kOnTarget;
  if (wanted != direction.tolerance.has_value()) {
    return FieldError(
        "direction",
        absl::StrCat("got ", DirectionName(direction.kind), wanted ? " without" : " with",
                     " a tolerance, want ", wanted ? "one" : "it with ON_TARGET only"));
  }
  if (wanted && direction.tolerance->IsNegative()) {
    return FieldError(
        "direction",
        absl::StrCat("got the tolerance ", direction.tolerance->ToString(), ", want 0 or more"));
  }
  return absl::OkStatus();
}

absl::Status ValidateTargetForDirection(const Direction& direction, const TargetValue& target) {
  const bool wants_range = direction.kind == DirectionKind::kInRange;
  if (wants_range != target.is_range) {
    return FieldError("target", absl::StrCat("got a ", target.is_range ? "range" : "point",
                                             " with ", DirectionName(direction.kind), ", want a ",
                                             wants_range ? "range" : "point"));
  }
  if (direction.kind == DirectionKind::kOnTarget && direction.relative && target.point().IsZero()) {
    return FieldError("target", "got 0 with a relative tolerance, want an absolute tolerance");
  }
  return absl::OkStatus();
}

Number GoodRange::Width() const {
  if (low.has_value() && high.has_value()) return *high - *low;
  return (low.has_value() ? *low : *high).Abs();
}

GoodRange GoodRangeOf(const Goal& goal) {
  if (goal.direction.kind == DirectionKind::kInRange) {
    return {goal.target.low, goal.target.high, std::nullopt};
  }
  const Decimal& target = goal.target.point();
  const Decimal tolerance = goal.direction.tolerance.value_or(Decimal());
  const Number width = goal.direction.relative ? target.Abs() * tolerance : Number(tolerance);
  const Number low = target - width;
  const Number high = target + width;
  if (!low.defined() || !high.defined()) return {std::nullopt, std::nullopt, NdReason::kDomain};
  return {low.value(), high.value(), std::nullopt};
}

Variance ComputeVariance(const Decimal& actual, const Goal& goal) {
  const bool wants_range = goal.direction.kind == DirectionKind::kInRange;
  if (goal.target.is_range && !wants_range) return Variance();
  if (IsTwoSided(goal.direction.kind)) return TwoSided(actual, goal);
  if (goal.direction.kind == DirectionKind::kNeutral) {
    const Number none = NdReason::kNotApplicable;
    return {actual - goal.target.point(), none, none, none};
  }
  return OneSided(actual, goal);
}

Number MaintainProgress(absl::Span<const PeriodOutcome> outcomes, MissingPolicy policy) {
  size_t elapsed = outcomes.size();
  while (elapsed > 0 && outcomes[elapsed - 1] == PeriodOutcome::kMissing) --elapsed;
  int64_t met = 0;
  int64_t counted = 0;
  for (const PeriodOutcome outcome : outcomes.subspan(0, elapsed)) {
    const bool missing = outcome == PeriodOutcome::kMissing;
    if (missing && policy == MissingPolicy::kSkip) continue;
    ++counted;
    if (outcome == PeriodOutcome::kMet || (missing && policy == MissingPolicy::kMet)) ++met;
  }
  if (counted == 0) return NdReason::kEmpty;
  return Decimal::FromInt(met) / Decimal::FromInt(counted);
}

}  // namespace kpisuite
