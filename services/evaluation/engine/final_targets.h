// FinalTargets: the targets of a period as they were when it was said to be FINAL.
//
// What a FINAL period keeps of its definition says nothing about other KPIs, of which its targets
// may be made (FORMULA, CHILDREN with weights): these go on. So the targets themselves stay, from
// the first state that said FINAL on, until a release of one of the period's days: what is then
// said stays in its turn (SEMANTICS 3.16.4).
#pragma once

#include <vector>

#include "kpisuite/v1/evaluation.pb.h"
#include "libs/kpi/target.h"

namespace kpisuite {

// Parallel to kAllTargetRoles; without a value where there was no target.
using FinalTargets = std::vector<ResolvedTarget>;

// What a state told.
FinalTargets FinalTargetsOf(const v1::KpiState& state);
ResolvedTarget TargetOf(const v1::ResolvedTarget& told);

// The target that was told, where it would be `now`: one that was not there does not come later
// (PENDING), and why it was not is said as it is today.
ResolvedTarget KeptTarget(const ResolvedTarget& told, ResolvedTarget now);

}  // namespace kpisuite
