// The targets of a state: what counts of them by now (SEMANTICS 3.5).
#pragma once

#include <optional>

#include "absl/time/time.h"
#include "libs/kpi/decimal.h"
#include "libs/kpi/pace.h"
#include "libs/kpi/period.h"
#include "libs/kpi/target.h"
#include "libs/kpi/target_environment.h"
#include "services/evaluation/engine/evaluate_kpi.h"

namespace kpisuite {

// The targets of one state, asked for in one evaluation.
//
// A flow in a window TO_DATE or TRAILING has targets to date: the sum of its target periods that
// have begun, of an open one T * f(tau) (TargetSpan). Period alone decides what is open: at its end
// T counts whole, also while data is late. f is of the complete local days before the least of now
// and the watermark, like the pace (PaceReading), so that it moves once a day, and the target of an
// open TO_DATE window with targets of its grain is what its pace calls due. It is
//   that of the state's own pace for the state's own period, where that has a number; else
//   KnownShareAt of the KPI's profile: a profile HISTORY is known of the periods of the window
//   alone, and counts as CALENDAR for target periods within it; as does a KPI without a pace.
// A period asked for by its id within a longer TO_DATE window has what counted at its end.
//
// Levels, ratios and all other windows have the targets of the whole period. Cuts and baselines
// are not scaled: they stand for the window as they are written.
class StateTargets {
 public:
  // `watermark` is the least of the inputs'; InfinitePast: one has none. What is given outlives it.
  StateTargets(const EvaluationContext& context, absl::Time watermark,
               const TargetEnvironment& environment)
      : context_(context), watermark_(watermark), environment_(environment) {}

  // COMMITTED for the whole period, whatever has passed of it: T of the pace.
  const ResolvedTarget& Whole();
  // What the state has. `pace` is that of the state, null without one.
  ResolvedTarget ToDate(TargetRole role, const PaceResult* pace);

  // When an answer given so far changes without new data; InfiniteFuture when never.
  absl::Time next_change() const { return next_change_; }

 private:
  ResolvedTarget Resolve(TargetRole role) const;
  Number ShareOf(const Period& part, const PaceResult* pace);
  void NoteChangeOf(const Period& part, bool moves);

  const EvaluationContext& context_;
  const absl::Time watermark_;
  const TargetEnvironment& environment_;
  std::optional<ResolvedTarget> whole_;
  absl::Time next_change_ = absl::InfiniteFuture();
};

}  // namespace kpisuite
