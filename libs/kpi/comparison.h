#pragma once

#include <optional>

#include "absl/strings/string_view.h"
#include "libs/kpi/decimal.h"
#include "libs/kpi/variance.h"

namespace kpisuite {

// How a value differs from that of its comparator (SEMANTICS 3.4.6, 3.10.1).
struct Delta {
  // value - prior, in the KPI's unit.
  Number delta;
  // delta / |prior|: ND(DIV0) if prior is 0, ND(DOMAIN) if one is negative and the other positive,
  // or on INTERVAL scales.
  Number delta_pct;
};
// The leftmost reason wins: that of the value, then that of the prior.
Delta DeltaOf(const Number& value, const Number& prior, ScaleType scale_type = ScaleType::kRatio);

// Whether a change was for the better.
enum class Movement {
  kNone,  // nothing to say: a value is missing, the direction is NEUTRAL, or no target says whether
          // a change of a two-sided KPI was good
  kFlat,  // too small to matter
  kBetter,
  kWorse,
};
// `NONE`, `FLAT`, `BETTER`, `WORSE`.
absl::string_view MovementName(Movement movement);

// The default epsilon, 2 %.
Decimal DefaultFlatEpsilon();

// FLAT if |delta_pct| < epsilon; where there is no delta_pct, only if nothing changed. Otherwise by
// direction: HIGHER and LOWER by the sign of the delta; two-sided KPIs by their favourable
// variances (Variance::favourable) against the same target: nearer to the range is better, both
// inside of it is FLAT. `favourable` is needed by those only, and only where something changed: {of
// the value, of the prior}.
struct FavourablePair {
  Number value;
  Number prior;
};
Movement MovementOf(const Delta& delta, const Direction& direction, const Decimal& epsilon,
                    const std::optional<FavourablePair>& favourable = std::nullopt);

}  // namespace kpisuite
