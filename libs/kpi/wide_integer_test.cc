#include "libs/kpi/wide_integer.h"

#include <limits>
#include <random>

#include "gtest/gtest.h"

namespace kpisuite {
namespace {

constexpr Int128 kLeast = static_cast<Int128>(Uint128{1} << 127);

std::string Text(const Int256& value, int scale = 0) { return ToDecimal(value, scale).ToString(); }

TEST(Int256, ProductsOfExtremesAreExact) {
  EXPECT_EQ(Int256::Product(kLeast, kLeast), Int256::FromParts(Int128{1} << 126, 0));
  EXPECT_EQ(Int256::Product(kLeast, 1), Int256(kLeast));
  EXPECT_EQ(Int256::Product(kLeast, -1), Int256::FromParts(0, Uint128{1} << 127));
  EXPECT_EQ(Int256::Product(-(kLeast + 1), -(kLeast + 1)),
            Int256::FromParts((Int128{1} << 126) - 1, 1));
}

TEST(Int256, SumsCarryAndBorrowBetweenTheHalves) {
  const Int256 all_ones = Int256::FromParts(0, ~Uint128{0});
  EXPECT_EQ(all_ones + Int256(1), Int256::FromParts(1, 0));
  EXPECT_EQ(Int256::FromParts(1, 0) - Int256(1), all_ones);
  EXPECT_EQ(Int256(1) - Int256(2), Int256(-1));
  EXPECT_LT(Int256(-1), Int256(0));
  EXPECT_LT(Int256(5), all_ones);
}

TEST(Int256, DistributesOverRandomOperands) {
  std::mt19937_64 random(3);
  for (int i = 0; i < 1000; ++i) {
    const auto a = static_cast<Int128>(static_cast<int64_t>(random())) * 1'000'000'007;
    const auto b = static_cast<Int128>(static_cast<int64_t>(random())) * 998'244'353;
    const auto c = static_cast<Int128>(static_cast<int64_t>(random()));
    const uint64_t n = random() >> 2;
    EXPECT_EQ(Int256::Product(a, b) + Int256::Product(a, c), Int256::Product(a, b + c));
    EXPECT_EQ(Int256::Product(a, static_cast<Int128>(n)), Int256(a).Times(n));
  }
}

TEST(Int256, BecomesADecimalWithOneHalfEvenRounding) {
  EXPECT_EQ(Text(0), "0");
  EXPECT_EQ(Text(-1250, 2), "-12.5");
  const Int256 power = Int256::Product(Int128{1} << 100, Int128{1} << 50);
  EXPECT_EQ(Text(power), "1427247692705959881058285969449495000000000000");
  const Int128 e34 = Int128{100'000'000'000'000'000} * 100'000'000'000'000'000;
  const Int256 even = Int256::Product(e34, 100);  // 37 digits: the last three are rounded
  EXPECT_EQ(Text(even + Int256(500)), "1" + std::string(36, '0'));
  EXPECT_EQ(Text(even + Int256(501)), "1" + std::string(32, '0') + "1000");
  EXPECT_EQ(Text(even + Int256(1500)), "1" + std::string(32, '0') + "2000");
  EXPECT_EQ(Text(-(even + Int256(1500))), "-1" + std::string(32, '0') + "2000");
}

}  // namespace
}  // namespace kpisuite
