#include "services/evaluation/engine/partition_engine.h"

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/base/error.h"
#include "services/evaluation/engine/feed_for_test.h"

namespace kpisuite {
namespace {

constexpr int kNoLimit = 1'000'000;

class PartitionEngineTest : public ::testing::Test {
 protected:
  void Define(v1::Definition kpi) {
    ASSERT_TRUE(engine_.SetKpi(ResolveKpi({TestMetric("m"), std::move(kpi)})).ok());
  }
  void DefineSum() { Define(TestKpi("k", "m", v1::AGGREGATION_SUM)); }

  void Apply(const FeedForTest::Batch& batch) {
    if (batch == nullptr) return;
    ASSERT_TRUE(engine_.Apply(batch).ok());
  }
  void Write(int day, int64_t value, const std::string& id = "a",
             const std::string& region = "EU") {
    Apply(feed_.Write({"m", region, absl::ToUnixNanos(TestTime(day, 12)), id}, value));
  }
  TickOutput Tick(absl::Time now) {
    feed_.AnswerAll(engine_);
    return engine_.Tick(now, kNoLimit);
  }

  // What the log says about the total on the 5th.
  static std::vector<LoggedState> OfTheFifth(const std::vector<LoggedState>& log) {
    std::vector<LoggedState> entries;
    for (const LoggedState& logged : log) {
      if (logged.id.slice.empty() && logged.id.period == "2024-03-05") entries.push_back(logged);
    }
    return entries;
  }

  v1::KpiState Read(absl::string_view slice, size_t window, int day, absl::Time now) {
    const KpiRuntime* runtime = engine_.Find(kTestKpi);
    const Period period =
        runtime->kpi().windows[window].At(*runtime->kpi().calendar, absl::CivilDay(2024, 3, day));
    const auto bytes = engine_.Read(*runtime, slice, window, period, now);
    v1::KpiState state;
    if (bytes.ok()) {
      state.ParseFromString(**bytes);
    } else {
      state.set_value(std::string(bytes.status().message()));
    }
    return state;
  }

