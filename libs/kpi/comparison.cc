#include "libs/kpi/comparison.h"

namespace kpisuite {
namespace {

Movement BySign(const Number& favourable_change) {
  if (!favourable_change.defined()) return Movement::kNone;
  if (favourable_change.value().IsZero()) return Movement::kFlat;
  return favourable_change.value() > Decimal() ? Movement::kBetter : Movement::kWorse;
}

bool IsFlat(const Delta& delta, const Decimal& epsilon) {
  if (delta.delta.value().IsZero()) return true;
  return delta.delta_pct.defined() && delta.delta_pct.value().Abs() < epsilon;
}

}  // namespace

Delta DeltaOf(const Number& value, const Number& prior, ScaleType scale_type) {
  const Number delta = value - prior;
  if (!delta.defined()) return {delta, delta};
  if (scale_type == ScaleType::kInterval) return {delta, NdReason::kDomain};
  const Decimal zero;
  const bool signs_differ = (value.value() < zero && prior.value() > zero) ||
                            (value.value() > zero && prior.value() < zero);
  if (signs_differ) return {delta, NdReason::kDomain};
  return {delta, delta / Abs(prior)};
}

absl::string_view MovementName(Movement movement) {
  switch (movement) {
    case Movement::kNone: return "NONE";
    case Movement::kFlat: return "FLAT";
    case Movement::kBetter: return "BETTER";
    case Movement::kWorse: return "WORSE";
  }
  return "";
}

Decimal DefaultFlatEpsilon() { return Decimal::FromMantissa(2, 2); }

Movement MovementOf(const Delta& delta, const Direction& direction, const Decimal& epsilon,
                    const std::optional<FavourablePair>& favourable) {
  if (!delta.delta.defined() || direction.kind == DirectionKind::kNeutral) return Movement::kNone;
  if (IsFlat(delta, epsilon)) return Movement::kFlat;
  if (IsTwoSided(direction.kind)) {
    if (!favourable.has_value()) return Movement::kNone;
    return BySign(favourable->value - favourable->prior);
  }
  return BySign(direction.kind == DirectionKind::kLower ? -delta.delta : delta.delta);
}

}  // namespace kpisuite
