// FinalTargets: the targets of a period as they were when it was said to be FINAL.
//
// What a FINAL period keeps of its definition says nothing about other KPIs, of which its targets
// may be made (FORMULA, CHILDREN with weights): these go on. So the targets themselves stay, from
// the first state that said FINAL on, until a release of one of the period's days: what is then
// said stays in its turn (SEMANTICS 3.16.4).
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "kpisuite/v1/evaluation.pb.h"
#include "libs/kpi/target.h"
#include "services/evaluation/engine/engine_types.h"

namespace kpisuite {

// Parallel to kAllTargetRoles; without a value where there was no target.
using FinalTargets = std::vector<ResolvedTarget>;

// What a state told.
FinalTargets FinalTargetsOf(const v1::KpiState& state);

// The target that was told, where it would be `now`: one that was not there does not come later
// (PENDING), and why it was not is said as it is today.
ResolvedTarget KeptTarget(const ResolvedTarget& told, ResolvedTarget now);

// The newest entry of every FINAL state of the KPI of that resource name, with its `state`.
using FinalStatesLookup =
    std::function<absl::StatusOr<std::vector<LoggedState>>(const std::string& kpi)>;

}  // namespace kpisuite
