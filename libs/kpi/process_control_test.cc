// The worked examples of the contract (SEMANTICS section 4, XmR) and the corners of its rules.
#include "libs/kpi/process_control.h"

#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

namespace kpisuite {
namespace {

using Values = std::vector<std::optional<double>>;

// B of the contract; as a baseline its centre is 50.4615.
const Values kB = {50, 52, 49, 51, 53, 48, 50, 52, 51, 49, 50, 51, 50};
const Values kSpike = {1, 2, 1, 2, 10, 1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 1};
constexpr double kCentreOfB = 656.0 / 13;

ControlSpec Spec(int baseline_points, ControlProfile profile = ControlProfile::kNhsMdc) {
  ControlSpec spec;
  spec.profile = profile;
  spec.baseline_points = baseline_points;
  return spec;
}

std::vector<ControlPoint> Points(const Values& values) {
  std::vector<ControlPoint> points;
  for (const auto& value : values) points.push_back({value, false, false});
  return points;
}

// `14 OUT_HIGH NEAR_HIGH; 15 NEAR_HIGH`, points counted from 1.
std::string Flags(const ControlChart& chart) {
  std::string text;
  for (size_t i = 0; i < chart.points.size(); ++i) {
    const auto& point = chart.points[i].measured;
    if (!point.has_value() || (point->signals.empty() && !point->range)) continue;
    absl::StrAppend(&text, text.empty() ? "" : "; ", i + 1, " ", point->signals.ToString(),
                    point->range ? " RANGE" : "");
  }
  return text;
}

// The flags of B with the limits of B, then `values`.
std::string FlagsAfterB(const Values& values, ControlProfile profile = ControlProfile::kNhsMdc) {
  Values all = kB;
  all.insert(all.end(), values.begin(), values.end());
  return Flags(AnalyseControl(Spec(13, profile), Points(all)));
}

TEST(ControlLimits, OfTheContractsBaseline) {
  const ControlChart chart = AnalyseControl(Spec(0), Points(kB));
  const ControlLimits& limits = *chart.state.limits;
  EXPECT_NEAR(limits.centre, 50.4615, 5e-5);
  EXPECT_EQ(limits.moving_range, 2.0);
  EXPECT_NEAR(limits.upper, 55.7815, 5e-5);
  EXPECT_NEAR(limits.lower, 45.1415, 5e-5);
  EXPECT_NEAR(limits.upper_two, 54.0082, 5e-5);
  EXPECT_NEAR(limits.lower_two, 46.9149, 5e-5);
  EXPECT_NEAR(limits.upper_quarter, 53.1215, 5e-5);
  EXPECT_NEAR(limits.lower_quarter, 47.8015, 5e-5);
  EXPECT_DOUBLE_EQ(limits.range_limit, 6.534);
  EXPECT_NEAR(limits.sigma, 2.0 / 1.128379, 1e-12);
  EXPECT_EQ(Flags(chart), "");
  EXPECT_FALSE(chart.state.trial);
}

TEST(ControlLimits, ComeFromTwelvePointsByDefault) {
  const ControlLimits limits = *AnalyseControl(ControlSpec(), Points(kB)).state.limits;
  EXPECT_EQ(limits.centre, 50.5);
  EXPECT_NEAR(limits.upper, 56.0618, 5e-5);
}

TEST(ControlLimits, ScreenLargeMovingRangesOnce) {
  const ControlChart screened = AnalyseControl(Spec(0), Points(kSpike));
  EXPECT_NEAR(screened.state.limits->centre, 1.9444, 5e-5);
  EXPECT_EQ(screened.state.limits->moving_range, 1.0);
  EXPECT_NEAR(screened.state.limits->upper, 4.6044, 5e-5);
  EXPECT_NEAR(screened.state.limits->lower, -0.7156, 5e-5);
  EXPECT_EQ(Flags(screened), "5 OUT_HIGH");
  ControlSpec spec = Spec(0);
  spec.screening = false;
  const ControlChart unscreened = AnalyseControl(spec, Points(kSpike));
  EXPECT_NEAR(unscreened.state.limits->moving_range, 1.8824, 5e-5);
  EXPECT_NEAR(unscreened.state.limits->upper, 6.9515, 5e-5);
  EXPECT_NEAR(unscreened.state.limits->lower, -3.0626, 5e-5);
  EXPECT_EQ(Flags(unscreened), "5 OUT_HIGH");
}

TEST(ControlLimits, OfMediansUseTheConstantsOfTheMedianRange) {
  ControlSpec spec = Spec(0);
  spec.centre = ControlCentre::kMedian;
  const ControlLimits limits = *AnalyseControl(spec, Points(kB)).state.limits;
  EXPECT_EQ(limits.centre, 50.0);
  EXPECT_EQ(limits.moving_range, 2.0);
  EXPECT_DOUBLE_EQ(limits.upper, 56.29);
  EXPECT_DOUBLE_EQ(limits.range_limit, 7.73);
  EXPECT_NEAR(limits.sigma, 2.0 / 0.953873, 1e-12);
  EXPECT_EQ(ControlConstantsName(spec.centre), "XMR_MEDIAN_3.145_3.865");
}

// Section 4: the constants as they follow from the normal distribution, and as they are used.
TEST(ControlLimits, UseThePrintedConstants) {
  const double d2 = 2 / std::sqrt(M_PI);
  const double d3 = std::sqrt(2 - 4 / M_PI);
  EXPECT_NEAR(d2, 1.128379, 5e-7);
  EXPECT_NEAR(3 / d2, 2.658681, 5e-7);
  EXPECT_NEAR(1 + 3 * d3 / d2, 3.266532, 5e-7);
  // The median of |x - y| is the upper quartile of the normal distribution times sqrt(2).
  const double median_range = 0.674489750196 * std::sqrt(2.0);
  EXPECT_NEAR(median_range, 0.953873, 5e-7);
  EXPECT_NEAR(3 / median_range, 3.145074, 5e-7);
  // Moving ranges of 1, so that the limits are the constants.
  const Values values = {0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0};
  ControlSpec spec = Spec(0);
  const ControlLimits means = *AnalyseControl(spec, Points(values)).state.limits;
  EXPECT_DOUBLE_EQ(means.upper - means.centre, 2.66);
  EXPECT_EQ(means.range_limit, 3.267);
  EXPECT_EQ(means.sigma, 1 / 1.128379);
  EXPECT_EQ(ControlConstantsName(spec.centre), "XMR_MEAN_2.66_3.267");
  spec.centre = ControlCentre::kMedian;
  const ControlLimits medians = *AnalyseControl(spec, Points(values)).state.limits;
  EXPECT_EQ(medians.upper, 3.145);
  EXPECT_EQ(medians.range_limit, 3.865);
  EXPECT_EQ(medians.sigma, 1 / 0.953873);
}

TEST(ControlLimits, OfAConstantSeriesAreItsValueAndAnythingElseIsOut) {
  Values values(13, 0.1);
  values.push_back(0.1000001);
  const ControlChart chart = AnalyseControl(Spec(12), Points(values));
  EXPECT_EQ(chart.state.limits->centre, 0.1);
  EXPECT_EQ(chart.state.limits->upper, 0.1);
  EXPECT_EQ(Flags(chart), "14 OUT_HIGH");
}

TEST(ControlLimits, NeedFivePointsAndAreTrialBelowThirteen) {
  ControlSeries series{ControlSpec()};
  for (int i = 1; i <= 14; ++i) {
    const ControlState& state = series.Append({50.0 + i % 3, false, false});
    EXPECT_EQ(state.limits.has_value(), i >= 5) << i;
    EXPECT_EQ(state.trial, i >= 5 && i < 13) << i;
  }
}

TEST(ControlLimits, LeaveExcludedPointsOutButTestThem) {
  std::vector<ControlPoint> points = Points(kB);
  const ControlLimits clean = *AnalyseControl(Spec(0), points).state.limits;
  points.insert(points.begin() + 6, {{90.0, true, false}});
  const ControlChart chart = AnalyseControl(Spec(0), points);
  // The range between the neighbours (48 and 50) is lost with it.
  EXPECT_EQ(chart.state.limits->centre, clean.centre);
  EXPECT_EQ(chart.state.limits->moving_range, 22.0 / 11);
  EXPECT_EQ(Flags(chart), "7 OUT_HIGH");
}

TEST(ControlLimits, TakeNoMovingRangeAcrossAGapOrARebase) {
  const ControlChart gap = AnalyseControl(Spec(0), Points({1, 2, 1, std::nullopt, 100, 101, 100}));
  EXPECT_EQ(gap.state.limits->moving_range, 1.0);
  std::vector<ControlPoint> points = Points({1, 2, 1, 2, 1, 100, 101, 100, 101, 100});
  points[5].starts_segment = true;
  const ControlChart rebased = AnalyseControl(Spec(0), points);
  EXPECT_EQ(rebased.points[0].limits->centre, 1.4);
  EXPECT_EQ(rebased.state.limits->centre, 100.4);
  EXPECT_EQ(rebased.state.limits->moving_range, 1.0);
  EXPECT_EQ(rebased.state.segment_points, 5);
}

TEST(ControlLimits, DoNotExistWithoutAMovingRangeOrBeyondTheDoubles) {
  const std::optional<double> gap;
  EXPECT_FALSE(AnalyseControl(Spec(0), Points({1, gap, 2, gap, 3, gap, 4, gap, 5}))
                   .state.limits.has_value());
  const double huge = std::numeric_limits<double>::max();
  EXPECT_FALSE(AnalyseControl(Spec(0), Points({huge, -huge, huge, -huge, huge, -huge}))
                   .state.limits.has_value());
  EXPECT_TRUE(AnalyseControl(Spec(0), Points({HUGE_VAL, std::nan("")})).state.last_is_missing);
}

TEST(ControlRules, FindOutliers) { EXPECT_EQ(FlagsAfterB({57}), "14 OUT_HIGH"); }

TEST(ControlRules, FindShifts) {
  EXPECT_EQ(FlagsAfterB({51, 52, 51, 53, 52, 51, 52}),
            "14 SHIFT_HIGH; 15 SHIFT_HIGH; 16 SHIFT_HIGH; 17 SHIFT_HIGH; 18 SHIFT_HIGH; "
            "19 SHIFT_HIGH; 20 SHIFT_HIGH");
}

TEST(ControlRules, BreakAShiftByAPointOnTheCentre) {
  EXPECT_EQ(FlagsAfterB({51, 52, 51, kCentreOfB, 52, 51, 52, 51}), "");
}

TEST(ControlRules, SkipMissingPointsInARun) {
  EXPECT_EQ(FlagsAfterB({51, 52, 51, std::nullopt, 53, 52, 51, 52}),
            "14 SHIFT_HIGH; 15 SHIFT_HIGH; 16 SHIFT_HIGH; 18 SHIFT_HIGH; 19 SHIFT_HIGH; "
            "20 SHIFT_HIGH; 21 SHIFT_HIGH");
}

TEST(ControlRules, FindTrends) {
  EXPECT_EQ(FlagsAfterB({47.5, 48, 48.5, 49, 50, 51, 52}),
            "14 TREND_UP; 15 TREND_UP; 16 TREND_UP; 17 TREND_UP; 18 TREND_UP; 19 TREND_UP; "
            "20 TREND_UP");
}

TEST(ControlRules, BreakATrendByATie) {
  EXPECT_EQ(FlagsAfterB({47.5, 48, 48.5, 48.5, 49, 50, 51, 52}),
            "13 SHIFT_LOW; 14 SHIFT_LOW; 15 SHIFT_LOW; 16 SHIFT_LOW; 17 SHIFT_LOW; "
            "18 SHIFT_LOW; 19 SHIFT_LOW");
}

TEST(ControlRules, FindPointsNearALimit) {
  EXPECT_EQ(FlagsAfterB({57, 54.5, 51}), "14 OUT_HIGH NEAR_HIGH; 15 NEAR_HIGH");
  EXPECT_EQ(FlagsAfterB({54.5, 46, 54.5}), "") << "sides differ";
}

TEST(ControlRules, OfWheelerUseTheQuarterLineAndTheMovingRange) {
  EXPECT_EQ(FlagsAfterB({53.5, 54, 51, 53.6}, ControlProfile::kWheeler),
            "14 NEAR_HIGH; 15 NEAR_HIGH; 17 NEAR_HIGH");
  EXPECT_EQ(FlagsAfterB({46, 53}, ControlProfile::kWheeler), "15  RANGE");
  EXPECT_EQ(FlagsAfterB({46, 53}), "") << "the range belongs to WHEELER";
  EXPECT_EQ(FlagsAfterB({51, 52, 51, 53, 52, 51, 52}, ControlProfile::kWheeler), "") << "8 points";
  EXPECT_EQ(FlagsAfterB({47.5, 48, 48.5, 49, 50, 51, 52}, ControlProfile::kWheeler), "");
}

TEST(ControlRules, OfServiceNowWantThreeOfFourOnOneSide) {
  EXPECT_EQ(FlagsAfterB({54.5, 54.6, 51, 54.7}, ControlProfile::kServiceNow),
            "14 NEAR_HIGH; 15 NEAR_HIGH; 17 NEAR_HIGH");
  EXPECT_EQ(FlagsAfterB({54.5, 54.6, 50, 54.7}, ControlProfile::kServiceNow), "");
  EXPECT_EQ(FlagsAfterB({47.5, 48, 48.5, 49, 50, 51, 52}, ControlProfile::kServiceNow), "");
}

TEST(ControlRules, TakeSelectedRunLengths) {
  ControlSpec spec = Spec(13);
  spec.shift_length = 6;
  spec.trend_length = 6;
  Values values = kB;
  values.insert(values.end(), {51, 52, 51, 53, 52, 51});
  EXPECT_EQ(Flags(AnalyseControl(spec, Points(values))).substr(0, 13), "14 SHIFT_HIGH");
  values = kB;
  values.insert(values.end(), {48, 48.5, 49, 50, 51, 52});
  EXPECT_EQ(Flags(AnalyseControl(spec, Points(values))).substr(0, 11), "14 TREND_UP");
}

TEST(ControlRules, GiveOneLabelByPrecedence) {
  SignalSet set;
  EXPECT_FALSE(set.label().has_value());
  for (const ControlSignal signal : {ControlSignal::kShiftHigh, ControlSignal::kNearHigh,
                                     ControlSignal::kTrendDown, ControlSignal::kOutHigh}) {
    set.Add(signal);
    EXPECT_EQ(set.label(), signal);
  }
  EXPECT_EQ(set.ToString(), "OUT_HIGH TREND_DOWN NEAR_HIGH SHIFT_HIGH");
}

TEST(ControlRules, NeverSignalBeyondTheLogicalRange) {
  ControlSpec spec = Spec(13);
  spec.logical_max = 55;
  Values values = kB;
  values.insert(values.end(), {57, 54.5, 51});
  EXPECT_EQ(Flags(AnalyseControl(spec, Points(values))), "14 NEAR_HIGH; 15 NEAR_HIGH");
  spec.logical_max = 54;
  const ControlChart chart = AnalyseControl(spec, Points(values));
  EXPECT_EQ(Flags(chart), "");
  const ControlLimits shown = ClipForDisplay(spec, *chart.state.limits);
  EXPECT_EQ(shown.upper, 54.0);
  EXPECT_EQ(shown.upper_two, 54.0);
  EXPECT_EQ(shown.lower, chart.state.limits->lower);
  EXPECT_NEAR(chart.state.limits->upper, 55.7815, 5e-5) << "unclipped";
}

TEST(ControlSeries, FlagsTheLastPointOnlyFromBehind) {
  ControlSeries series(Spec(13));
  for (const ControlPoint& point : Points(kB)) series.Append(point);
  std::string labels;
  for (const double value : {51, 52, 51, 53, 52, 51, 52, 51}) {
    const ControlState& state = series.Append({value, false, false});
    absl::StrAppend(&labels, state.last->signals.ToString(), state.rebase_proposed ? "!" : "", ",");
  }
  EXPECT_EQ(labels, ",,,,,,SHIFT_HIGH,SHIFT_HIGH!,");
  EXPECT_EQ(series.state().side_run, 8);
  EXPECT_EQ(series.state().side_first, 13);
}

TEST(ControlSeries, KeepsTheLastPointThroughMissingOnesAndSegments) {
  ControlSeries series(Spec(13));
  for (const ControlPoint& point : Points(kB)) series.Append(point);
  series.Append({57.0, false, false});
  const ControlState& state = series.Append({std::nullopt, false, true});
  EXPECT_TRUE(state.last_is_missing);
  EXPECT_EQ(state.last->index, 13);
  EXPECT_EQ(state.last->signals.ToString(), "OUT_HIGH");
  EXPECT_FALSE(state.limits.has_value());
  EXPECT_EQ(state.segment_points, 0);
}

TEST(ControlSeries, IsStableAfterTwiceTheBaselineWithoutAnyFlag) {
  ControlSeries series(Spec(12));
  for (int i = 1; i <= 23; ++i) {
    EXPECT_FALSE(series.Append({i % 2 + 0.0, false, false}).stable) << i;
  }
  EXPECT_TRUE(series.Append({0.0, false, false}).stable);
  EXPECT_FALSE(series.Append({9.0, false, false}).stable);
}

}  // namespace
}  // namespace kpisuite
