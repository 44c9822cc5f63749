// Why a KPI stands as it does, as text.
#pragma once

#include <string>

#include "absl/time/time.h"
#include "kpisuite/v1/evaluation.pb.h"
#include "kpisuite/v1/explanation.pb.h"
#include "services/kpictl/view/table.h"

namespace kpisuite {

// Several lines. `now` gives the age of the data.
std::string ExplanationText(const v1::Explanation& explanation, absl::Time now, bool colored);

// The operands, one row each.
Table InputTable(const v1::Explanation& explanation);

}  // namespace kpisuite
