// What is said about an observation (SEMANTICS 3.16.6).
#pragma once

#include <vector>

#include "kpisuite/v1/evaluation.pb.h"
#include "services/evaluation/engine/evaluate_kpi.h"

namespace kpisuite {

// The flags of a state, ascending. NORMAL stands alone. A value is
//   TIME_SERIES_BREAK     in the first period of a new version,
//   DEFINITION_DIFFERS    in every period of an earlier one,
//   ESTIMATED             where an input is approximate,
//   IMPUTED               where values are carried into the period, or a missing value counts as 0,
//   PROVISIONAL           while its period is not closed or not all of its data is there,
//   LOW_RELIABILITY       where its interval is wide (LOW_N).
// Without a value it is MISSING_NOT_COLLECTED (withheld), MISSING_CANNOT_EXIST (not applicable,
// nothing to compare with) or MISSING (anything else). FORECAST, NOT_SIGNIFICANT and UNVALIDATED
// are said of no state: states are observed, and their samples were accepted.
std::vector<v1::ObservationFlag> ObservationFlagsOf(const EvaluationContext& context,
                                                    const KpiEvaluation& evaluation);

}  // namespace kpisuite
