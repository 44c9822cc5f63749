#pragma once

#include <optional>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "libs/kpi/decimal.h"
#include "libs/kpi/nd_reason.h"
#include "libs/kpi/target.h"

namespace kpisuite {

enum class DirectionKind {
  kHigher,    // more is better
  kLower,     // less is better
  kInRange,   // the target is a range
  kOnTarget,  // the target is a point with a tolerance on both sides
  kNeutral,   // monitored only: no status
};

inline bool IsTwoSided(DirectionKind kind) {
  return kind == DirectionKind::kInRange || kind == DirectionKind::kOnTarget;
}
// `HIGHER`, `LOWER`, `IN_RANGE`, `ON_TARGET`, `NEUTRAL`.
absl::string_view DirectionName(DirectionKind kind);

// Which way is good.
struct Direction {
  DirectionKind kind = DirectionKind::kHigher;
  // ON_TARGET only: half the width of the range around the target, >= 0; a share of |target| if
  // `relative`, else in the KPI's unit. A relative tolerance needs targets other than 0.
  std::optional<Decimal> tolerance;
  bool relative = true;
};

// INVALID_ARGUMENT (field `direction`): a tolerance without ON_TARGET or the reverse, or < 0.
absl::Status ValidateDirection(const Direction& direction);
// INVALID_ARGUMENT (field `target`): a range belongs to IN_RANGE (and there only), a point to all
// others; ON_TARGET with a relative tolerance refuses 0.
absl::Status ValidateTargetForDirection(const Direction& direction, const TargetValue& target);

// INTERVAL scales (temperatures, dates) have no true zero, so percentages of their values are ND.
enum class ScaleType { kRatio, kInterval };

// The target as its direction sees it.
struct Goal {
  Direction direction;
  TargetValue target;
  std::optional<Decimal> baseline;
  ScaleType scale_type = ScaleType::kRatio;
};

// The inclusive range of good values of a two-sided goal: the target itself (IN_RANGE), or
// target -/+ tolerance (ON_TARGET). `reason` is set instead if the arithmetic overflows.
struct GoodRange {
  // An empty end is infinite.
  std::optional<Decimal> low;
  std::optional<Decimal> high;
  std::optional<NdReason> reason;

  // What its fvp is relative to: high - low, or the size of the only finite end.
  Number Width() const;
};
GoodRange GoodRangeOf(const Goal& goal);

// How an actual value compares with its goal; every field is a number or says why it is none.
struct Variance {
  // actual - target in natural units; IN_RANGE: 0 inside, else actual - nearest end.
  Number variance = NdReason::kNoTarget;
  // The same, positive is good; two-sided: 0 inside, else minus the distance to the nearest end.
  // NEUTRAL: NOT_APPLICABLE, as are the next two.
  Number favourable = NdReason::kNoTarget;
  // favourable / |target|; two-sided: / width of the range, / |finite end| if the other is
  // infinite. ZERO_TARGET if the divisor is 0; DOMAIN for INTERVAL scales.
  Number fvp = NdReason::kNoTarget;
  // With a baseline the share of the way from it to the target, DOMAIN if the baseline already
  // meets the target; else 1 + fvp. Two-sided: 1 inside. Uncapped.
  Number attainment = NdReason::kNoTarget;
};

// Pure; never fails.
Variance ComputeVariance(const Decimal& actual, const Goal& goal);

// MAINTAIN progress: periods met / periods elapsed, counted up to the last period with data.
enum class PeriodOutcome { kMet, kNotMet, kMissing };
enum class MissingPolicy { kNotMet, kMet, kSkip };
// `outcomes` in order of time. EMPTY if no period counts.
Number MaintainProgress(absl::Span<const PeriodOutcome> outcomes, MissingPolicy policy);

}  // namespace kpisuite
