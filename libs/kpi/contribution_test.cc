#include "libs/kpi/contribution.h"

#include <array>
#include <random>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "gtest/gtest.h"

namespace kpisuite {
namespace {

Decimal D(absl::string_view text) { return *Decimal::Parse(text); }

Formula Make(absl::string_view text, std::vector<std::string> names) {
  std::vector<FormulaInput> inputs;
  for (const std::string& name : names) inputs.push_back({name, Unit()});
  return *Formula::Create(text, inputs, Unit());
}

FormulaOperands Operands(std::vector<absl::string_view> texts) {
  FormulaOperands operands;
  for (const absl::string_view text : texts) operands.values.push_back(D(text));
  return operands;
}

std::string Contributions(const ChangeBreakdown& breakdown, int places) {
  return absl::StrJoin(breakdown.drivers, " ", [&](std::string* out, const Contribution& driver) {
    absl::StrAppend(out, driver.contribution.defined()
                             ? driver.contribution.value().ToDisplayString(places)
                             : driver.contribution.ToString());
  });
}

bool IsDust(const Number& residual, absl::string_view bound) {
  return residual.defined() && residual.value().Abs() < D(bound);
}

// 3.20.1
TEST(ExplainAdditive, GivesNetAndGrossShares) {
  const AdditiveMember members[] = {
      {"north", D("100"), D("130")}, {"south", D("50"), D("40")}, {"west", D("10"), D("10")}};
  const ChangeBreakdown breakdown = ExplainAdditive(members, D("160"), D("180"));
  EXPECT_EQ(Contributions(breakdown, 0), "30 -10 0");
  EXPECT_EQ(breakdown.drivers[0].share_of_net.ToString(), "1.5");
  EXPECT_EQ(breakdown.drivers[1].share_of_net.ToString(), "-0.5");
  EXPECT_EQ(breakdown.drivers[0].share_of_gross.ToString(), "0.75");
  EXPECT_EQ(breakdown.drivers[1].share_of_gross.ToString(), "0.25");
  EXPECT_EQ(breakdown.residual.ToString(), "0");
  EXPECT_EQ(breakdown.dominant, size_t{0});
}

TEST(ExplainAdditive, MovementThatCancelsHasNoNetShare) {
  const AdditiveMember members[] = {{"a", D("1"), D("3")}, {"b", D("3"), D("1")}};
  const ChangeBreakdown breakdown = ExplainAdditive(members, D("4"), D("4"));
  EXPECT_EQ(breakdown.drivers[0].share_of_net.ToString(), "ND(DIV0)");
  EXPECT_EQ(breakdown.drivers[0].share_of_gross.ToString(), "0.5");
  EXPECT_FALSE(breakdown.dominant.has_value());  // 3.20.5: half is not more than half
}

TEST(ExplainAdditive, MembersThatComeAndGoCountAsZeroAndUnknownOnesAreInTheResidual) {
  const AdditiveMember members[] = {{"new", NdReason::kEmpty, D("5")},
                                    {"gone", D("7"), NdReason::kEmpty},
                                    {"hidden", NdReason::kSuppressed, D("4")}};
  const ChangeBreakdown breakdown = ExplainAdditive(members, D("10"), D("9"));
  EXPECT_EQ(Contributions(breakdown, 0), "5 -7 ND(SUPPRESSED)");
  EXPECT_EQ(breakdown.residual.ToString(), "1");
  EXPECT_EQ(breakdown.drivers[2].share_of_gross.ToString(), "ND(SUPPRESSED)");
}

TEST(ExplainAdditive, AnUnknownTotalLeavesTheResidualUnknown) {
  const AdditiveMember members[] = {{"a", D("1"), D("3")}};
  const ChangeBreakdown breakdown = ExplainAdditive(members, NdReason::kNotReady, D("3"));
  EXPECT_EQ(Contributions(breakdown, 0), "2");
  EXPECT_EQ(breakdown.residual.ToString(), "ND(NOT_READY)");
  EXPECT_FALSE(breakdown.dominant.has_value());  // a single member is no concentration
}

// 3.20.2, worked example
TEST(ExplainMixRate, OfTheWorkedExample) {
  const RatioMember members[] = {{"a", D("0.6"), D("0.10"), D("0.4"), D("0.11")},
                                 {"b", D("0.4"), D("0.20"), D("0.6"), D("0.18")}};
  const ChangeBreakdown breakdown = ExplainMixRate(members, D("0.14"), D("0.152"));
  EXPECT_EQ(breakdown.drivers[0].rate.ToString(), "0.004");
  EXPECT_EQ(breakdown.drivers[1].rate.ToString(), "-0.012");
  EXPECT_EQ(breakdown.drivers[0].mix.ToString(), "0.008");
  EXPECT_EQ(breakdown.drivers[1].mix.ToString(), "0.012");
  EXPECT_EQ(breakdown.residual.ToString(), "0");
}

// 3.20.2
TEST(ExplainMixRate, MembersThatComeAndGoAreAllMix) {
  const Number none = NdReason::kEmpty;
  const RatioMember members[] = {{"stays", D("0.5"), D("0.2"), D("0.5"), D("0.2")},
                                 {"gone", D("0.5"), D("0.4"), D("0"), NdReason::kDivisionByZero},
                                 {"new", none, none, D("0.5"), D("0.6")}};
  const ChangeBreakdown breakdown = ExplainMixRate(members, D("0.3"), D("0.4"));
  EXPECT_EQ(Contributions(breakdown, 2), "0.00 -0.05 0.15");
  EXPECT_EQ(breakdown.drivers[1].rate.ToString(), "0");
  EXPECT_EQ(breakdown.drivers[2].rate.ToString(), "0");
  EXPECT_EQ(breakdown.residual.ToString(), "0");
}

TEST(ExplainMixRate, ClosesToTheLastDigitsForRandomMembers) {
  std::mt19937_64 random(202);
  for (int round = 0; round < 50; ++round) {
    std::vector<std::array<int64_t, 4>> counts(2 + random() % 6);
    int64_t sums[4] = {};
    for (auto& row : counts) {
      for (size_t i = 0; i < 4; ++i) sums[i] += row[i] = static_cast<int64_t>(1 + random() % 1000);
    }
    std::vector<RatioMember> members;
    const auto share = [](int64_t part, int64_t whole) {
      return Number(Decimal::FromInt(part)) / Decimal::FromInt(whole);
    };
    for (const auto& row : counts) {
      members.push_back({"m", share(row[1], sums[1]), share(row[0], row[1]), share(row[3], sums[3]),
                         share(row[2], row[3])});
    }
    const ChangeBreakdown breakdown =
        ExplainMixRate(members, share(sums[0], sums[1]), share(sums[2], sums[3]));
    EXPECT_TRUE(IsDust(breakdown.residual, "1e-28")) << breakdown.residual;
  }
}

// 3.20.3, worked example
TEST(ExplainFormula, ProductsAreExplainedByTheLogMean) {
  const Formula formula = Make("visitors * conversion * aov", {"visitors", "conversion", "aov"});
  const ChangeBreakdown breakdown =
      ExplainFormula(formula, Operands({"1000", "0.02", "50"}), Operands({"1200", "0.018", "55"}));
  EXPECT_EQ(breakdown.method, ContributionMethod::kLogMean);
  EXPECT_EQ(breakdown.before.ToString(), "1000");
  EXPECT_EQ(breakdown.after.ToString(), "1188");
  EXPECT_EQ(Contributions(breakdown, 3), "198.968 -114.980 104.012");
  EXPECT_TRUE(IsDust(breakdown.residual, "1e-29"));
}

// 3.20.3
TEST(ExplainFormula, AProductThatDidNotChangeUsesItsValue) {
  const ChangeBreakdown breakdown =
      ExplainFormula(Make("a * b", {"a", "b"}), Operands({"2", "6"}), Operands({"3", "4"}));
  EXPECT_EQ(breakdown.method, ContributionMethod::kLogMean);
  EXPECT_EQ(Contributions(breakdown, 4), "4.8656 -4.8656");
}

TEST(ExplainFormula, QuotientsAreProductsToo) {
  const ChangeBreakdown breakdown = ExplainFormula(
      Make("100 * a / b", {"a", "b"}), Operands({"10", "100"}), Operands({"30", "200"}));
  EXPECT_EQ(breakdown.method, ContributionMethod::kLogMean);
  EXPECT_EQ(Contributions(breakdown, 4), "13.5476 -8.5476");
  EXPECT_TRUE(IsDust(breakdown.residual, "1e-31"));
}

// 3.20.3
TEST(ExplainFormula, AFactorThatIsNotPositiveTakesShapley) {
  const ChangeBreakdown breakdown =
      ExplainFormula(Make("a * b", {"a", "b"}), Operands({"0", "5"}), Operands({"4", "7"}));
  EXPECT_EQ(breakdown.method, ContributionMethod::kShapley);
  EXPECT_EQ(Contributions(breakdown, 0), "24 4");
  EXPECT_EQ(breakdown.residual.ToString(), "0");
}

// 3.20.4
TEST(ExplainFormula, OtherFormulasTakeShapley) {
  const ChangeBreakdown breakdown = ExplainFormula(
      Make("a * b - c", {"a", "b", "c"}), Operands({"2", "3", "1"}), Operands({"4", "5", "2"}));
  EXPECT_EQ(breakdown.method, ContributionMethod::kShapley);
  EXPECT_EQ(Contributions(breakdown, 0), "8 6 -1");
  EXPECT_EQ(breakdown.residual.ToString(), "0");
}

TEST(ExplainFormula, ASingleOperandHasTheWholeChange) {
  const ChangeBreakdown breakdown =
      ExplainFormula(Make("a", {"a"}), Operands({"2"}), Operands({"7"}));
  EXPECT_EQ(Contributions(breakdown, 0), "5");
  EXPECT_EQ(breakdown.residual.ToString(), "0");
  EXPECT_FALSE(breakdown.dominant.has_value());
}

TEST(ExplainFormula, ShapleyClosesForRandomOperands) {
  std::mt19937_64 random(204);
  const Formula formula =
      Make("a / (b + c) + max(d, e) * f - g^2 + h", {"a", "b", "c", "d", "e", "f", "g", "h"});
  for (int round = 0; round < 20; ++round) {
    FormulaOperands sides[2];
    for (FormulaOperands& side : sides) {
      for (int i = 0; i < 8; ++i) {
        side.values.push_back(Decimal::FromMantissa(static_cast<int64_t>(1 + random() % 99999), 2));
      }
    }
    const ChangeBreakdown breakdown = ExplainFormula(formula, sides[0], sides[1]);
    EXPECT_EQ(breakdown.method, ContributionMethod::kShapley);
    EXPECT_TRUE(IsDust(breakdown.residual, "1e-24")) << breakdown.residual;
  }
}

// 3.20.4
TEST(ExplainFormula, ManyOperandsAreChangedOneAtATime) {
  const Formula formula =
      Make("a * b + c + d + e + f + g + h + i", {"a", "b", "c", "d", "e", "f", "g", "h", "i"});
  const ChangeBreakdown breakdown =
      ExplainFormula(formula, Operands({"2", "3", "0", "0", "0", "0", "0", "0", "0"}),
                     Operands({"4", "5", "1", "0", "0", "0", "0", "0", "0"}));
  EXPECT_EQ(breakdown.method, ContributionMethod::kOneAtATime);
  EXPECT_EQ(Contributions(breakdown, 0), "6 4 1 0 0 0 0 0 0");
  EXPECT_EQ(breakdown.change.ToString(), "15");
  EXPECT_EQ(breakdown.residual.ToString(), "4");  // (4 - 2) * (5 - 3)
}

TEST(ExplainFormula, TheLengthOfThePeriodIsADriver) {
  FormulaOperands january = Operands({"310"});
  FormulaOperands february = Operands({"280"});
  january.constants.days = D("31");
  february.constants.days = D("28");
  const std::vector<FormulaInput> inputs = {{"a", *Unit::Parse("d")}};
  const Formula formula = *Formula::Create("a / days", inputs, Unit());
  const ChangeBreakdown breakdown = ExplainFormula(formula, january, february);
  ASSERT_EQ(breakdown.drivers.size(), 2u);
  EXPECT_EQ(breakdown.drivers[1].name, "days");
  EXPECT_EQ(breakdown.method, ContributionMethod::kLogMean);
  EXPECT_EQ(Contributions(breakdown, 4), "-1.0178 1.0178");
  EXPECT_TRUE(IsDust(breakdown.residual, "1e-31"));
}

TEST(ExplainFormula, AMixtureWithoutValueLeavesItsDriversWithoutContribution) {
  const ChangeBreakdown breakdown =
      ExplainFormula(Make("1 / (a - b)", {"a", "b"}), Operands({"2", "1"}), Operands({"1", "3"}));
  EXPECT_EQ(Contributions(breakdown, 0), "ND(DIV0) ND(DIV0)");
  EXPECT_EQ(breakdown.change.ToString(), "-1.5");
  EXPECT_EQ(breakdown.residual.ToString(), "-1.5");
}

}  // namespace
}  // namespace kpisuite