  FeedForTest feed_;
  PartitionEngine engine_{0, kTestIncarnation, 0};
};

TEST_F(PartitionEngineTest, SampleReachesEveryWindowAndSlice) {
  DefineSum();
  Tick(TestTime(5));
  Write(5, 4);
  Write(6, 8, "b", "US");
  const TickOutput output = Tick(TestTime(6, 13));
  EXPECT_EQ(output.evaluated_seq, 2);
  EXPECT_EQ(Read("", 0, 5, TestTime(7)).value(), "4");
  EXPECT_EQ(Read("", 1, 5, TestTime(7)).value(), "12");
  EXPECT_EQ(Read("region=US", 1, 5, TestTime(7)).value(), "8");
  EXPECT_EQ(Read("", 0, 6, TestTime(7)).status(), v1::STATUS_WARNING);
  EXPECT_THAT(Read("region=APAC", 1, 5, TestTime(7)).value(),
              ::testing::HasSubstr("has no samples"));
}

TEST_F(PartitionEngineTest, EqualStatesAreNotShownAgain) {
  DefineSum();
  Write(5, 4);
  EXPECT_FALSE(Tick(TestTime(5, 13)).updates.empty());
  EXPECT_TRUE(Tick(TestTime(5, 14)).updates.empty());
  EXPECT_TRUE(Tick(TestTime(5, 15)).log.empty());
}

TEST_F(PartitionEngineTest, AnswerAheadOfTheFeedWaitsForIt) {
  DefineSum();
  const FeedForTest::Batch first =
      feed_.Write({"m", "EU", absl::ToUnixNanos(TestTime(5, 12)), "a"}, 4);
  const FeedForTest::Batch second =
      feed_.Write({"m", "EU", absl::ToUnixNanos(TestTime(5, 12)), "b"}, 5);
  const std::vector<LoadRequest> loads = engine_.TakeLoads();
  for (const LoadRequest& load : loads) ASSERT_TRUE(engine_.Answer(feed_.Answer(load)).ok());
  EXPECT_TRUE(engine_.Tick(TestTime(5, 13), kNoLimit).updates.empty());
  Apply(first);
  EXPECT_TRUE(engine_.Tick(TestTime(5, 13), kNoLimit).updates.empty());
  Apply(second);
  EXPECT_FALSE(engine_.Tick(TestTime(5, 13), kNoLimit).updates.empty());
  EXPECT_EQ(Read("", 0, 5, TestTime(5, 13)).value(), "9");
}

TEST_F(PartitionEngineTest, LostMaximumIsLoadedAgain) {
  Define(TestKpi("k", "m", v1::AGGREGATION_MAX));
  Write(5, 4, "a");
  Write(5, 9, "b");
  Tick(TestTime(5, 13));
  EXPECT_EQ(Read("", 0, 5, TestTime(5, 13)).value(), "9");
  Apply(feed_.Retract({"m", "EU", absl::ToUnixNanos(TestTime(5, 12)), "b"}));
  // Until the answer comes the state stays as it was, and so does the position.
  EXPECT_EQ(engine_.Tick(TestTime(5, 13), kNoLimit).evaluated_seq, 2);
  EXPECT_EQ(Tick(TestTime(5, 14)).evaluated_seq, 3);
  EXPECT_EQ(Read("", 0, 5, TestTime(5, 14)).value(), "4");
  EXPECT_GT(engine_.counters().pane_reloads, 0);
}

TEST_F(PartitionEngineTest, WhatIsShownIsNoNewerThanAStateThatWaitsForItsReload) {
  DefineSum();
  Write(5, 4);
  Tick(TestTime(5, 13));
  EXPECT_EQ(engine_.shown_seq(), 1);
  Apply(feed_.Retract({"m", "EU", absl::ToUnixNanos(TestTime(5, 12)), "a"}));
  engine_.Tick(TestTime(5, 13), kNoLimit);
  Write(6, 5);
  engine_.Tick(TestTime(6, 13), kNoLimit);
  EXPECT_EQ(Read("", 0, 5, TestTime(6, 13)).value(), "4");
  EXPECT_EQ(engine_.seq(), 3);
  EXPECT_EQ(engine_.shown_seq(), 1);
  Tick(TestTime(6, 13));
  EXPECT_EQ(Read("", 0, 5, TestTime(6, 13)).row_count(), 0);
  EXPECT_EQ(engine_.shown_seq(), 3);
}

// One reload after the other does not make what is shown older than each of them takes.
TEST_F(PartitionEngineTest, EachReloadHoldsBackWhatCameSinceItsStateWasTouched) {
  DefineSum();
  Write(5, 4);
  Write(6, 5);
  Tick(TestTime(6, 13));
  Apply(feed_.Retract({"m", "EU", absl::ToUnixNanos(TestTime(5, 12)), "a"}));
  engine_.Tick(TestTime(6, 13), kNoLimit);
  const std::vector<LoadRequest> first = engine_.TakeLoads();
  Write(40, 6);  // in April
  engine_.Tick(TestTime(40, 13), kNoLimit);
  EXPECT_EQ(engine_.shown_seq(), 2);
  Apply(feed_.Retract({"m", "EU", absl::ToUnixNanos(TestTime(40, 12)), "a"}));
  for (const LoadRequest& load : first) ASSERT_TRUE(engine_.Answer(feed_.Answer(load)).ok());
  engine_.Tick(TestTime(40, 13), kNoLimit);
  EXPECT_EQ(engine_.evaluated_seq(), 2);
  EXPECT_EQ(engine_.shown_seq(), 4);
  EXPECT_EQ(Tick(TestTime(40, 13)).evaluated_seq, 5);
  EXPECT_EQ(engine_.shown_seq(), 5);
}

TEST_F(PartitionEngineTest, AKpiThatLoadsForTheFirstTimeMakesNothingOld) {
  DefineSum();
  Write(5, 4);
  Tick(TestTime(5, 13));
  engine_.Seed({.id = {"workspaces/w/kpis/new", "DAY", "", "2024-03-05"},
                .first_day = DayNumber(absl::CivilDay(2024, 3, 5))});
  ASSERT_TRUE(
      engine_.SetKpi(ResolveKpi({TestMetric("m"), TestKpi("new", "m", v1::AGGREGATION_MAX)}, "new"))
          .ok());
  Write(5, 5);
  engine_.Tick(TestTime(5, 13), kNoLimit);
  EXPECT_TRUE(engine_.loading());
  EXPECT_EQ(Read("", 0, 5, TestTime(5, 13)).value(), "5");
  EXPECT_EQ(engine_.evaluated_seq(), 1);
  EXPECT_EQ(engine_.shown_seq(), 2);
}

TEST_F(PartitionEngineTest, ALoadThatFailsKeepsNoMoreOfTheFeedThanItsLastAttemptNeeds) {
  Define(TestKpi("k", "m", v1::AGGREGATION_MAX));
  Write(5, 4, "a");
  Write(5, 9, "b");
  Tick(TestTime(5, 13));
  Apply(feed_.Retract({"m", "EU", absl::ToUnixNanos(TestTime(5, 12)), "b"}));
  std::vector<LoadRequest> loads = engine_.TakeLoads();
  ASSERT_FALSE(loads.empty());
  for (int i = 0; i < 1'000; ++i) {
    Write(5, i, "c");
    EXPECT_LT(engine_.backlog_bytes(), 10'000u);
    if (i % 10 != 0) continue;
    for (const LoadRequest& load : loads) engine_.AskAgain(load.id);
    loads = engine_.TakeLoads();
  }
  // What was read before the last attempt lacks what is not kept any more.
  LoadAnswer early = feed_.Answer(loads[0]);
  early.seq = 5;
  EXPECT_EQ(engine_.Answer(early).code(), absl::StatusCode::kFailedPrecondition);
  const LoadAnswer late = feed_.Answer(loads[0]);
  Write(5, 2'000, "d");
  ASSERT_TRUE(engine_.Answer(late).ok());
  for (size_t i = 1; i < loads.size(); ++i) {
    ASSERT_TRUE(engine_.Answer(feed_.Answer(loads[i])).ok());
  }
  Tick(TestTime(5, 14));
  EXPECT_EQ(engine_.backlog_bytes(), 0u);
  EXPECT_EQ(Read("", 0, 5, TestTime(5, 14)).value(), "2000");
}

TEST_F(PartitionEngineTest, ALoadThatTakesTooLongIsAskedForAgain) {
  PartitionEngine engine(0, kTestIncarnation, 0, 1'000);
  ASSERT_TRUE(
      engine.SetKpi(ResolveKpi({TestMetric("m"), TestKpi("k", "m", v1::AGGREGATION_SUM)})).ok());
  std::vector<LoadAnswer> answers;
  for (const LoadRequest& load : engine.TakeLoads()) answers.push_back(feed_.Answer(load));
  for (int i = 1; i <= 100; ++i) {
    ASSERT_TRUE(
        engine.Apply(feed_.Write({"m", "EU", absl::ToUnixNanos(TestTime(5, 12)), "a"}, i)).ok());
    EXPECT_LE(engine.backlog_bytes(), 1'000u);
  }
  for (const LoadAnswer& answer : answers) {
    EXPECT_EQ(GetErrorDetails(engine.Answer(answer)).reason, "FEED_TRIMMED");
  }
  feed_.AnswerAll(engine);
  engine.Tick(TestTime(5, 13), kNoLimit);
  const auto contents = ContentsOf(engine);
  ASSERT_FALSE(contents.empty());
  EXPECT_THAT(contents.begin()->second, ::testing::HasSubstr("100"));
}

TEST_F(PartitionEngineTest, CloseIsLoggedOnceAndALaterSampleRestatesIt) {
  DefineSum();
  Write(5, 4);
  Tick(TestTime(5, 13));
  Apply(feed_.Advance("m", TestTime(6)));
  std::vector<LoggedState> log = OfTheFifth(Tick(TestTime(6, 1)).log);
  ASSERT_EQ(log.size(), 1u);
  EXPECT_EQ(log[0].cause, v1::HISTORY_CAUSE_CLOSED);
  EXPECT_EQ(log[0].revision, 1);
  EXPECT_EQ(log[0].value, "4");
  Write(5, 7);
  log = OfTheFifth(Tick(TestTime(6, 2)).log);
  ASSERT_EQ(log.size(), 1u);
  EXPECT_EQ(log[0].cause, v1::HISTORY_CAUSE_RESTATED);
  EXPECT_EQ(log[0].revision, 2);
  const v1::KpiState state = Read("", 0, 5, TestTime(6, 2));
  EXPECT_EQ(state.value(), "7");
  EXPECT_EQ(state.revision(), 2);
  EXPECT_THAT(state.flags(), ::testing::Contains(v1::STATE_FLAG_RESTATED));
}

TEST_F(PartitionEngineTest, SeedsKeepRevisionsAcrossARestart) {
  DefineSum();
  Write(5, 4);
  Apply(feed_.Advance("m", TestTime(6)));
  const std::vector<LoggedState> log = Tick(TestTime(6, 1)).log;
  PartitionEngine next(0, kTestIncarnation, feed_.seq());
  for (LoggedState logged : log) next.Seed(logged);
  ASSERT_TRUE(
      next.SetKpi(ResolveKpi({TestMetric("m"), TestKpi("k", "m", v1::AGGREGATION_SUM)})).ok());
  feed_.AnswerAll(next);
  EXPECT_TRUE(OfTheFifth(next.Tick(TestTime(6, 2), kNoLimit).log).empty());
  ASSERT_TRUE(next.Apply(feed_.Retract({"m", "EU", absl::ToUnixNanos(TestTime(5, 12)), "a"})).ok());
  feed_.AnswerAll(next);
  const std::vector<LoggedState> restated = OfTheFifth(next.Tick(TestTime(6, 3), kNoLimit).log);
  ASSERT_EQ(restated.size(), 1u);
  EXPECT_EQ(restated[0].cause, v1::HISTORY_CAUSE_RESTATED);
  EXPECT_EQ(restated[0].revision, 2);
}

TEST_F(PartitionEngineTest, TimeAloneRollsOverIntoTheNextPeriod) {
  DefineSum();
  Write(5, 4);
  Tick(TestTime(5, 13));
  EXPECT_EQ(engine_.NextWakeup(), TestTime(6));
  const TickOutput output = Tick(TestTime(6));
  std::vector<std::string> periods;
  for (const ChangedState& changed : output.updates) {
    if (changed.id.slice.empty()) periods.push_back(changed.id.period);
  }
  EXPECT_THAT(periods, ::testing::Contains("2024-03-06"));
  EXPECT_EQ(Read("", 0, 5, TestTime(6)).period().life(), v1::PERIOD_LIFE_CLOSED);
}

TEST_F(PartitionEngineTest, TimeAloneMakesAStateStaleAndASampleElsewhereFreshAgain) {
  v1::Definition metric = TestMetric("m");
  metric.mutable_metric()->mutable_timeliness()->mutable_max_age()->set_seconds(3600);
  ASSERT_TRUE(engine_.SetKpi(ResolveKpi({metric, TestKpi("k", "m", v1::AGGREGATION_SUM)})).ok());
  Write(5, 4);
  Tick(TestTime(5, 12));
  const auto stale = [&](absl::Time now) {
    const v1::KpiState state = Read("region=EU", 0, 5, now);
    return std::find(state.flags().begin(), state.flags().end(), v1::STATE_FLAG_STALE) !=
           state.flags().end();
  };
  EXPECT_FALSE(stale(TestTime(5, 12)));
  EXPECT_LE(engine_.NextWakeup(), TestTime(5, 13) + absl::Seconds(1));
  Tick(TestTime(5, 14));
  EXPECT_TRUE(stale(TestTime(5, 14)));
  Apply(feed_.Write({"m", "US", absl::ToUnixNanos(TestTime(5, 14)), "b"}, 1));
  Tick(TestTime(5, 14));
  EXPECT_FALSE(stale(TestTime(5, 14)));
  Apply(feed_.Retract({"m", "US", absl::ToUnixNanos(TestTime(5, 14)), "b"}));
  Tick(TestTime(5, 14));
  EXPECT_TRUE(stale(TestTime(5, 14)));
}

TEST_F(PartitionEngineTest, RemovedKpiAnnouncesItsStates) {
  DefineSum();
  Write(5, 4);
  Tick(TestTime(5, 13));
  engine_.RemoveKpi(kTestKpi);
  const TickOutput output = Tick(TestTime(5, 14));
  EXPECT_EQ(output.updates.size(), 4u);  // two windows of the total and of region=EU
  for (const ChangedState& changed : output.updates) EXPECT_TRUE(changed.removed);
  EXPECT_EQ(engine_.Find(kTestKpi), nullptr);
  EXPECT_FALSE(engine_.loading());
}

TEST_F(PartitionEngineTest, ChangedTargetIsLoggedAsADefinitionChange) {
  DefineSum();
  Write(5, 4);
  Tick(TestTime(5, 13));
  v1::Definition changed = TestKpi("k", "m", v1::AGGREGATION_SUM);
  changed.set_revision(2);
  changed.mutable_kpi()->mutable_target()->set_fixed("4");
  Define(changed);
  const TickOutput output = Tick(TestTime(5, 14));
  ASSERT_FALSE(output.log.empty());
  EXPECT_EQ(output.log[0].cause, v1::HISTORY_CAUSE_DEFINITION);
  EXPECT_EQ(output.log[0].status, v1::STATUS_ON_TARGET);
  EXPECT_EQ(Read("", 0, 5, TestTime(5, 14)).definition_revision(), 2);
}

TEST_F(PartitionEngineTest, GapsAndOtherLivesOfTheFeedAreRefused) {
  DefineSum();
  auto batch = std::make_shared<v1::ChangeBatch>();
  batch->mutable_position()->set_incarnation(kTestIncarnation);
  batch->mutable_position()->set_seq(2);
  EXPECT_EQ(engine_.Apply(batch).code(), absl::StatusCode::kOutOfRange);
  auto other = std::make_shared<v1::ChangeBatch>(*batch);
  other->mutable_position()->set_incarnation(kTestIncarnation + 1);
  EXPECT_EQ(GetErrorDetails(engine_.Apply(other)).reason, "INCARNATION_CHANGED");
}

// The cost of a sample does not depend on KPIs that it does not concern.
TEST(PartitionEngineCost, KpisTouchedByASampleAreTheSameAmongAThousandAndAHundredThousand) {
  const auto base = ResolveKpi({TestMetric("m"), TestKpi("k", "m", v1::AGGREGATION_SUM)});
  std::vector<EngineCounters> counters;
  for (const int kpis : {1'000, 100'000}) {
    FeedForTest feed;
    PartitionEngine engine(0, kTestIncarnation, 0);
    for (int i = 0; i < kpis; ++i) {
      auto metric = std::make_shared<MetricDefinition>(*base->inputs[0].metric);
      metric->id = absl::StrCat("m", i / 2);
      auto kpi = std::make_shared<KpiDefinition>(*base);
      kpi->id = absl::StrCat("k", i);
      kpi->inputs[0].metric = metric;
      ASSERT_TRUE(engine.SetKpi(kpi).ok());
    }
    feed.AnswerAll(engine);
    engine.Tick(TestTime(5), kNoLimit);
    for (int i = 0; i < 10; ++i) {
      ASSERT_TRUE(engine
                      .Apply(feed.Write(
                          {absl::StrCat("m", i), "EU", absl::ToUnixNanos(TestTime(5)), "a"}, 1))
                      .ok());
    }
    engine.Tick(TestTime(5, 1), kNoLimit);
    counters.push_back(engine.counters());
  }
  EXPECT_EQ(counters[0].kpis_touched, 40);  // ten samples, two KPIs each, total and slice
  EXPECT_EQ(counters[1].kpis_touched, counters[0].kpis_touched);
  EXPECT_EQ(counters[1].evaluations, counters[0].evaluations);
}

}  // namespace
}  // namespace kpisuite
