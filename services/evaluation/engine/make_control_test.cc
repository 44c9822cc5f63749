#include "services/evaluation/engine/make_control.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

namespace kpisuite {
namespace {

using ::testing::ElementsAre;

const std::vector<double> kB = {50, 52, 49, 51, 53, 48, 50, 52, 51, 49, 50, 51, 50};
const ControlGoal kHigher = {DirectionKind::kHigher, 60.0, std::nullopt, std::nullopt};

// One point for each day from 2025-01-01.
Period DayAt(int64_t index) {
  return PeriodOf(Calendar(), Grain::kDay, absl::CivilDay(2025, 1, 1) + index);
}

v1::ControlChart ChartAfterB(const std::vector<std::optional<double>>& values,
                             const ProcessControlRule& rule) {
  ControlSeries series(rule.spec);
  for (const double value : kB) series.Append({value, false, false});
  for (const auto& value : values) series.Append({value, false, false});
  return MakeControlChart(rule, series.state(), kHigher, KpiStatus::kOffTarget, Grain::kDay, DayAt);
}

TEST(MakeControlChart, SaysEverythingAboutTheLastPoint) {
  ProcessControlRule rule;
  rule.spec.logical_max = 56;
  const v1::ControlChart chart = ChartAfterB({}, rule);
  EXPECT_EQ(chart.profile(), "NHS_MDC");
  EXPECT_EQ(chart.constants(), "XMR_MEAN_2.66_3.267");
  EXPECT_EQ(chart.shift_length(), 7);
  EXPECT_EQ(chart.trend_length(), 7);
  EXPECT_NEAR(chart.limits().upper(), 56.0618, 5e-5);
  EXPECT_EQ(chart.display_limits().upper(), 56.0);
  EXPECT_EQ(chart.segment_points(), 13);
  EXPECT_EQ(chart.variation(), "COMMON_CAUSE");
  EXPECT_EQ(chart.assurance(), "CONSISTENT_FAIL");
  EXPECT_EQ(chart.text(),
            "Off target, within the usual variation of the process. The process cannot meet this "
            "target; change the process, do not ask for an explanation of this day.");
  EXPECT_FALSE(ChartAfterB({}, ProcessControlRule()).has_display_limits());
}

TEST(MakeControlChart, NamesRulesAndThePeriodThatIsKept) {
  const v1::ControlChart chart = ChartAfterB({57}, ProcessControlRule());
  EXPECT_THAT(chart.rules(), ElementsAre("OUT_HIGH"));
  EXPECT_EQ(chart.label(), "OUT_HIGH");
  EXPECT_EQ(chart.variation(), "IMPROVEMENT_HIGH");
  const v1::ControlChart missing = ChartAfterB({57, std::nullopt}, ProcessControlRule());
  EXPECT_TRUE(missing.rules().empty());
  EXPECT_EQ(missing.variation(), "NO_DATA");
  EXPECT_EQ(missing.kept_variation(), "IMPROVEMENT_HIGH");
  EXPECT_EQ(missing.kept_period(), "2025-01-14");
}

TEST(MakeControlChart, ProposesARebaseUntilItIsDismissed) {
  ProcessControlRule rule;
  const std::vector<std::optional<double>> shift = {51, 52, 51, 53, 52, 51, 52, 51};
  EXPECT_EQ(ChartAfterB(shift, rule).proposed_rebase(), "2025-01-14");
  rule.dismissed.push_back({DayAt(13), "ops@example.com", "stock taking"});
  EXPECT_EQ(ChartAfterB(shift, rule).proposed_rebase(), "");
}

TEST(MakeTrend, LeavesOutWhatIsNotDefined) {
  const std::vector<std::optional<double>> values = {-2, -1, 0, 1, 2};
  const v1::Trend trend = MakeTrend(ComputeTrend(values, kHigher));
  EXPECT_EQ(trend.verdict(), "IMPROVING");
  EXPECT_EQ(trend.slope(), 1.0);
  EXPECT_FALSE(trend.has_slope_percent());
  EXPECT_EQ(trend.s(), 10);
}

}  // namespace
}  // namespace kpisuite
