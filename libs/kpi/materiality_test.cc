#include "libs/kpi/materiality.h"

#include "gtest/gtest.h"

namespace kpisuite {
namespace {

Decimal D(const char* text) { return Decimal::Parse(text).value(); }

TEST(Materiality, AbsoluteBoundsIncludeTheirEnd) {
  const Materiality half{.absolute = D("0.5")};
  EXPECT_TRUE(IsWithin(half, D("100"), D("100.5")));
  EXPECT_TRUE(IsWithin(half, D("100"), D("99.5")));
  EXPECT_FALSE(IsWithin(half, D("100"), D("100.51")));
}

TEST(Materiality, RelativeBoundsArePartsOfTheOldValueOfAnySign) {
  const Materiality percent{.relative = D("0.01")};
  EXPECT_TRUE(IsWithin(percent, D("-200"), D("-198")));
  EXPECT_FALSE(IsWithin(percent, D("-200"), D("-197.9")));
  EXPECT_FALSE(IsWithin(percent, D("0"), D("0.001")));
  EXPECT_TRUE(IsWithin(percent, D("0"), D("0")));
}

TEST(Materiality, EitherBoundIsEnough) {
  const Materiality both{.absolute = D("5"), .relative = D("0.01")};
  EXPECT_TRUE(IsWithin(both, D("1000"), D("1010")));
  EXPECT_TRUE(IsWithin(both, D("10"), D("15")));
  EXPECT_FALSE(IsWithin(both, D("1000"), D("1010.1")));
}

TEST(Materiality, AValueThatAppearsOrGoesAwayIsAlwaysAnnounced) {
  const Materiality any{.absolute = D("1000000")};
  EXPECT_FALSE(IsWithin(any, NdReason::kEmpty, D("1")));
  EXPECT_FALSE(IsWithin(any, D("1"), NdReason::kEmpty));
  EXPECT_FALSE(IsWithin(any, NdReason::kEmpty, NdReason::kDivisionByZero));
}

}  // namespace
}  // namespace kpisuite
