#include "libs/kpi/pace.h"

#include <string>

#include "gtest/gtest.h"

namespace kpisuite {
namespace {

Decimal D(absl::string_view text) { return *Decimal::Parse(text); }

Number First(absl::Span<const Number> values) { return values[0]; }
Number Ratio(absl::Span<const Number> values) { return values[0] / values[1]; }

// April 2025 in UTC (30 days); one SUM with a target of 150, as of the given part of the month.
struct Case {
  explicit Case(DirectionKind direction = DirectionKind::kHigher) {
    status.direction.kind = direction;
    SetBands(BandBasis::kFvp, "0", "-0.05");
    input.rule = &rule;
    input.calendar = &calendar;
    input.period = *ParsePeriod(calendar, "2025-04");
    input.nature = KpiNature::kFlow;
    input.status_rule = &status;
    input.operands.resize(1);
    SetTarget("150");
  }

  void SetBands(BandBasis basis, absl::string_view on_target, absl::string_view warning) {
    status.bands = *Bands::Create(basis, status.direction.kind,
                                  {{KpiStatus::kOnTarget, D(on_target), ""},
                                   {KpiStatus::kWarning, D(warning), ""},
                                   {KpiStatus::kOffTarget, std::nullopt, ""}});
  }
  void SetTarget(absl::string_view text) {
    input.target = {"t", TargetValue::Point(D(text)), std::nullopt};
  }
  void SetFigures(absl::string_view to_date, absl::string_view last_year) {
    input.to_date = D(to_date);
    input.operands[0].figures.to_date = D(to_date);
    if (!last_year.empty()) input.operands[0].figures.last_year = D(last_year);
  }
  void AddHistory(absl::string_view total, absl::string_view to_date) {
    input.operands[0].figures.history.push_back({D(total), D(to_date)});
  }
  PaceResult At(absl::string_view share) {
    const Number nanos = Number(D(share)) * Decimal::FromInt(30 * 24 * 3600);
    input.as_of = input.period.start + absl::Seconds(nanos.value().ToDouble());
    return AssessPace(input, First);
  }

