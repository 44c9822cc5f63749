#pragma once

#include <cstdint>
#include <vector>

#include "absl/types/span.h"

namespace kpisuite {

// Spreads `total` over the weights by the method of the largest remainder: each part has the whole
// units of total * weight / sum, rounded towards zero, and the units that are left go one each to
// the largest remainders, of equal ones to the later. The parts sum to the total exactly; a
// negative total is the mirror image of the positive one; a weight of 0 gets 0.
// Weights are >= 0, at most 10'000 of them. Empty if there are none or all are 0.
std::vector<int64_t> Allocate(int64_t total, absl::Span<const int64_t> weights);

}  // namespace kpisuite
