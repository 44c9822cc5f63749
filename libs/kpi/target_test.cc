#include "libs/kpi/target.h"

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/base/error.h"

namespace kpisuite {
namespace {

using ::testing::ElementsAre;

Decimal D(absl::string_view text) { return *Decimal::Parse(text); }

TargetSpec Fixed(absl::string_view id, absl::string_view value) {
  TargetSpec spec;
  spec.id = std::string(id);
  spec.value = D(value);
  return spec;
}

TargetSpec Schedule(std::map<std::string, Decimal> values, SchedulePolicy policy) {
  TargetSpec spec;
  spec.id = "plan";
  spec.kind = TargetKind::kSchedule;
  spec.schedule = std::move(values);
  spec.schedule_policy = policy;
  return spec;
}

TargetSet Make(std::vector<TargetSpec> specs) {
  absl::StatusOr<TargetSet> set = TargetSet::Create(Calendar(), std::move(specs));
  EXPECT_TRUE(set.ok()) << set.status();
  return *set;
}

std::vector<std::string> ErrorFields(std::vector<TargetSpec> specs) {
  std::vector<std::string> fields;
  const absl::Status status = TargetSet::Create(Calendar(), std::move(specs)).status();
  for (const FieldViolation& violation : GetErrorDetails(status).violations) {
    fields.push_back(violation.field);
  }
  return fields;
}

// "id value" or "id ND(REASON)".
std::string Resolve(const TargetSet& set, absl::string_view period, KpiNature nature,
                    absl::string_view slice = "", TargetRole role = TargetRole::kCommitted) {
  const Calendar calendar;
  const ResolvedTarget target =
      set.Resolve(calendar, role, *Slice::Parse(slice), *ParsePeriod(calendar, period), nature);
  std::string text = target.target_id + " ";
  if (!target.value.has_value())
    return text + "ND(" + std::string(NdReasonName(*target.reason)) + ")";
  EXPECT_FALSE(target.reason.has_value());
  if (!target.value->is_range) return text + target.value->point().ToString();
  return text + (target.value->low.has_value() ? target.value->low->ToString() : "-inf") + ".." +
         (target.value->high.has_value() ? target.value->high->ToString() : "inf");
}

constexpr KpiNature kFlow = KpiNature::kFlow;
constexpr KpiNature kLevel = KpiNature::kLevelOrRatio;

// 3.5
TEST(Target, FixedHoldsForEveryPeriod) {
  const TargetSet set = Make({Fixed("t", "0.8")});
  EXPECT_EQ(Resolve(set, "2025-03", kLevel), "t 0.8");
  EXPECT_EQ(Resolve(set, "2025-W01", kLevel), "t 0.8");
}

TEST(Target, SetWithoutTargetsHasNone) {
  EXPECT_EQ(Resolve(TargetSet(), "2025-03", kFlow), " ND(NO_TARGET)");
}

TEST(Target, RangeMayHaveOneInfiniteEnd) {
  TargetSpec spec;
  spec.id = "r";
  spec.kind = TargetKind::kRange;
  spec.low = D("10");
  EXPECT_EQ(Resolve(Make({spec}), "2025-03", kLevel), "r 10..inf");
  spec.high = D("10");
  EXPECT_EQ(Resolve(Make({spec}), "2025-03", kLevel), "r 10..10");
}

TEST(Target, InheritedScheduleFillsGapsWithTheLastValue) {
  const TargetSet set =
      Make({Schedule({{"2025-02", D("10")}, {"2025-04", D("20")}}, SchedulePolicy::kInherit)});
  EXPECT_EQ(Resolve(set, "2025-01", kFlow), "plan ND(NO_TARGET)");
  EXPECT_EQ(Resolve(set, "2025-02", kFlow), "plan 10");
  EXPECT_EQ(Resolve(set, "2025-03", kFlow), "plan 10");
  EXPECT_EQ(Resolve(set, "2025-04", kFlow), "plan 20");
  EXPECT_EQ(Resolve(set, "2027-01", kFlow), "plan 20");
}

TEST(Target, StrictScheduleHasNoTargetInGaps) {
  const TargetSet set =
      Make({Schedule({{"2025-02", D("10")}, {"2025-04", D("20")}}, SchedulePolicy::kStrict)});
  EXPECT_EQ(Resolve(set, "2025-03", kFlow), "plan ND(NO_TARGET)");
  EXPECT_EQ(Resolve(set, "2025-04", kFlow), "plan 20");
}

TEST(Target, CoarserWindowOfAFlowSumsItsPeriods) {
  const TargetSet set = Make({Schedule(
      {{"2025-01", D("10")}, {"2025-02", D("20")}, {"2025-03", D("30.5")}, {"2025-05", D("1")}},
      SchedulePolicy::kStrict)});
  EXPECT_EQ(Resolve(set, "2025-Q1", kFlow), "plan 60.5");
  EXPECT_EQ(Resolve(set, "2025-Q2", kFlow), "plan ND(NO_TARGET)");
  EXPECT_EQ(Resolve(set, "2025", kFlow), "plan ND(NO_TARGET)");
}

TEST(Target, AllTimeOfAFlowHasNoSum) {
  TargetSpec daily = Fixed("daily", "10");
  daily.grain = Grain::kDay;
  EXPECT_EQ(Resolve(Make({daily}), "ALL", KpiNature::kFlow), " ND(NO_TARGET)");
}

TEST(Target, CoarserWindowOfALevelHasTheLastPeriodsTarget) {
  const TargetSet set =
      Make({Schedule({{"2025-01", D("10")}, {"2025-03", D("30")}}, SchedulePolicy::kStrict)});
  EXPECT_EQ(Resolve(set, "2025-Q1", kLevel), "plan 30");
  EXPECT_EQ(Resolve(set, "2025-Q2", kLevel), "plan ND(NO_TARGET)");
}

TEST(Target, FinerWindowHasNone) {
  TargetSpec spec = Fixed("t", "100");
  spec.grain = Grain::kMonth;
  EXPECT_EQ(Resolve(Make({spec}), "2025-03-31", kFlow), "t ND(NO_TARGET)");
  EXPECT_EQ(Resolve(Make({spec}), "2025-W01", kLevel), "t ND(NO_TARGET)");
  EXPECT_EQ(Resolve(Make({spec}), "2025-03", kFlow), "t 100");
  EXPECT_EQ(Resolve(Make({spec}), "2025", kFlow), "t 1200");
}

TEST(Target, WeeksDoNotAddUpToMonths) {
  TargetSpec spec = Fixed("t", "100");
  spec.grain = Grain::kWeek;
  EXPECT_EQ(Resolve(Make({spec}), "2025-03", kFlow), " ND(NO_TARGET)");
  EXPECT_EQ(Resolve(Make({spec}), "2025-03", kLevel), "t 100");
}

TEST(Target, RangesOfAFlowAddEndByEnd) {
  TargetSpec spec;
  spec.id = "r";
  spec.kind = TargetKind::kRange;
  spec.low = D("1");
  spec.grain = Grain::kMonth;
  EXPECT_EQ(Resolve(Make({spec}), "2025-Q1", kFlow), "r 3..inf");
  spec.high = D("2");
  EXPECT_EQ(Resolve(Make({spec}), "2025-Q1", kFlow), "r 3..6");
}

TEST(Target, LaterEffectiveFromTakesOver) {
  TargetSpec first = Fixed("first", "10");
  first.effective_from = "2025-02";
  TargetSpec second = Fixed("second", "20");
  second.effective_from = "2025-Q3";
  const TargetSet set = Make({second, first});
  EXPECT_EQ(Resolve(set, "2025-01", kFlow), " ND(NO_TARGET)");
  EXPECT_EQ(Resolve(set, "2025-02", kFlow), "first 10");
  EXPECT_EQ(Resolve(set, "2025-06", kFlow), "first 10");
  EXPECT_EQ(Resolve(set, "2025-07", kFlow), "second 20");
}

TEST(Target, EffectiveToEndsIt) {
  TargetSpec first = Fixed("first", "10");
  TargetSpec second = Fixed("second", "20");
  second.effective_from = "2025-07";
  second.effective_to = "2025-10";
  const TargetSet set = Make({first, second});
  EXPECT_EQ(Resolve(set, "2025-06", kFlow), "first 10");
  EXPECT_EQ(Resolve(set, "2025-09", kFlow), "second 20");
  EXPECT_EQ(Resolve(set, "2025-10", kFlow), " ND(NO_TARGET)");
}

TEST(Target, SumFollowsATargetThatChangesWithinTheWindow) {
  TargetSpec first = Fixed("first", "10");
  first.grain = Grain::kMonth;
  TargetSpec second = Fixed("second", "20");
  second.grain = Grain::kMonth;
  second.effective_from = "2025-03";
  EXPECT_EQ(Resolve(Make({first, second}), "2025-Q1", kFlow), "second 40");
}

// 3.3.6
TEST(Target, LongestMatchDecidesAndIsNamed) {
  TargetSpec region = Fixed("region", "0.7");
  region.rule.selector = *Slice::Parse("origin=ORD");
  TargetSpec exact = Fixed("exact", "0.6");
  exact.rule.selector = *Slice::Parse("destination=SFO;origin=ORD");
  const TargetSet set = Make({Fixed("default", "0.8"), region, exact});
  EXPECT_EQ(Resolve(set, "2025-03", kLevel), "default 0.8");
  EXPECT_EQ(Resolve(set, "2025-03", kLevel, "origin=JFK"), "default 0.8");
  EXPECT_EQ(Resolve(set, "2025-03", kLevel, "origin=ORD"), "region 0.7");
  EXPECT_EQ(Resolve(set, "2025-03", kLevel, "destination=LAX;origin=ORD"), "region 0.7");
  EXPECT_EQ(Resolve(set, "2025-03", kLevel, "destination=SFO;origin=ORD"), "exact 0.6");
}

TEST(Target, RuleNotYetInForceDoesNotMatch) {
  TargetSpec region = Fixed("region", "0.7");
  region.rule.selector = *Slice::Parse("origin=ORD");
  region.effective_from = "2025-06";
  const TargetSet set = Make({Fixed("default", "0.8"), region});
  EXPECT_EQ(Resolve(set, "2025-05", kLevel, "origin=ORD"), "default 0.8");
  EXPECT_EQ(Resolve(set, "2025-06", kLevel, "origin=ORD"), "region 0.7");
}

TEST(Target, RolesAreApart) {
  TargetSpec stretch = Fixed("stretch", "0.9");
  stretch.role = TargetRole::kStretch;
  const TargetSet set = Make({stretch});
  EXPECT_EQ(Resolve(set, "2025-03", kLevel), " ND(NO_TARGET)");
  EXPECT_EQ(Resolve(set, "2025-03", kLevel, "", TargetRole::kStretch), "stretch 0.9");
}

TEST(Target, ReportsAllProblemsAtOnce) {
  TargetSpec empty;
  TargetSpec inverted = Fixed("b", "1");
  inverted.kind = TargetKind::kRange;
  inverted.low = D("2");
  inverted.high = D("1");
  inverted.effective_from = "2025-Q9";
  EXPECT_THAT(ErrorFields({empty, inverted}),
              ElementsAre("targets[0].id", "targets[0].value", "targets[1].value", "targets[1].low",
                          "targets[1].effectiveFrom"));
}

TEST(Target, RefusesSchedulesOfMixedOrUnreadablePeriods) {
  EXPECT_THAT(
      ErrorFields({Schedule({{"2025-01", D("1")}, {"2025-Q2", D("2")}}, SchedulePolicy::kInherit)}),
      ElementsAre("targets[0].schedule"));
  EXPECT_THAT(ErrorFields({Schedule({{"January", D("1")}}, SchedulePolicy::kInherit)}),
              ElementsAre("targets[0].schedule"));
  TargetSpec other = Schedule({{"2025-01", D("1")}}, SchedulePolicy::kInherit);
  other.grain = Grain::kYear;
  EXPECT_THAT(ErrorFields({other}), ElementsAre("targets[0].schedule"));
}

TEST(Target, RefusesEmptyAndOverlappingRanges) {
  TargetSpec empty = Fixed("a", "1");
  empty.effective_from = "2025-03";
  empty.effective_to = "2025-03";
  EXPECT_THAT(ErrorFields({empty}), ElementsAre("targets[0].effectiveTo"));
  TargetSpec year = Fixed("a", "1");
  year.effective_from = "2025";
  year.effective_to = "2026";
  TargetSpec june = Fixed("b", "2");
  june.effective_from = "2025-06";
  EXPECT_THAT(ErrorFields({june, year}), ElementsAre("targets[0].effectiveFrom"));
  june.effective_from = "2026-01";
  Make({june, year});
}

TEST(Target, RefusesOverlapAndRepeatedIds) {
  TargetSpec from_january = Fixed("b", "2");
  from_january.effective_from = "2025-01";
  TargetSpec from_first_quarter = Fixed("c", "3");
  from_first_quarter.effective_from = "2025-Q1";
  EXPECT_THAT(ErrorFields({from_january, from_first_quarter}),
              ElementsAre("targets[1].effectiveFrom"));
  EXPECT_THAT(ErrorFields({Fixed("a", "1"), Fixed("a", "1")}), ElementsAre("targets[1].id"));
  EXPECT_THAT(ErrorFields({Fixed("a", "1"), Fixed("b", "1")}),
              ElementsAre("targets[1].effectiveFrom"));
}

}  // namespace
}  // namespace kpisuite
