// What the last point of a control chart means for the KPI (SEMANTICS 3.12): variation and
// assurance. process_control_text.h says it in words.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "absl/strings/string_view.h"
#include "libs/kpi/process_control.h"
#include "libs/kpi/target.h"
#include "libs/kpi/variance.h"

namespace kpisuite {

// Names: `COMMON_CAUSE`, ... `TOO_FEW_POINTS`.
enum class ControlVariation {
  kCommonCause,      // no rule: the difference from period to period is noise
  kImprovementHigh,  // a signal in the good direction, high or rising
  kImprovementLow,
  kConcernHigh,  // in the bad direction
  kConcernLow,
  // Signals without good or bad only: NEUTRAL KPIs, and two-sided ones without a range or when
  // the distance to its centre is the same.
  kNeutralHigh,
  kNeutralLow,
  kMixed,         // both an improvement and a concern, see ControlVerdict::mixed
  kNoData,        // the last closed period has no value
  kTooFewPoints,  // no limits yet
};
absl::string_view ControlVariationName(ControlVariation variation);

// Whether the process, left alone, meets the target. Names: `CONSISTENT_PASS`, `CONSISTENT_FAIL`,
// `HIT_OR_MISS`, empty for kNone.
enum class ControlAssurance { kNone, kConsistentPass, kConsistentFail, kHitOrMiss };
absl::string_view ControlAssuranceName(ControlAssurance assurance);

// Which way is good, and the target of the last period.
struct ControlGoal {
  DirectionKind direction = DirectionKind::kNeutral;
  // HIGHER and LOWER: the target.
  std::optional<double> target;
  // Two-sided: the ends of the good range; an empty end is infinite, both empty is no range.
  std::optional<double> low;
  std::optional<double> high;
};

// `target` is empty when there is none; ON_TARGET turns into target -/+ tolerance. Decimals become
// the nearest doubles.
ControlGoal MakeControlGoal(const Direction& direction, const std::optional<TargetValue>& target);

// Whether a movement is good for the KPI.
enum class Meaning { kGood, kBad, kNeither };
struct Move {
  bool up = false;
  double from = 0;
  double to = 0;
};
// `up` decides for one-sided goals; for ranges the distances of `from` and `to` to the centre.
Meaning MeaningOfMove(const Move& move, const ControlGoal& goal);

struct ControlVerdict {
  ControlVariation variation = ControlVariation::kNoData;
  // MIXED: the strongest improvement, then the strongest concern.
  std::vector<ControlVariation> mixed;
  // NO_DATA: what the last point with a value was, and its index; empty if there was none. Judged
  // by the goal given.
  std::optional<ControlVariation> kept;
  int64_t kept_index = 0;
  ControlAssurance assurance = ControlAssurance::kNone;

  friend bool operator==(const ControlVerdict&, const ControlVerdict&) = default;
};

// Variation: HIGH and UP are good for HIGHER, bad for LOWER. Two-sided: a signal is an improvement
// if the point is nearer to the centre of the range than CL is (TREND: than the first point of the
// run), a concern if it is farther; with one infinite end the range counts as HIGHER or LOWER. Of
// several signals with one meaning the strongest decides.
//
// Assurance, from 13 points on, for goals with a target: HIGHER fails if t > UPL and passes if
// t < LPL, LOWER mirrored; a range passes if [LPL, UPL] lies inside, ends not touching, and fails
// if it lies outside; everything else is HIT_OR_MISS. Limits are not clipped.
ControlVerdict JudgeControl(const ControlState& state, const ControlGoal& goal);

}  // namespace kpisuite