  PaceRule rule;
  Calendar calendar;
  StatusRule status;
  PaceInput input;
};

// Section 4: A 30, f .2, H 100
TEST(Pace, ProjectsAFlowWithThreeEstimates) {
  EXPECT_EQ(ChainLadder(D("30"), D("0.2")).ToString(), "150");
  EXPECT_EQ(BornhuetterFerguson(D("30"), D("0.2"), D("100")).ToString(), "110");
  EXPECT_EQ(Benktander(D("30"), D("0.2"), D("100")).ToString(), "118");
  Case pace;
  pace.SetFigures("30", "100");
  const PaceResult result = pace.At("0.2");
  EXPECT_EQ(result.method, ProjectionMethod::kBenktander);
  EXPECT_EQ(result.projected.ToString(), "118");
  EXPECT_EQ(result.prior.ToString(), "100");
  EXPECT_EQ(result.to_date_target.value->point(), D("30"));
  EXPECT_EQ(result.pace_index.ToString(), "1");
  EXPECT_EQ(result.required_rate.ToString(), "5") << "120 in 24 days";
  EXPECT_EQ(result.lo.ToString(), "ND(NOT_READY)");
  EXPECT_EQ(result.probability_met.ToString(), "ND(NOT_READY)");
  EXPECT_FALSE(result.too_early.has_value());
  EXPECT_EQ(result.status_to_date, KpiStatus::kOnTarget);
  EXPECT_EQ(result.status_projected, KpiStatus::kOffTarget);
}

TEST(Pace, WithoutAPriorIsTheChainLadderAndSaysSo) {
  Case pace;
  pace.SetFigures("30", "");
  PaceResult result = pace.At("0.2");
  EXPECT_EQ(result.method, ProjectionMethod::kChainLadder);
  EXPECT_EQ(result.projected.ToString(), "150");
  pace.SetFigures("0", "");
  result = pace.At("0");
  EXPECT_EQ(result.projected.ToString(), "ND(NOT_READY)");
  pace.SetFigures("0", "100");
  EXPECT_EQ(pace.At("0").projected.ToString(), "100") << "nothing is divided by f";
}

TEST(Pace, PriorIsLastYearTimesGrowthOrTheMeanOfTheLastThree) {
  Case pace;
  pace.rule.growth = D("1.1");
  pace.SetFigures("30", "100");
  EXPECT_EQ(pace.At("0.2").prior.ToString(), "110");
  for (const char* total : {"90", "100", "110", "500"}) pace.AddHistory(total, "10");
  EXPECT_EQ(pace.At("0.2").prior.ToString(), "110");
  pace.rule.prior = PacePrior::kMeanOfLast3;
  EXPECT_EQ(pace.At("0.2").prior.ToString(), "100");
  pace.rule.prior = PacePrior::kNone;
  EXPECT_EQ(pace.At("0.2").prior.ToString(), "ND(NOT_APPLICABLE)");
  pace.rule.prior = PacePrior::kSamePeriodLastYear;
  pace.input.operands[0].figures.last_year = NdReason::kNoComparable;
  EXPECT_EQ(pace.At("0.2").prior.ToString(), "100") << "a year ago nothing was measured";
}

// 3.11.4
TEST(Pace, IntervalIsOfTheProjectionsWithFiveHistoricalShares) {
  Case pace;
  pace.rule.prior = PacePrior::kNone;
  pace.SetFigures("30", "");
  for (const char* to_date : {"20", "24", "25", "30"}) pace.AddHistory("100", to_date);
  pace.AddHistory("0", "50");
  EXPECT_EQ(pace.At("0.25").lo.ToString(), "ND(NOT_READY)") << "only four are usable";
  pace.AddHistory("100", "15");
  const PaceResult result = pace.At("0.25");
  // 30 / f: 100, 120, 125, 150, 200
  EXPECT_EQ(result.scenario_count, 5);
  EXPECT_EQ(result.projected.ToString(), "120");
  EXPECT_EQ(result.lo.ToString(), "108");
  EXPECT_EQ(result.hi.ToString(), "180");
  EXPECT_EQ(result.probability_met.ToString(), "0.4") << "150 and 200 meet 150";
  EXPECT_EQ(result.too_early, TooEarlyReason::kInterval) << "72 is more than half of 120";
  EXPECT_EQ(result.status_projected, KpiStatus::kTooEarly);
  EXPECT_EQ(result.status_to_date, KpiStatus::kOffTarget);
}

// 3.11.6
TEST(Pace, IsTooEarlyBeforeATenthAndWithoutHistory) {
  Case pace;
  pace.SetFigures("10", "100");
  EXPECT_EQ(pace.At("0.05").too_early, TooEarlyReason::kShare);
  EXPECT_EQ(pace.At("0.1").too_early, std::nullopt);
  pace.rule.profile = PaceProfile::kHistory;
  pace.AddHistory("100", "20");
  pace.AddHistory("100", "30");
  EXPECT_EQ(pace.At("0.2").too_early, TooEarlyReason::kHistory);
  pace.AddHistory("100", "40");
  EXPECT_EQ(pace.At("0.2").too_early, std::nullopt);
  EXPECT_EQ(pace.At("0.2").expected.share.ToString(), "0.3");
  pace.input.operands[0].figures.history.clear();
  EXPECT_EQ(pace.At("0.2").too_early, TooEarlyReason::kHistory);
  EXPECT_EQ(pace.At("1").too_early, std::nullopt) << "the period is over";
}

TEST(Pace, AtTheEndIsWhatWasMeasured) {
  Case pace;
  pace.SetFigures("140", "100");
  const PaceResult result = pace.At("1");
  EXPECT_EQ(result.projected.ToString(), "140");
  EXPECT_EQ(result.to_date_target.value->point(), D("150"));
  EXPECT_EQ(result.required_rate.ToString(), "ND(NOT_APPLICABLE)");
  EXPECT_EQ(result.status_projected, KpiStatus::kOffTarget);
  EXPECT_EQ(result.status_to_date, result.status_projected);
}

TEST(Pace, OfACapIsGoodBelowTheDuePart) {
  Case pace(DirectionKind::kLower);
  pace.SetFigures("390000", "");
  pace.SetTarget("1200000");
  const PaceResult result = pace.At("0.25");
  EXPECT_EQ(result.pace_index.ToString(), "0.7");
  EXPECT_EQ(result.required_rate.ToString(), "36000") << "810000 may be used in 22.5 days";
  EXPECT_EQ(result.status_to_date, KpiStatus::kOffTarget);
}

TEST(Pace, OfANegativeTargetIsRelativeToItsSize) {
  Case pace;
  pace.SetFigures("-40", "");
  pace.SetTarget("-100");
  const PaceResult result = pace.At("0.5");
  EXPECT_EQ(result.pace_index.ToString(), "1.2");
  EXPECT_EQ(result.projected.ToString(), "-80");
  EXPECT_EQ(result.status_projected, KpiStatus::kOnTarget);
}

TEST(Pace, WithNothingDueHasNoIndex) {
  Case pace;
  pace.SetFigures("0", "100");
  EXPECT_EQ(pace.At("0").pace_index.ToString(), "ND(ZERO_TARGET)");
  EXPECT_EQ(pace.At("0").status_to_date, KpiStatus::kTooEarly);
  pace.SetTarget("0");
  EXPECT_EQ(pace.At("0.5").pace_index.ToString(), "ND(ZERO_TARGET)");
  EXPECT_EQ(pace.At("0.5").status_projected, KpiStatus::kNoTarget);
  pace.input.target = {"", std::nullopt, NdReason::kNoTarget};
  EXPECT_EQ(pace.At("0.5").pace_index.ToString(), "ND(NO_TARGET)");
  EXPECT_EQ(pace.At("0.5").required_rate.ToString(), "ND(NO_TARGET)");
}

TEST(Pace, CutsInNaturalUnitsAndTheBaselineGrowWithTheShare) {
  Case pace;
  pace.SetBands(BandBasis::kActual, "100", "80");
  pace.SetFigures("45", "");
  EXPECT_EQ(pace.At("0.5").status_to_date, KpiStatus::kWarning);
  pace.SetBands(BandBasis::kAttainment, "0.5", "0.25");
  pace.status.baseline = D("50");
  pace.SetFigures("50", "");
  EXPECT_EQ(pace.At("0.5").status_to_date, KpiStatus::kOnTarget) << "half way from 25 to 75";
}

TEST(Pace, IsTheBasisOfItsOwnBands) {
  Case pace;
  pace.SetBands(BandBasis::kPace, "1", "0.9");
  pace.SetFigures("70", "");
  EXPECT_EQ(pace.At("0.5").status_to_date, KpiStatus::kWarning);
  EXPECT_EQ(pace.At("0.5").status_projected, KpiStatus::kWarning);
  EXPECT_EQ(pace.At("0.05").status_to_date, KpiStatus::kTooEarly);
}

// 3.11.3
TEST(Pace, OfARatioProjectsItsPartsFirst) {
  Case pace;
  pace.input.nature = KpiNature::kLevelOrRatio;
  pace.input.operands.resize(2);
  pace.input.operands[0].figures = {D("1"), {}, D("30")};
  pace.input.operands[1].figures = {D("10"), {}, NdReason::kNoComparable};
  pace.input.to_date = D("0.1");
  pace.SetTarget("0.2");
  pace.input.as_of = pace.input.period.start + absl::Hours(15 * 24);
  const PaceResult result = AssessPace(pace.input, Ratio);
  // 1 + 0.5 (1 + 0.5 * 30) = 9; 10 / 0.5 = 20
  EXPECT_EQ(result.projected.ToString(), "0.45");
  EXPECT_EQ(result.method, ProjectionMethod::kMixed);
  EXPECT_EQ(result.to_date_target.value->point(), D("0.2")) << "of a ratio the target itself";
  EXPECT_EQ(result.pace_index.ToString(), "0.5");
  EXPECT_EQ(result.required_rate.ToString(), "ND(NOT_APPLICABLE)");
}

TEST(Pace, OfALevelAddsTheDriftThatIsLeft) {
  Case pace;
  pace.input.nature = KpiNature::kLevelOrRatio;
  pace.input.operands[0].kind = ProjectionKind::kLevel;
  pace.SetFigures("20", "");
  for (const char* total : {"17", "15", "14", "11", "12"}) pace.AddHistory(total, "0");
  EXPECT_EQ(pace.At("0.5").method, ProjectionMethod::kLastWithDrift);
  // Slopes of 12, 11, 14, 15, 17: the median is (1.25 + 1.5) / 2.
  EXPECT_EQ(pace.At("0.5").projected.value().ToDisplayString(4), "20.6875");
  pace.input.operands[0].figures.history.resize(4);
  EXPECT_EQ(pace.At("0.5").method, ProjectionMethod::kLastValue);
  EXPECT_EQ(pace.At("0.5").projected.ToString(), "20");
}

// Section 4: 10, 12, 11, 14, 15, 17
TEST(Pace, DriftIsTheilSen) {
  std::vector<Number> points;
  for (const char* point : {"10", "12", "11", "14", "15", "17"}) points.push_back(D(point));
  EXPECT_EQ(TheilSenSlope(points).value().ToDisplayString(4), "1.3333");
  points[1] = NdReason::kEmpty;
  EXPECT_TRUE(TheilSenSlope(points).defined());
  points[2] = NdReason::kEmpty;
  EXPECT_EQ(TheilSenSlope(points).ToString(), "ND(NOT_READY)");
}

TEST(Pace, OfAMeanIsBlendedWithItsPriorByCount) {
  Case pace;
  pace.input.nature = KpiNature::kLevelOrRatio;
  pace.input.operands[0].kind = ProjectionKind::kMean;
  pace.input.operands[0].count.to_date = D("25");
  pace.SetFigures("10", "20");
  // 100 are expected at the end: (25 * 10 + 75 * 20) / 100
  EXPECT_EQ(pace.At("0.25").projected.ToString(), "17.5");
  EXPECT_EQ(pace.At("0.25").method, ProjectionMethod::kMeanBlend);
  EXPECT_EQ(pace.At("1").projected.ToString(), "10");
  pace.input.operands[0].figures.last_year = NdReason::kNoComparable;
  EXPECT_EQ(pace.At("0.25").method, ProjectionMethod::kMeanToDate);
  EXPECT_EQ(pace.At("0.25").projected.ToString(), "10");
}

TEST(Pace, OfAPercentileIsNotProjected) {
  Case pace;
  pace.input.nature = KpiNature::kLevelOrRatio;
  pace.input.operands[0].kind = ProjectionKindOf(AggregationKind::kPercentile);
  pace.SetFigures("10", "20");
  EXPECT_EQ(pace.At("0.5").method, ProjectionMethod::kNone);
  EXPECT_EQ(pace.At("0.5").projected.ToString(), "ND(NOT_AGGREGATABLE)");
  EXPECT_EQ(pace.At("0.5").status_projected, KpiStatus::kNoData);
}

TEST(Pace, OfARangeScalesBothEnds) {
  Case pace(DirectionKind::kInRange);
  pace.SetFigures("50", "");
  pace.input.target.value = TargetValue::Range(D("80"), D("120"));
  const PaceResult result = pace.At("0.5");
  EXPECT_EQ(result.to_date_target.value->low, D("40"));
  EXPECT_EQ(result.to_date_target.value->high, D("60"));
  EXPECT_EQ(result.pace_index.ToString(), "ND(NOT_APPLICABLE)");
  EXPECT_EQ(result.status_to_date, KpiStatus::kOnTarget);
  EXPECT_EQ(result.status_projected, KpiStatus::kOnTarget);
}

TEST(Pace, OfANeutralOrUnmeasuredKpiHasNoStatus) {
  Case pace;
  pace.SetFigures("50", "");
  pace.input.to_date = NdReason::kNotReady;
  EXPECT_EQ(pace.At("0.5").status_projected, KpiStatus::kNoData);
  pace.SetFigures("50", "");
  pace.status.direction.kind = DirectionKind::kNeutral;
  EXPECT_EQ(pace.At("0.5").status_to_date, KpiStatus::kNoTarget);
  EXPECT_EQ(pace.At("0.5").pace_index.ToString(), "ND(NOT_APPLICABLE)");
  EXPECT_EQ(pace.At("0.5").projected.ToString(), "100");
}

}  // namespace
}  // namespace kpisuite
