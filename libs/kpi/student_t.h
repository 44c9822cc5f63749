#pragma once

#include <cstdint>

#include "libs/kpi/decimal.h"

namespace kpisuite {

// The two-sided 95 % point of Student's t distribution with `degrees` >= 1 degrees of freedom,
// rounded half to even to 12 significant digits (12.7062047362 for 1, toward 1.95996398454).
Decimal StudentT95(int64_t degrees);

}  // namespace kpisuite
