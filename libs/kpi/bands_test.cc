#include "libs/kpi/bands.h"

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/base/error.h"

namespace kpisuite {
namespace {

using ::testing::ElementsAre;

Decimal D(absl::string_view text) { return *Decimal::Parse(text); }

std::vector<Band> FourBands(absl::string_view exceeded, absl::string_view on_target,
                            absl::string_view warning) {
  return {{KpiStatus::kExceeded, D(exceeded), ""},
          {KpiStatus::kOnTarget, D(on_target), ""},
          {KpiStatus::kWarning, D(warning), ""},
          {KpiStatus::kOffTarget, std::nullopt, ""}};
}

std::vector<Band> ThreeBands(absl::string_view on_target, absl::string_view warning) {
  return {{KpiStatus::kOnTarget, D(on_target), ""},
          {KpiStatus::kWarning, D(warning), ""},
          {KpiStatus::kOffTarget, std::nullopt, ""}};
}

Bands Make(BandBasis basis, DirectionKind direction, std::vector<Band> bands) {
  absl::StatusOr<Bands> made = Bands::Create(basis, direction, std::move(bands));
  EXPECT_TRUE(made.ok()) << made.status();
  return *made;
}

Goal GoalOf(DirectionKind kind, const Decimal& target) {
  return {{kind, std::nullopt, true}, TargetValue::Point(target), std::nullopt, ScaleType::kRatio};
}

Goal RangeGoal(std::optional<Decimal> low, std::optional<Decimal> high) {
  return {{DirectionKind::kInRange, std::nullopt, true},
          TargetValue::Range(low, high),
          std::nullopt,
          ScaleType::kRatio};
}

std::string StatusOf(const Bands& bands, absl::string_view actual, const Goal* goal) {
  const BandOutcome outcome = bands.Evaluate(D(actual), goal);
  if (outcome.reason.has_value()) return std::string(NdReasonName(*outcome.reason));
  return std::string(KpiStatusName(outcome.hit->status));
}

std::vector<std::string> ErrorFields(BandBasis basis, DirectionKind direction,
                                     std::vector<Band> bands) {
  std::vector<std::string> fields;
  const absl::Status status = Bands::Create(basis, direction, std::move(bands)).status();
  for (const FieldViolation& violation : GetErrorDetails(status).violations) {
    fields.push_back(violation.field);
  }
  return fields;
}

// 3.7.2
TEST(Bands, ValueAtACutHasTheBetterBand) {
  const Bands bands =
      Make(BandBasis::kFvp, DirectionKind::kHigher, FourBands("0.10", "0", "-0.05"));
  const Goal goal = GoalOf(DirectionKind::kHigher, D("100"));
  EXPECT_EQ(StatusOf(bands, "110", &goal), "EXCEEDED");
  EXPECT_EQ(StatusOf(bands, "109.9999999999", &goal), "ON_TARGET");
  EXPECT_EQ(StatusOf(bands, "100", &goal), "ON_TARGET");
  EXPECT_EQ(StatusOf(bands, "99.9999", &goal), "WARNING");
  EXPECT_EQ(StatusOf(bands, "95", &goal), "WARNING");
  EXPECT_EQ(StatusOf(bands, "94.9999", &goal), "OFF_TARGET");
  EXPECT_EQ(StatusOf(bands, "-1e6", &goal), "OFF_TARGET");
}

TEST(Bands, LowerIsBetterMirrorsTheCuts) {
  const Bands bands = Make(BandBasis::kFvp, DirectionKind::kLower, ThreeBands("0", "-0.05"));
  const Goal goal = GoalOf(DirectionKind::kLower, D("100"));
  EXPECT_EQ(StatusOf(bands, "100", &goal), "ON_TARGET");
  EXPECT_EQ(StatusOf(bands, "105", &goal), "WARNING");
  EXPECT_EQ(StatusOf(bands, "105.01", &goal), "OFF_TARGET");
}

TEST(Bands, NegativeTargetIsMetFromTheGoodSide) {
  const Bands bands = Make(BandBasis::kFvp, DirectionKind::kHigher, ThreeBands("0", "-0.05"));
  const Goal goal = GoalOf(DirectionKind::kHigher, D("-100"));
  EXPECT_EQ(StatusOf(bands, "-90", &goal), "ON_TARGET");
  EXPECT_EQ(StatusOf(bands, "-105", &goal), "WARNING");
  EXPECT_EQ(StatusOf(bands, "-106", &goal), "OFF_TARGET");
}

// 3.6.3: "0 accidents" needs ACTUAL or VARIANCE.
TEST(Bands, ZeroTargetWorksByActualAndVarianceOnly) {
  const Goal goal = GoalOf(DirectionKind::kLower, D("0"));
  const auto lower = [&](BandBasis basis, std::vector<Band> bands) {
    return Make(basis, DirectionKind::kLower, std::move(bands));
  };
  EXPECT_EQ(StatusOf(lower(BandBasis::kFvp, ThreeBands("0", "-0.05")), "0", &goal), "ZERO_TARGET");
  EXPECT_EQ(StatusOf(lower(BandBasis::kVariance, ThreeBands("0", "-1")), "1", &goal), "WARNING");
  EXPECT_EQ(StatusOf(lower(BandBasis::kActual, ThreeBands("0", "1")), "0", nullptr), "ON_TARGET");
  EXPECT_EQ(StatusOf(lower(BandBasis::kActual, ThreeBands("0", "1")), "2", nullptr), "OFF_TARGET");
}

// 3.7.3
TEST(Bands, ComputedTargetIsMetDespiteItsLastDigit) {
  const Number target = D("1") / D("7") * D("1.4");
  ASSERT_NE(target.value(), D("0.2"));
  const Bands bands = Make(BandBasis::kFvp, DirectionKind::kHigher, ThreeBands("0", "-0.05"));
  const Goal goal = GoalOf(DirectionKind::kHigher, target.value());
  EXPECT_EQ(StatusOf(bands, (D("1") / D("5")).ToString(), &goal), "ON_TARGET");
  EXPECT_EQ(StatusOf(bands, "0.19999999999999999999999999999", &goal), "WARNING");
  const Bands lower = Make(BandBasis::kFvp, DirectionKind::kLower, ThreeBands("0", "-0.05"));
  const Goal mirrored = GoalOf(DirectionKind::kLower, target.value());
  EXPECT_EQ(StatusOf(lower, "0.2", &mirrored), "ON_TARGET");
}

TEST(Bands, EveryBasisTurnsItsCutsIntoNaturalUnits) {
  Goal goal = GoalOf(DirectionKind::kLower, D("400"));
  goal.baseline = D("500");
  const auto thresholds = [&](BandBasis basis, absl::string_view best, absl::string_view next) {
    const Bands bands = Make(basis, DirectionKind::kLower, ThreeBands(best, next));
    std::vector<std::string> highs;
    const BandHit hit = *bands.Evaluate(D("420"), &goal).hit;
    for (const Threshold& threshold : hit.thresholds) {
      EXPECT_FALSE(threshold.low.has_value());
      highs.push_back(threshold.high->ToString());
    }
    return highs;
  };
  EXPECT_THAT(thresholds(BandBasis::kActual, "400", "450"), ElementsAre("400", "450"));
  EXPECT_THAT(thresholds(BandBasis::kVariance, "0", "-30"), ElementsAre("400", "430"));
  EXPECT_THAT(thresholds(BandBasis::kFvp, "0", "-0.05"), ElementsAre("400", "420"));
  EXPECT_THAT(thresholds(BandBasis::kAttainment, "1", "0.7"), ElementsAre("400", "430"));
  goal.baseline.reset();
  EXPECT_THAT(thresholds(BandBasis::kAttainment, "1", "0.9"), ElementsAre("400", "440"));
}

TEST(Bands, DistanceToTheNextCutsIsActualMinusThreshold) {
  const Bands bands =
      Make(BandBasis::kFvp, DirectionKind::kHigher, FourBands("0.10", "0", "-0.05"));
  const Goal goal = GoalOf(DirectionKind::kHigher, D("100"));
  const BandHit warning = *bands.Evaluate(D("98"), &goal).hit;
  EXPECT_EQ(warning.basis_value, D("-0.02"));
  EXPECT_EQ(warning.next_better->threshold, D("100"));
  EXPECT_EQ(warning.next_better->distance, D("-2"));
  EXPECT_EQ(warning.next_better->cut, D("0"));
  EXPECT_EQ(warning.next_worse->threshold, D("95"));
  EXPECT_EQ(warning.next_worse->distance, D("3"));
  EXPECT_FALSE(bands.Evaluate(D("120"), &goal).hit->next_better.has_value());
  EXPECT_FALSE(bands.Evaluate(D("20"), &goal).hit->next_worse.has_value());
}

TEST(Bands, RangesHaveAThresholdOnBothSides) {
  const Bands bands = Make(BandBasis::kFvp, DirectionKind::kInRange, ThreeBands("0", "-0.2"));
  const Goal goal = RangeGoal(D("10"), D("20"));
  EXPECT_EQ(StatusOf(bands, "10", &goal), "ON_TARGET");
  EXPECT_EQ(StatusOf(bands, "20", &goal), "ON_TARGET");
  EXPECT_EQ(StatusOf(bands, "8", &goal), "WARNING");
  EXPECT_EQ(StatusOf(bands, "22", &goal), "WARNING");
  EXPECT_EQ(StatusOf(bands, "22.1", &goal), "OFF_TARGET");
  const BandHit hit = *bands.Evaluate(D("21"), &goal).hit;
  EXPECT_EQ(hit.next_better->threshold, D("20"));
  EXPECT_EQ(hit.next_better->distance, D("1"));
  EXPECT_EQ(hit.next_worse->threshold, D("22"));
}

TEST(Bands, RangeWithOneInfiniteEndHasOneThreshold) {
  const Bands bands = Make(BandBasis::kVariance, DirectionKind::kInRange, ThreeBands("0", "-5"));
  const Goal goal = RangeGoal(D("10"), std::nullopt);
  EXPECT_EQ(StatusOf(bands, "1e9", &goal), "ON_TARGET");
  EXPECT_EQ(StatusOf(bands, "5", &goal), "WARNING");
  EXPECT_EQ(StatusOf(bands, "4", &goal), "OFF_TARGET");
}

TEST(Bands, AttainmentWithAnUnusableBaselineHasNoBand) {
  const Bands bands = Make(BandBasis::kAttainment, DirectionKind::kHigher, ThreeBands("1", "0.7"));
  Goal goal = GoalOf(DirectionKind::kHigher, D("100"));
  goal.baseline = D("100");
  EXPECT_EQ(StatusOf(bands, "100", &goal), "DOMAIN");
}

TEST(Bands, CutsAreStrictlyMonotone) {
  EXPECT_THAT(ErrorFields(BandBasis::kFvp, DirectionKind::kHigher, ThreeBands("0", "0")),
              ElementsAre("bands.bands[1].cut"));
  EXPECT_THAT(ErrorFields(BandBasis::kFvp, DirectionKind::kLower, ThreeBands("-0.05", "0")),
              ElementsAre("bands.bands[1].cut"));
  EXPECT_THAT(ErrorFields(BandBasis::kActual, DirectionKind::kLower, ThreeBands("5", "4")),
              ElementsAre("bands.bands[1].cut"));
  EXPECT_THAT(ErrorFields(BandBasis::kActual, DirectionKind::kHigher, ThreeBands("4", "5")),
              ElementsAre("bands.bands[1].cut"));
}

TEST(Bands, LastBandTakesTheRestAndOnlyIt) {
  std::vector<Band> closed = ThreeBands("0", "-0.05");
  closed[2].cut = D("-1");
  EXPECT_THAT(ErrorFields(BandBasis::kFvp, DirectionKind::kHigher, closed),
              ElementsAre("bands.bands[2].cut"));
  std::vector<Band> open = ThreeBands("0", "-0.05");
  open[0].cut.reset();
  EXPECT_THAT(ErrorFields(BandBasis::kFvp, DirectionKind::kHigher, open),
              ElementsAre("bands.bands[0].cut"));
  EXPECT_THAT(ErrorFields(BandBasis::kFvp, DirectionKind::kHigher, {}), ElementsAre("bands"));
}

TEST(Bands, StatusesRunFromBestToWorst) {
  std::vector<Band> bands = ThreeBands("0", "-0.05");
  bands[1].status = KpiStatus::kExceeded;
  bands[2].status = KpiStatus::kNoData;
  EXPECT_THAT(ErrorFields(BandBasis::kFvp, DirectionKind::kHigher, bands),
              ElementsAre("bands.bands[1].status", "bands.bands[2].status"));
}

// 3.7.1
TEST(Bands, RangesAreNeverExceededAndBandByVarianceOrFvp) {
  EXPECT_THAT(ErrorFields(BandBasis::kFvp, DirectionKind::kInRange, FourBands("0.1", "0", "-0.1")),
              ElementsAre("bands.bands[0].status", "bands.bands[0].cut"));
  EXPECT_THAT(ErrorFields(BandBasis::kActual, DirectionKind::kOnTarget, ThreeBands("0", "-1")),
              ElementsAre("bands.basis"));
  EXPECT_THAT(ErrorFields(BandBasis::kFvp, DirectionKind::kNeutral, ThreeBands("0", "-1")),
              ElementsAre("bands"));
}

// 3.7.1: PACE is 1 + s(a - R)/|R| with the due part R of the target
TEST(Bands, PaceComparesWithTheDuePartOfTheTarget) {
  const Goal higher = GoalOf(DirectionKind::kHigher, D("200"));
  const Bands bands = Make(BandBasis::kPace, DirectionKind::kHigher, ThreeBands("1", "0.9"));
  const BandOutcome outcome = bands.Evaluate(D("46"), &higher, D("50"));
  ASSERT_TRUE(outcome.hit.has_value());
  EXPECT_EQ(outcome.hit->basis_value, D("0.92"));
  EXPECT_EQ(outcome.hit->status, KpiStatus::kWarning);
  EXPECT_EQ(outcome.hit->thresholds[0].low, D("50"));
  EXPECT_EQ(outcome.hit->thresholds[1].low, D("45"));
  EXPECT_EQ(outcome.hit->next_better->distance, D("-4"));
  EXPECT_EQ(bands.Evaluate(D("50"), &higher, D("50")).hit->status, KpiStatus::kOnTarget);
  const Goal lower = GoalOf(DirectionKind::kLower, D("200"));
  const Bands less = Make(BandBasis::kPace, DirectionKind::kLower, ThreeBands("1", "0.9"));
  const BandOutcome over = less.Evaluate(D("54"), &lower, D("50"));
  EXPECT_EQ(over.hit->basis_value, D("0.92"));
  EXPECT_EQ(over.hit->thresholds[1].high, D("55"));
  const Goal loss = GoalOf(DirectionKind::kHigher, D("-200"));
  EXPECT_EQ(bands.Evaluate(D("-46"), &loss, D("-50")).hit->basis_value, D("1.08"));
}

TEST(Bands, WithoutAReferencePaceAndSigmaSayWhy) {
  const Goal goal = GoalOf(DirectionKind::kHigher, D("200"));
  const Bands pace = Make(BandBasis::kPace, DirectionKind::kHigher, ThreeBands("1", "0.9"));
  EXPECT_EQ(pace.Evaluate(D("1"), &goal).reason, NdReason::kNotReady);
  EXPECT_EQ(pace.Evaluate(D("1"), &goal, D("0")).reason, NdReason::kZeroTarget);
  const Bands sigma = Make(BandBasis::kSigma, DirectionKind::kHigher, ThreeBands("0", "-1"));
  EXPECT_EQ(sigma.Evaluate(D("1"), &goal, D("0")).reason, NdReason::kDivisionByZero);
  EXPECT_EQ(sigma.Evaluate(D("1"), nullptr, D("1")).reason, NdReason::kNoTarget);
  EXPECT_THAT(ErrorFields(BandBasis::kPace, DirectionKind::kInRange, ThreeBands("0", "-1")),
              ElementsAre("bands.basis"));
}

// 3.7.1: SIGMA is s(a - t)/sigma
TEST(Bands, SigmaMeasuresTheVarianceInSigmas) {
  const Goal goal = GoalOf(DirectionKind::kLower, D("10"));
  const Bands bands = Make(BandBasis::kSigma, DirectionKind::kLower, ThreeBands("0", "-1"));
  const BandOutcome outcome = bands.Evaluate(D("11"), &goal, D("2"));
  EXPECT_EQ(outcome.hit->basis_value, D("-0.5"));
  EXPECT_EQ(outcome.hit->status, KpiStatus::kWarning);
  EXPECT_EQ(outcome.hit->thresholds[1].high, D("12"));
}

TEST(Bands, ScaledByAShareOnlyMoveCutsInNaturalUnits) {
  const Bands actual = Make(BandBasis::kActual, DirectionKind::kHigher, ThreeBands("100", "80"));
  EXPECT_EQ(actual.ScaledBy(D("0.25"))->bands()[1].cut, D("20"));
  const Bands fvp = Make(BandBasis::kFvp, DirectionKind::kHigher, ThreeBands("0", "-0.05"));
  EXPECT_EQ(fvp.ScaledBy(D("0.25"))->bands()[1].cut, D("-0.05"));
  EXPECT_FALSE(actual.ScaledBy(D("0")).has_value());
  EXPECT_FALSE(actual.ScaledBy(D("-1")).has_value());
}

}  // namespace
}  // namespace kpisuite
