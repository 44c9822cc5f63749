#pragma once

#include "absl/types/span.h"
#include "libs/kpi/decimal.h"

namespace kpisuite {

// The exact sum, rounded once: independent of the order of the terms. 0 for none; ND(DOMAIN) on
// overflow.
Number SumExactly(absl::Span<const Decimal> terms);

}  // namespace kpisuite
