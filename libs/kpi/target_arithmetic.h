// Arithmetic of targets, end by end; an infinite end stays infinite. For target_resolution.cc.
#pragma once

#include <optional>

#include "absl/functional/function_ref.h"
#include "libs/kpi/decimal.h"
#include "libs/kpi/target.h"

namespace kpisuite {

// Replaces both ends of the target's value, if it has one; it has none with the reason of the first
// change that has no number.
void ChangeEnds(absl::FunctionRef<Number(const Decimal&)> change, ResolvedTarget* target);

// Adds a summand to a sum, which is empty at first: none as soon as one summand has none.
void Accumulate(ResolvedTarget summand, std::optional<ResolvedTarget>* sum);

}  // namespace kpisuite
