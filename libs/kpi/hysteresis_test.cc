#include "libs/kpi/hysteresis.h"

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/base/error.h"
#include "libs/kpi/status.h"

namespace kpisuite {
namespace {

using ::testing::ElementsAre;

Decimal D(absl::string_view text) { return *Decimal::Parse(text); }

Bands MakeBands(BandBasis basis, DirectionKind direction, absl::string_view on_target,
                absl::string_view warning) {
  return *Bands::Create(basis, direction,
                        {{KpiStatus::kOnTarget, D(on_target), "green"},
                         {KpiStatus::kWarning, D(warning), "amber"},
                         {KpiStatus::kOffTarget, std::nullopt, "red"}});
}

StatusRule RuleOf(DirectionKind direction, Bands bands, absl::string_view deadband, int worsen = 1,
                  int improve = 1) {
  StatusRule rule;
  rule.direction.kind = direction;
  rule.bands = std::move(bands);
  rule.hysteresis = HysteresisRule{D(deadband), worsen, improve, {}};
  return rule;
}

// Green from 95, amber from 90.
StatusRule Quality(absl::string_view deadband, int worsen = 1, int improve = 1) {
  return RuleOf(DirectionKind::kHigher,
                MakeBands(BandBasis::kActual, DirectionKind::kHigher, "95", "90"), deadband, worsen,
                improve);
}

// Folds closed periods; "nd" is one without a value. One letter a period, G, A or R.
std::string Folded(const StatusRule& rule, const std::vector<std::string>& values,
                   const std::optional<TargetValue>& target = std::nullopt) {
  std::string letters;
  BandFold fold;
  for (const std::string& value : values) {
    StatusInput input;
    input.actual = value == "nd" ? Value(NdReason::kEmpty) : Value(D(value));
    input.data_state = value == "nd" ? DataState::kMissing : DataState::kOk;
    input.target.value = target;
    if (!target.has_value()) input.target.reason = NdReason::kNoTarget;
    input.readiness.ready = true;
    input.fold = fold;
    const StatusResult result = EvaluateStatus(rule, input);
    fold = result.fold;
    letters += result.label.empty() ? '-' : "GAR"[static_cast<int>(result.status) - 1];
  }
  return letters;
}

// Section 4 of SEMANTICS.
TEST(Hysteresis, WorkedExample) {
  EXPECT_EQ(Folded(Quality("1"), {"95.2", "94.8", "95.1", "95.9", "96.0", "94.9"}), "GAAAGA");
}

TEST(Hysteresis, FirstValidPeriodHasItsRawBand) {
  EXPECT_EQ(Folded(Quality("1", 3, 3), {"nd", "95.1"}), "-G");
  EXPECT_EQ(Folded(Quality("1", 3, 3), {"89"}), "R");
}

TEST(Hysteresis, WorseningIsConfirmedBySoManyPeriodsInARow) {
  EXPECT_EQ(Folded(Quality("0", 3), {"96", "94", "94", "94", "94"}), "GGGAA");
  EXPECT_EQ(Folded(Quality("0", 3), {"96", "94", "94", "96", "94", "94", "94"}), "GGGGGGA");
}

TEST(Hysteresis, MovesToTheMildestBandOfTheConfirmingRun) {
  EXPECT_EQ(Folded(Quality("0", 2), {"96", "80", "94"}), "GGA");
  EXPECT_EQ(Folded(Quality("0", 2), {"96", "80", "80"}), "GGR");
  EXPECT_EQ(Folded(Quality("0", 1, 2), {"80", "96", "92"}), "RRA");
  EXPECT_EQ(Folded(Quality("0", 1, 2), {"80", "96", "97"}), "RRG");
}

TEST(Hysteresis, CountersStartAnewAfterAChange) {
  // From R two periods improve to A; a third alone does not make it G.
  EXPECT_EQ(Folded(Quality("0", 1, 2), {"80", "92", "96", "96", "96"}), "RRAAG");
}

TEST(Hysteresis, PeriodWithoutAValueLeavesStateAndCounters) {
  EXPECT_EQ(Folded(Quality("0", 2), {"96", "94", "nd", "94"}), "GG-A");
}

TEST(Hysteresis, WorseningBreaksAnImprovingRun) {
  EXPECT_EQ(Folded(Quality("0", 2, 2), {"92", "96", "80", "96", "96"}), "AAAAG");
}

TEST(Hysteresis, LessIsBetterRaisesDownward) {
  const StatusRule rule = RuleOf(
      DirectionKind::kLower, MakeBands(BandBasis::kActual, DirectionKind::kLower, "10", "20"), "2");
  EXPECT_EQ(Folded(rule, {"10", "11", "9", "8.1", "8"}), "GAAAG");
}

TEST(Hysteresis, DeadbandIsInTheUnitOfTheBasis) {
  const StatusRule rule =
      RuleOf(DirectionKind::kLower, MakeBands(BandBasis::kFvp, DirectionKind::kLower, "0", "-0.1"),
             "0.05");
  EXPECT_EQ(Folded(rule, {"100", "101", "96", "95"}, TargetValue::Point(D("100"))), "GAAG");
}

TEST(Hysteresis, TwoSidedCutsMoveInward) {
  const StatusRule rule =
      RuleOf(DirectionKind::kInRange,
             MakeBands(BandBasis::kVariance, DirectionKind::kInRange, "0", "-5"), "2");
  const TargetValue range = TargetValue::Range(D("10"), D("20"));
  EXPECT_EQ(Folded(rule, {"10", "9", "11", "19", "18", "21", "12"}, range), "GAAAGAG");
  // At most to the middle.
  const TargetValue narrow = TargetValue::Range(D("10"), D("12"));
  EXPECT_EQ(Folded(rule, {"9", "10.5", "11"}, narrow), "AAG");
}

TEST(Hysteresis, RaisedCutStopsAtTheBestLogicalValue) {
  StatusRule rule =
      RuleOf(DirectionKind::kHigher,
             MakeBands(BandBasis::kActual, DirectionKind::kHigher, "0.99", "0.9"), "0.02");
  EXPECT_EQ(Folded(rule, {"0.95", "1"}), "AA");
  rule.hysteresis->logical = {D("0"), D("1")};
  EXPECT_EQ(Folded(rule, {"0.95", "0.999", "1"}), "AAG");
}

TEST(Hysteresis, RaisedCutIsNeverEasier) {
  StatusRule rule =
      RuleOf(DirectionKind::kHigher,
             MakeBands(BandBasis::kActual, DirectionKind::kHigher, "3", "0.9"), "0.5");
  rule.hysteresis->logical.max = D("2");
  EXPECT_EQ(Folded(rule, {"1", "2.5", "3"}), "AAG");
}

TEST(Hysteresis, ConvergedStatesAreEqual) {
  const HysteresisRule rule{Decimal(), 2, 1, {}};
  const BandFold run = Fold(rule, {.band = 0}, BandPlace{2, 2});
  EXPECT_EQ(run, (BandFold{.band = 0, .worse_periods = 1, .candidate = 2}));
  EXPECT_EQ(Fold(rule, run, BandPlace{0, 0}), BandFold{.band = 0});
  EXPECT_EQ(Fold(rule, run, std::nullopt), run);
}

TEST(Hysteresis, ScoreOfAFoldedStatusIsTheMiddleOfItsBand) {
  StatusInput input;
  input.actual = D("95.5");
  input.fold.band = 1;
  const StatusResult result = EvaluateStatus(Quality("1"), input);
  EXPECT_EQ(result.raw_status, KpiStatus::kOnTarget);
  EXPECT_EQ(result.status, KpiStatus::kWarning);
  EXPECT_EQ(result.score, D("1.5"));
}

TEST(Hysteresis, LowNDoesNotEnterTheFold) {
  StatusInput input;
  input.actual = D("99");
  input.flags.low_n = true;
  const StatusResult result = EvaluateStatus(Quality("1"), input);
  EXPECT_EQ(result.status, KpiStatus::kWarning);
  EXPECT_EQ(result.fold, BandFold{.band = 0});
}

TEST(Hysteresis, FoldOverOtherBandsStartsAnew) {
  StatusInput input;
  input.actual = D("99");
  input.fold.band = 7;
  EXPECT_EQ(EvaluateStatus(Quality("1"), input).status, KpiStatus::kOnTarget);
}

TEST(Hysteresis, DeadbandIsSmallerThanTheSmallestGap) {
  const Bands bands = MakeBands(BandBasis::kActual, DirectionKind::kHigher, "95", "90");
  const auto fields = [&](HysteresisRule rule) {
    std::vector<std::string> names;
    for (const FieldViolation& item : GetErrorDetails(ValidateHysteresis(rule, bands)).violations) {
      names.push_back(item.field);
    }
    return names;
  };
  EXPECT_THAT(fields({D("4.9"), 1, 1, {}}), ElementsAre());
  EXPECT_THAT(fields({D("5"), 1, 1, {}}), ElementsAre("hysteresis.deadband"));
  EXPECT_THAT(
      fields({D("-1"), 0, 1001, {}}),
      ElementsAre("hysteresis.deadband", "hysteresis.worsenPeriods", "hysteresis.improvePeriods"));
}

}  // namespace
}  // namespace kpisuite
