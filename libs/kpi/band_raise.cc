// Raised cut points, which an improvement must reach under hysteresis.
#include <algorithm>

#include "libs/kpi/bands.h"

namespace kpisuite {

std::optional<Decimal> Bands::SmallestGap() const {
  std::optional<Decimal> smallest;
  for (size_t i = 1; i < bands_.size() && bands_[i].cut.has_value(); ++i) {
    const Number gap = Abs(*bands_[i].cut - *bands_[i - 1].cut);
    if (!gap.defined()) continue;
    smallest = smallest.has_value() ? std::min(*smallest, gap.value()) : gap.value();
  }
  return smallest;
}

std::optional<Threshold> Bands::RaisedThreshold(const Decimal& cut, const Goal* goal,
                                                const Number& reference, const Decimal& deadband,
                                                const LogicalRange& logical) const {
  const std::optional<Threshold> plain = ThresholdOf(cut, goal, reference);
  const bool less_is_better = basis_ == BandBasis::kActual && direction_ == DirectionKind::kLower;
  const Number raised_cut = less_is_better ? cut - deadband : cut + deadband;
  if (!plain.has_value() || !raised_cut.defined()) return std::nullopt;
  std::optional<Threshold> raised = ThresholdOf(raised_cut.value(), goal, reference);
  if (!raised.has_value()) return std::nullopt;
  // A cut that lies beyond the best value already is not made easier by stopping there.
  if (raised->low.has_value()) {
    if (logical.max.has_value()) raised->low = std::min(*raised->low, *logical.max);
    raised->low = std::max(*raised->low, *plain->low);
  }
  if (raised->high.has_value()) {
    if (logical.min.has_value()) raised->high = std::max(*raised->high, *logical.min);
    raised->high = std::min(*raised->high, *plain->high);
  }
  if (raised->low.has_value() && raised->high.has_value() && *raised->low > *raised->high) {
    const Number middle = (*raised->low + *raised->high) / Decimal::FromInt(2);
    if (!middle.defined()) return std::nullopt;
    raised->low = raised->high = middle.value();
  }
  return raised;
}

size_t Bands::BandWhenRaised(const Decimal& actual, const Goal* goal, const Decimal& deadband,
                             const LogicalRange& logical, const Number& reference) const {
  for (size_t i = 0; i + 1 < bands_.size(); ++i) {
    const std::optional<Threshold> raised =
        RaisedThreshold(*bands_[i].cut, goal, reference, deadband, logical);
    if (raised.has_value() && BandOf(actual, {&*raised, 1}) == 0) return i;
  }
  return bands_.size() - 1;
}

}  // namespace kpisuite
