#pragma once

#include <cstdint>

namespace kpisuite {

// Bins of a DDSketch over 64 bit integers, without collapse. Bin 0 holds 0; bin i > 0 holds the
// integers low..high with high = floor(1.02 low), the next bin begins at high + 1, the first at 1;
// bin -i mirrors it. The middle of a bin is within 1 % of all it holds, and integers below 50 have
// a bin of their own. Integer arithmetic alone: the same edges everywhere.
struct BinRange {
  int64_t low = 0;
  int64_t high = 0;
};

// Bins are -LastBin()..LastBin().
int32_t LastBin();
int32_t BinOf(int64_t value);
// The integers of the bin; |bin| <= LastBin().
BinRange RangeOfBin(int32_t bin);

}  // namespace kpisuite
