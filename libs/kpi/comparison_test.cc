#include "libs/kpi/comparison.h"

#include <string>

#include "gtest/gtest.h"

namespace kpisuite {
namespace {

Number Of(absl::string_view text) { return *Decimal::Parse(text); }

std::string Text(const Delta& delta) {
  return delta.delta.ToString() + " " + delta.delta_pct.ToString();
}

// 3.4.6
TEST(Delta, IsRelativeToTheSizeOfThePrior) {
  EXPECT_EQ(Text(DeltaOf(Of("110"), Of("100"))), "10 0.1");
  EXPECT_EQ(Text(DeltaOf(Of("-90"), Of("-100"))), "10 0.1");
  EXPECT_EQ(Text(DeltaOf(Of("0"), Of("100"))), "-100 -1");
  EXPECT_EQ(Text(DeltaOf(Of("0"), Of("-100"))), "100 1");
}

TEST(Delta, HasNoPercentageAtZeroAndAcrossIt) {
  EXPECT_EQ(Text(DeltaOf(Of("10"), Of("0"))), "10 ND(DIV0)");
  EXPECT_EQ(Text(DeltaOf(Of("0"), Of("0"))), "0 ND(DIV0)");
  EXPECT_EQ(Text(DeltaOf(Of("10"), Of("-10"))), "20 ND(DOMAIN)");
  EXPECT_EQ(Text(DeltaOf(Of("-10"), Of("10"))), "-20 ND(DOMAIN)");
  EXPECT_EQ(Text(DeltaOf(Of("22"), Of("20"), ScaleType::kInterval)), "2 ND(DOMAIN)");
}

TEST(Delta, LeftmostReasonWins) {
  EXPECT_EQ(Text(DeltaOf(NdReason::kEmpty, NdReason::kNoComparable)), "ND(EMPTY) ND(EMPTY)");
  EXPECT_EQ(Text(DeltaOf(Of("1"), NdReason::kNoComparable)), "ND(NO_COMPARABLE) ND(NO_COMPARABLE)");
}

class MovementTest : public ::testing::Test {
 protected:
  static absl::string_view Move(DirectionKind kind, absl::string_view value,
                                absl::string_view prior,
                                std::optional<FavourablePair> favourable = std::nullopt) {
    return MovementName(MovementOf(DeltaOf(Of(value), Of(prior)), {.kind = kind},
                                   DefaultFlatEpsilon(), favourable));
  }
};

// 3.10.1
TEST_F(MovementTest, DirectionDecidesWhatIsBetter) {
  EXPECT_EQ(Move(DirectionKind::kHigher, "110", "100"), "BETTER");
  EXPECT_EQ(Move(DirectionKind::kHigher, "90", "100"), "WORSE");
  EXPECT_EQ(Move(DirectionKind::kLower, "110", "100"), "WORSE");
  EXPECT_EQ(Move(DirectionKind::kLower, "-110", "-100"), "BETTER");
  EXPECT_EQ(Move(DirectionKind::kNeutral, "110", "100"), "NONE");
}

TEST_F(MovementTest, BelowTwoPercentIsFlat) {
  EXPECT_EQ(Move(DirectionKind::kHigher, "101.99", "100"), "FLAT");
  EXPECT_EQ(Move(DirectionKind::kHigher, "102", "100"), "BETTER");
  EXPECT_EQ(Move(DirectionKind::kHigher, "98", "100"), "WORSE");
}

TEST_F(MovementTest, AgainstZeroOnlyZeroIsFlat) {
  EXPECT_EQ(Move(DirectionKind::kHigher, "0", "0"), "FLAT");
  EXPECT_EQ(Move(DirectionKind::kHigher, "0.001", "0"), "BETTER");
  EXPECT_EQ(Move(DirectionKind::kHigher, "-0.001", "0.001"), "WORSE");
}

TEST_F(MovementTest, TwoSidedKpisMoveTowardsTheirRange) {
  const auto move = [](absl::string_view value, absl::string_view prior) {
    return Move(DirectionKind::kInRange, "120", "80", FavourablePair{Of(value), Of(prior)});
  };
  EXPECT_EQ(move("-1", "-5"), "BETTER");
  EXPECT_EQ(move("-5", "-1"), "WORSE");
  EXPECT_EQ(move("0", "0"), "FLAT");
  EXPECT_EQ(Move(DirectionKind::kInRange, "120", "80"), "NONE");
  EXPECT_EQ(Move(DirectionKind::kInRange, "101", "100"), "FLAT");
}

TEST_F(MovementTest, MissingValuesDoNotMove) {
  EXPECT_EQ(MovementOf(DeltaOf(Of("1"), NdReason::kNoComparable), {}, DefaultFlatEpsilon()),
            Movement::kNone);
}

}  // namespace
}  // namespace kpisuite
