#include "libs/kpi/relative_bins.h"

#include <limits>

#include "gtest/gtest.h"
#include "libs/kpi/int128.h"

namespace kpisuite {
namespace {

TEST(RelativeBins, TileAllIntegersInOrder) {
  const int32_t last = LastBin();
  EXPECT_EQ(RangeOfBin(-last).low, std::numeric_limits<int64_t>::min());
  EXPECT_EQ(RangeOfBin(last).high, std::numeric_limits<int64_t>::max());
  for (int32_t bin = -last; bin <= last; ++bin) {
    const BinRange range = RangeOfBin(bin);
    ASSERT_LE(range.low, range.high);
    ASSERT_EQ(BinOf(range.low), bin);
    ASSERT_EQ(BinOf(range.high), bin);
    if (bin < last) {
      ASSERT_EQ(RangeOfBin(bin + 1).low, range.high + 1);
    }
  }
}

TEST(RelativeBins, TheirMiddleIsWithinOnePercent) {
  for (int32_t bin = 1; bin <= LastBin(); ++bin) {
    const BinRange range = RangeOfBin(bin);
    // (high - low) / 2 <= low / 100.
    EXPECT_LE((Int128{range.high} - range.low) * 50, Int128{range.low});
  }
}

TEST(RelativeBins, SmallIntegersHaveOneEach) {
  EXPECT_EQ(BinOf(0), 0);
  for (int32_t value = 1; value < 50; ++value) {
    EXPECT_EQ(BinOf(value), value);
    EXPECT_EQ(BinOf(-value), -value);
  }
  EXPECT_EQ(RangeOfBin(50).high, 51);
  EXPECT_EQ(RangeOfBin(51).low, 52);
}

}  // namespace
}  // namespace kpisuite
