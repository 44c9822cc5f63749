#include "libs/kpi/maintain.h"

#include <gtest/gtest.h>

#include <vector>

namespace kpisuite {
namespace {

constexpr PeriodOutcome kMet = PeriodOutcome::kMet;
constexpr PeriodOutcome kNotMet = PeriodOutcome::kNotMet;
constexpr PeriodOutcome kMissing = PeriodOutcome::kMissing;

MaintainRule Days(int count) {
  MaintainRule rule{.grain = Grain::kDay};
  for (int day = 100; day < 100 + count; ++day) rule.first_days.push_back(day);
  return rule;
}

TEST(MaintainCount, EqualsTheProgressOfAllPeriods) {
  const std::vector<std::vector<PeriodOutcome>> cases = {
      {}, {kMissing}, {kMet}, {kMissing, kMet, kNotMet, kMissing, kMet, kMissing}, {kNotMet, kMet}};
  const MaintainRule rule = Days(10);
  for (const std::vector<PeriodOutcome>& outcomes : cases) {
    MaintainCount count;
    for (size_t i = 0; i < outcomes.size(); ++i) {
      count.Note(rule, 100 + static_cast<int32_t>(i), outcomes[i]);
    }
    for (const MissingPolicy policy :
         {MissingPolicy::kNotMet, MissingPolicy::kMet, MissingPolicy::kSkip}) {
      EXPECT_EQ(count.Result(policy).progress.ToString(),
                MaintainProgress(outcomes, policy).ToString());
    }
  }
}

TEST(MaintainCount, PeriodsOutsideOfTheHorizonDoNotCount) {
  const MaintainRule rule = Days(3);
  MaintainCount count;
  count.Note(rule, 99, kMet);
  count.Note(rule, 101, kMet);
  count.Note(rule, 103, kNotMet);
  const MaintainResult result = count.Result(MissingPolicy::kNotMet);
  EXPECT_EQ(result.met, 1);
  EXPECT_EQ(result.elapsed, 2);
}

TEST(OutcomeOf, OnTargetAndBetterIsMet) {
  EXPECT_EQ(OutcomeOf(true, KpiStatus::kExceeded), kMet);
  EXPECT_EQ(OutcomeOf(true, KpiStatus::kOnTarget), kMet);
  EXPECT_EQ(OutcomeOf(true, KpiStatus::kWarning), kNotMet);
  EXPECT_EQ(OutcomeOf(true, KpiStatus::kNoTarget), kNotMet);
  EXPECT_EQ(OutcomeOf(false, KpiStatus::kOnTarget), kMissing);
}

}  // namespace
}  // namespace kpisuite
