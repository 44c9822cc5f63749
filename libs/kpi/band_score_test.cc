#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "libs/kpi/bands.h"

namespace kpisuite {
namespace {

Decimal D(absl::string_view text) { return *Decimal::Parse(text); }

const Goal kGoal = {{DirectionKind::kHigher, std::nullopt, true},
                    TargetValue::Point(Decimal::FromInt(100)),
                    std::nullopt,
                    ScaleType::kRatio};

Bands ThreeBands() {
  return *Bands::Create(BandBasis::kFvp, DirectionKind::kHigher,
                        {{KpiStatus::kOnTarget, D("0"), ""},
                         {KpiStatus::kWarning, D("-0.05"), ""},
                         {KpiStatus::kOffTarget, std::nullopt, ""}});
}

std::string ScoreOf(const Bands& bands, absl::string_view actual) {
  const BandHit hit = *bands.Evaluate(D(actual), &kGoal).hit;
  return bands.Score(hit, hit.status)->ToString();
}

// 3.7.6 and its worked example.
TEST(Score, IsLinearWithinTheStatus) {
  EXPECT_EQ(ScoreOf(ThreeBands(), "98"), "1.6");
  EXPECT_EQ(ScoreOf(ThreeBands(), "95"), "1");
  EXPECT_EQ(ScoreOf(ThreeBands(), "100"), "2");
  const Number shown = D("1.6") / Decimal::FromInt(3);
  EXPECT_EQ(shown.value().ToDisplayString(4), "0.5333");
}

TEST(Score, FractionIsRoundedDownTo12Decimals) {
  const Bands bands = *Bands::Create(BandBasis::kVariance, DirectionKind::kHigher,
                                     {{KpiStatus::kOnTarget, D("0"), ""},
                                      {KpiStatus::kWarning, D("-3"), ""},
                                      {KpiStatus::kOffTarget, std::nullopt, ""}});
  EXPECT_EQ(ScoreOf(bands, "98"), "1.333333333333");
  EXPECT_EQ(ScoreOf(bands, "99"), "1.666666666666");
}

TEST(Score, OpenBandsAreAsWideAsTheirNeighbour) {
  EXPECT_EQ(ScoreOf(ThreeBands(), "102.5"), "2.5");
  EXPECT_EQ(ScoreOf(ThreeBands(), "105"), "2.999999999999");
  EXPECT_EQ(ScoreOf(ThreeBands(), "1000"), "2.999999999999");
  EXPECT_EQ(ScoreOf(ThreeBands(), "92.5"), "0.5");
  EXPECT_EQ(ScoreOf(ThreeBands(), "90"), "0");
  EXPECT_EQ(ScoreOf(ThreeBands(), "1"), "0");
}

TEST(Score, WithoutANeighbourOfSomeWidthIsTheMidpoint) {
  const Bands two = *Bands::Create(
      BandBasis::kFvp, DirectionKind::kHigher,
      {{KpiStatus::kOnTarget, D("0"), ""}, {KpiStatus::kOffTarget, std::nullopt, ""}});
  EXPECT_EQ(ScoreOf(two, "150"), "2.5");
  EXPECT_EQ(ScoreOf(two, "50"), "0.5");
}

TEST(Score, ExceededIsThree) {
  const Bands bands = *Bands::Create(BandBasis::kFvp, DirectionKind::kHigher,
                                     {{KpiStatus::kExceeded, D("0.1"), ""},
                                      {KpiStatus::kOnTarget, D("0"), ""},
                                      {KpiStatus::kOffTarget, std::nullopt, ""}});
  EXPECT_EQ(ScoreOf(bands, "110"), "3");
  EXPECT_EQ(ScoreOf(bands, "105"), "2.5");
  EXPECT_EQ(ScoreOf(bands, "95"), "0.5");
}

TEST(Score, IsByStatusWhateverTheNumberOfBands) {
  const Bands five = *Bands::Create(BandBasis::kFvp, DirectionKind::kHigher,
                                    {{KpiStatus::kOnTarget, D("0"), "green"},
                                     {KpiStatus::kWarning, D("-0.05"), "yellow"},
                                     {KpiStatus::kWarning, D("-0.10"), "amber"},
                                     {KpiStatus::kOffTarget, std::nullopt, "red"}});
  EXPECT_EQ(ScoreOf(five, "97.5"), "1.75");
  EXPECT_EQ(ScoreOf(five, "92.5"), "1.25");
}

TEST(Score, ActualCutsOfLowerRunTheOtherWay) {
  const Bands bands = *Bands::Create(BandBasis::kActual, DirectionKind::kLower,
                                     {{KpiStatus::kOnTarget, D("10"), ""},
                                      {KpiStatus::kWarning, D("20"), ""},
                                      {KpiStatus::kOffTarget, std::nullopt, ""}});
  EXPECT_EQ(ScoreOf(bands, "12"), "1.8");
  EXPECT_EQ(ScoreOf(bands, "5"), "2.5");
  EXPECT_EQ(ScoreOf(bands, "25"), "0.5");
}

TEST(Score, PublishedStatusThatIsNotTheRawOneHasItsMidpoint) {
  const Bands bands = ThreeBands();
  const BandHit hit = *bands.Evaluate(D("98"), &kGoal).hit;
  EXPECT_EQ(bands.Score(hit, KpiStatus::kOnTarget)->ToString(), "2.5");
  EXPECT_EQ(bands.Score(hit, KpiStatus::kExceeded)->ToString(), "3");
  EXPECT_FALSE(bands.Score(hit, KpiStatus::kNoData).has_value());
}

// 3.7.4
TEST(Display, NeverCrossesACut) {
  const Bands bands = ThreeBands();
  const auto display = [&](absl::string_view actual, int places) {
    return bands.Display(D(actual), *bands.Evaluate(D(actual), &kGoal).hit, places);
  };
  EXPECT_EQ(display("99.97", 1), "99.9");
  EXPECT_EQ(display("99.97", 2), "99.97");
  EXPECT_EQ(display("98.25", 1), "98.3");
  EXPECT_EQ(display("94.96", 1), "94.9");
  EXPECT_EQ(display("100", 1), "100.0");
  EXPECT_EQ(display("100.04", 1), "100.0");
}

TEST(Display, ShowsMoreDecimalsWhereTheBandIsNarrow) {
  const Bands bands = *Bands::Create(BandBasis::kActual, DirectionKind::kHigher,
                                     {{KpiStatus::kOnTarget, D("0.503"), ""},
                                      {KpiStatus::kWarning, D("0.502"), ""},
                                      {KpiStatus::kOffTarget, std::nullopt, ""}});
  EXPECT_EQ(bands.Display(D("0.5025"), *bands.Evaluate(D("0.5025"), nullptr).hit, 1), "0.502");
}

}  // namespace
}  // namespace kpisuite
