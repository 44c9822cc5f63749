// What final periods keep of definitions that changed.
#include <memory>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/evaluation/engine/feed_for_test.h"

namespace kpisuite {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::Not;
using ::testing::SizeIs;

constexpr int kNoLimit = 1'000'000;

int32_t Day(int day) { return DayNumber(absl::CivilDay(2024, 3, day)); }

class KeptDefinitionsTest : public ::testing::Test {
 protected:
  KeptDefinitionsTest() {
    for (int day = 3; day <= 7; ++day) {
      Apply(feed_.Write({"m", "EU", absl::ToUnixNanos(TestTime(day, 1)), "p1"}, 10 * day));
    }
    Apply(feed_.Advance("m", TestTime(8)));
  }

  void Apply(const FeedForTest::Batch& batch) { ASSERT_TRUE(engine_.Apply(batch).ok()); }

  static v1::Definition Defined() {
    v1::Definition kpi = TestKpi("k", "m", v1::AGGREGATION_SUM);
    kpi.mutable_kpi()->clear_windows();
    kpi.mutable_kpi()->add_windows("DAY");
    return kpi;
  }
  static std::shared_ptr<const KpiDefinition> Resolved(const v1::Definition& kpi) {
    return ResolveKpi({TestMetric("m"), kpi});
  }

  void Set(const std::vector<KpiVersion>& versions) {
    ASSERT_TRUE(engine_.SetVersions(versions).ok());
    feed_.AnswerAll(engine_);
    engine_.Tick(TestTime(9), kNoLimit);
  }
  v1::KpiState State(int day) {
    const KpiRuntime& runtime = *engine_.Find(kTestKpi);
    const Period period =
        runtime.kpi().windows[0].At(*runtime.kpi().calendar, absl::CivilDay(2024, 3, day));
    v1::KpiState state;
    const auto bytes = engine_.Read(runtime, "", 0, period, TestTime(9));
    EXPECT_TRUE(bytes.ok() && state.ParseFromString(**bytes)) << bytes.status();
    return state;
  }

  FeedForTest feed_;
  PartitionEngine engine_{0, kTestIncarnation, 0};
};

TEST_F(KeptDefinitionsTest, AContinuedSeriesHasOneRuntimeAndNoBreak) {
  v1::Definition changed = Defined();
  changed.mutable_kpi()->mutable_target()->set_fixed("100");
  changed.set_revision(2);
  Set({{.kpi = Resolved(Defined())}, {.kpi = Resolved(changed), .first_day = Day(5)}});
  EXPECT_EQ(engine_.Find(kTestKpi)->chain(), nullptr);
  EXPECT_THAT(engine_.Find(kTestKpi)->kept(), SizeIs(1));
  EXPECT_EQ(State(4).target().value(), "10");
  EXPECT_EQ(State(4).status(), v1::STATUS_ON_TARGET);
  EXPECT_EQ(State(5).target().value(), "100");
  EXPECT_EQ(State(5).status(), v1::STATUS_WARNING);
  EXPECT_EQ(State(5).definition_revision(), 2);
  EXPECT_THAT(State(5).observation_flags(), ElementsAre(v1::OBSERVATION_FLAG_NORMAL));
  EXPECT_THAT(State(4).observation_flags(), ElementsAre(v1::OBSERVATION_FLAG_NORMAL));
  const std::string kept = "what was defined after the period became final does not reach it";
  EXPECT_THAT(State(4).reasons(), Contains(kept));
  EXPECT_THAT(State(5).reasons(), Not(Contains(kept)));
}

TEST_F(KeptDefinitionsTest, AChartGoesOnAndARebaseCountsFromTheNewDefinitionOn) {
  v1::Definition before = Defined();
  before.mutable_kpi()->mutable_process_control();
  v1::Definition after = before;
  v1::Rebase& rebase = *after.mutable_kpi()->mutable_process_control()->add_rebases();
  rebase.set_period("2024-03-04");
  rebase.set_author("ann@example.com");
  rebase.set_reason("new machine");
  Set({{.kpi = Resolved(before)}, {.kpi = Resolved(after), .first_day = Day(6)}});
  EXPECT_EQ(State(5).control().segment_points(), 3);
  EXPECT_EQ(State(6).control().segment_points(), 3);
  EXPECT_EQ(State(7).control().segment_points(), 4);
}

TEST_F(KeptDefinitionsTest, WhatIsWithheldIsTodays) {
  v1::Definition changed = Defined();
  changed.mutable_kpi()->set_min_denominator(2);
  changed.mutable_kpi()->mutable_target()->set_fixed("100");
  Set({{.kpi = Resolved(Defined())}, {.kpi = Resolved(changed), .first_day = Day(5)}});
  EXPECT_EQ(State(4).nd_reason(), v1::ND_REASON_SUPPRESSED);
}

TEST_F(KeptDefinitionsTest, AnotherSeriesBreaks) {
  v1::Definition changed = Defined();
  (*changed.mutable_kpi()->mutable_inputs())["x"].set_aggregation(v1::AGGREGATION_MAX);
  Set({{.kpi = Resolved(Defined())}, {.kpi = Resolved(changed), .first_day = Day(5)}});
  ASSERT_NE(engine_.Find(kTestKpi)->chain(), nullptr);
  EXPECT_THAT(State(5).observation_flags(), Contains(v1::OBSERVATION_FLAG_TIME_SERIES_BREAK));
}

}  // namespace
}  // namespace kpisuite
