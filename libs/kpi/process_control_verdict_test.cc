#include "libs/kpi/process_control_verdict.h"

#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "libs/kpi/process_control_text.h"

namespace kpisuite {
namespace {

const std::vector<double> kB = {50, 52, 49, 51, 53, 48, 50, 52, 51, 49, 50, 51, 50};

ControlState StateAfterB(const std::vector<std::optional<double>>& values) {
  ControlSpec spec;
  spec.baseline_points = 13;
  ControlSeries series(spec);
  for (const double value : kB) series.Append({value, false, false});
  for (const auto& value : values) series.Append({value, false, false});
  return series.state();
}

ControlGoal Point(DirectionKind direction, double target) {
  return {direction, target, std::nullopt, std::nullopt};
}
ControlGoal Range(std::optional<double> low, std::optional<double> high) {
  return {DirectionKind::kInRange, std::nullopt, low, high};
}

std::string Variation(const std::vector<std::optional<double>>& values, const ControlGoal& goal) {
  const ControlVerdict verdict = JudgeControl(StateAfterB(values), goal);
  std::string text(ControlVariationName(verdict.variation));
  for (const auto each : verdict.mixed) absl::StrAppend(&text, " ", ControlVariationName(each));
  if (verdict.kept.has_value()) {
    absl::StrAppend(&text, " kept ", ControlVariationName(*verdict.kept), " of ",
                    verdict.kept_index);
  }
  return text;
}

std::string Assurance(const ControlGoal& goal) {
  return std::string(ControlAssuranceName(JudgeControl(StateAfterB({}), goal).assurance));
}

const ControlGoal kHigher = Point(DirectionKind::kHigher, 50);
const ControlGoal kLower = Point(DirectionKind::kLower, 50);
const ControlGoal kNeutral = {};

TEST(ControlVerdict, TakesItsMeaningFromTheDirection) {
  EXPECT_EQ(Variation({50}, kHigher), "COMMON_CAUSE");
  EXPECT_EQ(Variation({57}, kHigher), "IMPROVEMENT_HIGH");
  EXPECT_EQ(Variation({57}, kLower), "CONCERN_HIGH");
  EXPECT_EQ(Variation({57}, kNeutral), "NEUTRAL_HIGH");
  EXPECT_EQ(Variation({44}, kHigher), "CONCERN_LOW");
  EXPECT_EQ(Variation({44}, kLower), "IMPROVEMENT_LOW");
  EXPECT_EQ(Variation({44}, kNeutral), "NEUTRAL_LOW");
  EXPECT_EQ(Variation({47, 48, 48.5, 49, 49.5, 50, 51}, kHigher), "IMPROVEMENT_HIGH") << "TREND";
}

TEST(ControlVerdict, IsMixedWhenImprovementAndConcernMeet) {
  // Rising, and below the centre all the while.
  EXPECT_EQ(Variation({46, 47, 48, 48.5, 49, 49.5, 50}, kHigher),
            "MIXED IMPROVEMENT_HIGH CONCERN_LOW");
  EXPECT_EQ(Variation({46, 47, 48, 48.5, 49, 49.5, 50}, kLower),
            "MIXED IMPROVEMENT_LOW CONCERN_HIGH");
  EXPECT_EQ(Variation({46, 47, 48, 48.5, 49, 49.5, 50}, kNeutral), "NEUTRAL_HIGH")
      << "neither good nor bad: the stronger rule";
}

TEST(ControlVerdict, OfRangesIsTheDistanceToTheirCentre) {
  EXPECT_EQ(Variation({57}, Range(50, 60)), "IMPROVEMENT_HIGH") << "centre 55, CL 50.46";
  EXPECT_EQ(Variation({57}, Range(45, 55)), "CONCERN_HIGH");
  EXPECT_EQ(Variation({44}, Range(40, 48)), "IMPROVEMENT_LOW");
  EXPECT_EQ(Variation({47, 48, 48.5, 49, 49.5, 50, 51}, Range(50, 52)), "IMPROVEMENT_HIGH");
  EXPECT_EQ(Variation({47, 48, 48.5, 49, 49.5, 50, 51}, Range(46, 48)), "CONCERN_HIGH");
  EXPECT_EQ(Variation({57}, Range(50, std::nullopt)), "IMPROVEMENT_HIGH") << "as HIGHER";
  EXPECT_EQ(Variation({57}, Range(std::nullopt, 60)), "CONCERN_HIGH") << "as LOWER";
  EXPECT_EQ(Variation({57}, Range(std::nullopt, std::nullopt)), "NEUTRAL_HIGH");
}

TEST(ControlVerdict, KeepsTheLastClassificationWhenThereIsNoValue) {
  EXPECT_EQ(Variation({57, std::nullopt, std::nullopt}, kHigher),
            "NO_DATA kept IMPROVEMENT_HIGH of 13");
  ControlSeries series{ControlSpec()};
  EXPECT_EQ(JudgeControl(series.state(), kHigher).variation, ControlVariation::kNoData);
  EXPECT_EQ(JudgeControl(series.Append({1.0, false, false}), kHigher).variation,
            ControlVariation::kTooFewPoints);
}

TEST(ControlAssurance, ComparesTheTargetWithTheLimits) {
  EXPECT_EQ(Assurance(Point(DirectionKind::kHigher, 56)), "CONSISTENT_FAIL");
  EXPECT_EQ(Assurance(Point(DirectionKind::kHigher, 45)), "CONSISTENT_PASS");
  EXPECT_EQ(Assurance(Point(DirectionKind::kHigher, 50)), "HIT_OR_MISS");
  EXPECT_EQ(Assurance(Point(DirectionKind::kLower, 56)), "CONSISTENT_PASS");
  EXPECT_EQ(Assurance(Point(DirectionKind::kLower, 45)), "CONSISTENT_FAIL");
  const double upper = StateAfterB({}).limits->upper;
  EXPECT_EQ(Assurance(Point(DirectionKind::kHigher, upper)), "HIT_OR_MISS") << "equality";
  EXPECT_EQ(Assurance(Point(DirectionKind::kLower, upper)), "HIT_OR_MISS");
  EXPECT_EQ(Assurance(Range(45, 56)), "CONSISTENT_PASS");
  EXPECT_EQ(Assurance(Range(45, upper)), "HIT_OR_MISS");
  EXPECT_EQ(Assurance(Range(56, 60)), "CONSISTENT_FAIL");
  EXPECT_EQ(Assurance(Range(std::nullopt, 45)), "CONSISTENT_FAIL");
  EXPECT_EQ(Assurance(Range(45, std::nullopt)), "CONSISTENT_PASS");
  EXPECT_EQ(Assurance(Range(50, 60)), "HIT_OR_MISS");
}

TEST(ControlAssurance, NeedsATargetAndThirteenPoints) {
  EXPECT_EQ(Assurance(kNeutral), "");
  EXPECT_EQ(Assurance({DirectionKind::kHigher, {}, {}, {}}), "");
  EXPECT_EQ(Assurance(Range(std::nullopt, std::nullopt)), "");
  ControlSeries series{ControlSpec()};
  for (size_t i = 0; i < 12; ++i) series.Append({kB[i], false, false});
  EXPECT_EQ(JudgeControl(series.state(), kHigher).assurance, ControlAssurance::kNone);
  series.Append({50.0, false, false});
  EXPECT_EQ(JudgeControl(series.state(), kHigher).assurance, ControlAssurance::kHitOrMiss);
}

TEST(ControlGoal, ComesFromDirectionAndTarget) {
  const auto decimal = [](const char* text) { return *Decimal::Parse(text); };
  Direction direction{DirectionKind::kOnTarget, decimal("0.1"), true};
  ControlGoal goal = MakeControlGoal(direction, TargetValue::Point(decimal("50")));
  EXPECT_EQ(goal.low, 45.0);
  EXPECT_EQ(goal.high, 55.0);
  goal = MakeControlGoal({DirectionKind::kLower, {}, true}, TargetValue::Point(decimal("0.8")));
  EXPECT_EQ(goal.target, 0.8);
  EXPECT_FALSE(MakeControlGoal(direction, std::nullopt).low.has_value());
}

TEST(ControlText, SaysWhatTheContractSays) {
  ControlVerdict verdict;
  verdict.variation = ControlVariation::kCommonCause;
  verdict.assurance = ControlAssurance::kConsistentFail;
  EXPECT_EQ(ControlInWords(KpiStatus::kOffTarget, verdict, false, "month"),
            "Off target, within the usual variation of the process. The process cannot meet this "
            "target; change the process, do not ask for an explanation of this month.");
}

TEST(ControlText, HasItsOwnStatementForEveryCombination) {
  std::set<std::string> texts;
  int combinations = 0;
  for (int status = 0; status <= static_cast<int>(KpiStatus::kError); ++status) {
    for (int variation = 0; variation <= static_cast<int>(ControlVariation::kTooFewPoints);
         ++variation) {
      for (int assurance = 0; assurance <= static_cast<int>(ControlAssurance::kHitOrMiss);
           ++assurance) {
        ControlVerdict verdict;
        verdict.variation = static_cast<ControlVariation>(variation);
        verdict.assurance = static_cast<ControlAssurance>(assurance);
        // Too few points never have an assurance.
        if (verdict.variation == ControlVariation::kTooFewPoints && assurance != 0) continue;
        ++combinations;
        const std::string text =
            ControlInWords(static_cast<KpiStatus>(status), verdict, false, "week");
        texts.insert(text);
        EXPECT_EQ(text.find('{'), std::string::npos) << text;
        EXPECT_EQ(text.back(), '.') << text;
      }
    }
  }
  EXPECT_EQ(texts.size(), static_cast<size_t>(combinations));
}

TEST(ControlText, SaysThatLimitsAreProvisional) {
  ControlVerdict verdict;
  verdict.variation = ControlVariation::kConcernHigh;
  EXPECT_EQ(ControlInWords(KpiStatus::kOnTarget, verdict, true, "day"),
            "On target, with a real change for the worse upwards. Find the cause. The limits are "
            "provisional: they come from fewer than 13 points.");
}

}  // namespace
}  // namespace kpisuite
