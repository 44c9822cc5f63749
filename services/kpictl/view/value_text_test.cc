#include "services/kpictl/view/value_text.h"

#include <gtest/gtest.h>

namespace kpisuite {
namespace {

// A KPI in percent with cuts at 88 %, 80 % and 76 %.
v1::KpiState Percent(const std::string& value, int hit) {
  v1::KpiState state;
  state.set_unit("%");
  state.set_display_decimals(1);
  state.set_direction(v1::DIRECTION_HIGHER);
  state.set_value(value);
  for (const char* threshold : {"0.88", "0.8", "0.76"}) {
    state.mutable_band()->add_cuts()->set_threshold(threshold);
  }
  state.mutable_band()->set_hit(hit);
  return state;
}

TEST(AmountText, PercentIsDisplayOnly) {
  EXPECT_EQ(AmountText("0.8125", "%", 1), "81.3 %");
  EXPECT_EQ(AmountText("-0.8125", "%", 1), "-81.3 %") << "half away from zero";
  EXPECT_EQ(AmountText("12.5", "min", 2), "12.50 min");
  EXPECT_EQ(AmountText("220", "count", 0), "220");
  EXPECT_EQ(AmountText("not a number", "min", 2), "not a number");
}

TEST(ValueText, IsRoundedHalfAwayFromZero) {
  EXPECT_EQ(ValueText(Percent("0.8235", 1)), "82.4 %");
  EXPECT_EQ(ValueText(Percent("0.8", 1)), "80.0 %");
}

TEST(ValueText, NeverCrossesACut) {
  EXPECT_EQ(ValueText(Percent("0.79999", 2)), "79.9 %") << "not on target";
  EXPECT_EQ(ValueText(Percent("0.8799", 1)), "87.9 %");
  EXPECT_EQ(ValueText(Percent("0.75951", -1)), "75.9 %");
}

TEST(ValueText, LowerIsBetterRoundsTowardItsOwnBandToo) {
  v1::KpiState state = Percent("0.0500001", 1);
  state.set_direction(v1::DIRECTION_LOWER);
  state.mutable_band()->mutable_cuts(0)->set_threshold("0.04");
  state.mutable_band()->mutable_cuts(1)->set_threshold("0.05");
  state.mutable_band()->mutable_cuts(2)->set_threshold("0.06");
  state.mutable_band()->set_hit(2);
  EXPECT_EQ(ValueText(state), "5.1 %");
  state.set_value("0.05");
  state.mutable_band()->set_hit(1);
  EXPECT_EQ(ValueText(state), "5.0 %");
}

TEST(ValueText, NarrowBandsGetMoreDecimals) {
  v1::KpiState state = Percent("0.80003", 1);
  state.mutable_band()->mutable_cuts(0)->set_threshold("0.80004");
  state.mutable_band()->mutable_cuts(1)->set_threshold("0.80002");
  EXPECT_EQ(ValueText(state), "80.003 %");
}

TEST(ValueText, RangesHaveTwoThresholds) {
  v1::KpiState state = Percent("2.0004", 1);
  state.set_unit("min");
  state.set_direction(v1::DIRECTION_IN_RANGE);
  state.mutable_band()->clear_cuts();
  auto* on_target = state.mutable_band()->add_cuts();
  on_target->set_threshold("1");
  on_target->set_upper_threshold("2");
  auto* warning = state.mutable_band()->add_cuts();
  warning->set_threshold("0.5");
  warning->set_upper_threshold("2.5");
  EXPECT_EQ(ValueText(state), "2.1 min");
}

TEST(ValueText, NoValueSaysWhy) {
  v1::KpiState state = Percent("", -1);
  state.set_nd_reason(v1::ND_REASON_DIV0);
  EXPECT_EQ(ValueText(state), "no value (DIV0)");
}

TEST(TargetText, ValuesAndRanges) {
  v1::KpiState state = Percent("0.5", -1);
  EXPECT_EQ(TargetText(state), "–");
  state.mutable_target()->set_value("0.8");
  EXPECT_EQ(TargetText(state), "80.0 %");
  state.mutable_target()->set_value("0.80125");
  EXPECT_EQ(TargetText(state), "80.125 %") << "a target keeps its digits";
  state.mutable_target()->clear_value();
  state.mutable_target()->set_lo("0.1");
  EXPECT_EQ(TargetText(state), "≥ 10.0 %");
  state.mutable_target()->set_hi("0.2");
  EXPECT_EQ(TargetText(state), "10.0 – 20.0 %");
}

TEST(VarianceText, ShowsPointsAndTheFavourablePart) {
  v1::KpiState state = Percent("0.812", 1);
  EXPECT_EQ(VarianceText(state), "–");
  state.set_variance("0.012");
  state.set_fvp("0.015");
  EXPECT_EQ(VarianceText(state), "+1.2 pp (+1.5 %)");
  state.set_unit("min");
  state.set_variance("2");
  state.set_fvp("-0.25");
  EXPECT_EQ(VarianceText(state), "+2.0 min (-25.0 %)");
  state.set_variance("0");
  state.clear_fvp();
  EXPECT_EQ(VarianceText(state), "0.0 min");
}

TEST(StatusCell, HasSymbolAndOwnLabel) {
  v1::KpiState state;
  state.set_status(v1::STATUS_ON_TARGET);
  EXPECT_EQ(StatusCell(state).text, "● ON_TARGET");
  state.set_status_label("green");
  EXPECT_EQ(StatusCell(state).text, "● green");
  EXPECT_EQ(StatusCell(state).exact, "ON_TARGET");
}

TEST(AgeText, IsShort) {
  EXPECT_EQ(AgeText(absl::Seconds(12)), "12 s");
  EXPECT_EQ(AgeText(absl::Minutes(90)), "1 h");
  EXPECT_EQ(AgeText(absl::Hours(50)), "2 d");
  EXPECT_EQ(AgeText(absl::Hours(24 * 9000)), "24.6 y");
  EXPECT_EQ(AgeText(-absl::Hours(3)), "in 3 h");
}

TEST(TimeText, IsUtc) {
  google::protobuf::Timestamp time;
  EXPECT_EQ(TimeText(time), "");
  time.set_seconds(1743460200);
  time.set_nanos(500'000'000);
  EXPECT_EQ(TimeText(time), "2025-03-31T22:30:00.5Z");
}

}  // namespace
}  // namespace kpisuite
