#pragma once

#include <vector>

#include "libs/kpi/decimal.h"

namespace kpisuite {

// The inclusive linear quantile: with the values sorted, h = (n - 1) p, k = floor(h), it is
// x_k + (h - k) (x_{k+1} - x_k), computed in this order; x_k alone where h is whole. 0 <= p <= 1.
// EMPTY without values.
Number QuantileOf(std::vector<Decimal> values, const Decimal& p);

// QuantileOf(values, 0.5).
Number MedianOf(std::vector<Decimal> values);

// The arithmetic mean: the sum, first to last, divided by n. EMPTY without values.
Number MeanOf(const std::vector<Decimal>& values);

}  // namespace kpisuite
