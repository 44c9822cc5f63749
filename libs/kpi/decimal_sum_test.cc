#include "libs/kpi/decimal_sum.h"

#include <algorithm>
#include <random>
#include <vector>

#include "gtest/gtest.h"

namespace kpisuite {
namespace {

Decimal D(absl::string_view text) { return *Decimal::Parse(text); }

std::string Sum(std::vector<absl::string_view> texts) {
  std::vector<Decimal> terms;
  for (const absl::string_view text : texts) terms.push_back(D(text));
  return SumExactly(terms).ToString();
}

TEST(SumExactly, KeepsWhatStepwiseAdditionLoses) {
  EXPECT_EQ(Sum({"1e30", "1e-20", "-1e30"}), "0.00000000000000000001");
  EXPECT_EQ(Sum({"1e6000", "1e-6000", "-1e6000"}), D("1e-6000").ToString());
  EXPECT_EQ(Sum({"0.1", "0.2", "-0.3"}), "0");
  EXPECT_EQ(Sum({}), "0");
  EXPECT_EQ(Sum({"0", "-0"}), "0");
}

TEST(SumExactly, RoundsOnceHalfToEven) {
  EXPECT_EQ(Sum({"1234567890123456789012345678901234", "0.5"}),
            "1234567890123456789012345678901234");
  EXPECT_EQ(Sum({"1234567890123456789012345678901235", "0.5"}),
            "1234567890123456789012345678901236");
  EXPECT_EQ(Sum({"1234567890123456789012345678901234", "0.5", "1e-200"}),
            "1234567890123456789012345678901235");
  EXPECT_EQ(Sum({"-1234567890123456789012345678901234", "-0.5", "1e-200"}),
            "-1234567890123456789012345678901234");
}

TEST(SumExactly, OverflowHasNoValue) {
  EXPECT_EQ(Sum({"9999999999999999999999999999999999e6111", "1e6144"}), "ND(DOMAIN)");
}

TEST(SumExactly, DoesNotDependOnTheOrderOfTheTerms) {
  std::mt19937_64 random(20);
  std::vector<Decimal> terms;
  for (int i = 0; i < 50; ++i) {
    const auto mantissa = static_cast<int64_t>(random());
    terms.push_back(Decimal::FromMantissa(mantissa, static_cast<int>(random() % 39)));
  }
  const Number sum = SumExactly(terms);
  for (int i = 0; i < 20; ++i) {
    std::shuffle(terms.begin(), terms.end(), random);
    EXPECT_EQ(SumExactly(terms), sum);
  }
}

}  // namespace
}  // namespace kpisuite
