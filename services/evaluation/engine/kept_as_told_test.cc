#include <gtest/gtest.h>

#include "services/evaluation/engine/evaluate_kpi.h"
#include "services/evaluation/engine/feed_for_test.h"
#include "services/evaluation/engine/told_state.h"

namespace kpisuite {
namespace {

// A KPI over the metric `m`, of which earlier samples go, and what its log says.
class KeptAsTold : public ::testing::Test {
 protected:
  static std::shared_ptr<const KpiDefinition> Sum() { return Kpi(v1::AGGREGATION_SUM); }
  static std::shared_ptr<const KpiDefinition> Kpi(v1::Aggregation aggregation) {
    return ResolveKpi({TestMetric("m"), TestKpi("k", "m", aggregation)});
  }

  // An engine that begins now, with what the log has so far.
  void Start(std::shared_ptr<const KpiDefinition> kpi) {
    engine_ = std::make_unique<PartitionEngine>(0, kTestIncarnation, feed_.seq());
    engine_->FindClosedStatesWith(
        [this](const std::string&, bool) -> absl::StatusOr<std::vector<LoggedState>> {
          ++asked_;
          if (log_fails_) return absl::UnavailableError("the log does not answer");
          std::vector<LoggedState> closed;
          for (const auto& [key, logged] : Newest()) {
            if (logged.revision >= 1) closed.push_back(logged);
          }
          return closed;
        });
    for (auto [key, logged] : Newest()) {
      logged.state = nullptr;
      engine_->Seed(std::move(logged));
    }
    ASSERT_TRUE(engine_->SetKpi(std::move(kpi)).ok());
  }
  std::map<std::string, LoggedState> Newest() const {
    std::map<std::string, LoggedState> newest;
    for (const LoggedState& logged : log_) newest[logged.id.Key()] = logged;
    return newest;
  }
  void Apply(const FeedForTest::Batch& batch) { ASSERT_TRUE(engine_->Apply(batch).ok()); }
  void Write(int day, int64_t value, const std::string& id = "a") {
    Apply(feed_.Write({"m", "EU", absl::ToUnixNanos(TestTime(day, 12)), id}, value));
  }
  // What the log says of it is returned, as "period cause value".
  std::vector<std::string> Tick(absl::Time now) {
    feed_.SetTime(now);
    std::vector<std::string> said;
    for (int round = 0; round < 3; ++round) {
      feed_.AnswerAll(*engine_);
      for (const LoggedState& logged : engine_->Tick(now, 1'000'000).log) {
        log_.push_back(logged);
        if (!logged.id.slice.empty()) continue;
        said.push_back(logged.id.period + " " +
                       v1::HistoryCause_Name(logged.cause).substr(sizeof("HISTORY_CAUSE_") - 1) +
                       " " + logged.value);
      }
    }
    return said;
  }
  // The 4th, 5th and 6th are closed with a value; then the first two go.
  void ForgetTwoOfThreeDays() {
    Start(Sum());
    Tick(TestTime(4));
    for (const int day : {4, 5, 6}) Write(day, day);
    Apply(feed_.Advance("m", TestTime(7)));
    Tick(TestTime(7, 1));
    Apply(feed_.Forget("m", TestTime(6)));
  }
  v1::KpiState Read(int day, size_t window = 0) {
    const KpiRuntime& runtime = *engine_->Find(kTestKpi);
    const Period period =
        runtime.kpi().windows[window].At(*runtime.kpi().calendar, absl::CivilDay(2024, 3, day));
    v1::KpiState state;
    state.ParseFromString(**engine_->Read(runtime, "", window, period, TestTime(1)));
    return state;
  }
  std::string Text(int day, size_t window = 0) {
    const v1::KpiState state = Read(day, window);
    return state.value().empty() ? v1::NdReason_Name(state.nd_reason()) : state.value();
  }

  // A day and the one before it.
  v1::Comparison Compared(int day) {
    const KpiRuntime& runtime = *engine_->Find(kTestKpi);
    const Period period =
        runtime.kpi().windows[0].At(*runtime.kpi().calendar, absl::CivilDay(2024, 3, day));
    const std::vector<Comparator> comparators = {{.kind = ComparatorKind::kPreviousPeriod}};
    const auto explanation = engine_->Explain(runtime, "", 0, period, TestTime(1), comparators);
    EXPECT_TRUE(explanation.ok()) << explanation.status();
    return explanation->comparisons(0);
  }

  FeedForTest feed_;
  std::unique_ptr<PartitionEngine> engine_;
  std::vector<LoggedState> log_;
  bool log_fails_ = false;
  int asked_ = 0;
};

TEST_F(KeptAsTold, ClosedPeriodsStayAndOpenOnesHaveNoValue) {
  ForgetTwoOfThreeDays();
  EXPECT_EQ(Tick(TestTime(7, 2)), std::vector<std::string>({"2024-03 TRANSITION (NOT_KEPT)"}));
  EXPECT_EQ(Text(5), "5");
  EXPECT_EQ(Text(6), "6");
  EXPECT_EQ(Text(6, 1), "ND_REASON_NOT_KEPT");
  EXPECT_EQ(Read(6, 1).status(), v1::STATUS_NO_DATA);
  // Of a day on which nothing was told it is not said that there was nothing.
  EXPECT_EQ(Text(3), "ND_REASON_NOT_KEPT");
  // What is kept goes on.
  Write(6, 60);
  Write(7, 7);
  EXPECT_EQ(Tick(TestTime(7, 3)),
            std::vector<std::string>({"2024-03-06 RESTATED 60", "2024-03-07 TRANSITION 7"}));
  EXPECT_EQ(asked_, 0);
}

TEST_F(KeptAsTold, ARestartTellsTheSame) {
  ForgetTwoOfThreeDays();
  Tick(TestTime(7, 2));
  const auto before = ContentsOf(*engine_);
  const std::string version = Read(5).version();
  Start(Sum());
  log_fails_ = true;
  EXPECT_TRUE(Tick(TestTime(7, 3)).empty());
  EXPECT_EQ(engine_->NextWakeup(), TestTime(7, 3) + absl::Seconds(1));
  log_fails_ = false;
  EXPECT_TRUE(Tick(TestTime(7, 3)).empty());
  EXPECT_EQ(ContentsOf(*engine_), before);
  EXPECT_EQ(Text(4), "4");
  EXPECT_GT(Read(5).version(), version);
  EXPECT_GT(engine_->counters().kept_as_told, 0);
  // All of a KPI is asked for at once: in each of three ticks in vain, then once.
  EXPECT_EQ(asked_, 4);
}

// The first look at what goes did not see the last of its business days.
TEST_F(KeptAsTold, BusinessDaysOfWhatIsGoneMayBeToldLater) {
  Start(Sum());
  Tick(TestTime(4));
  for (const int day : {4, 5, 6}) Write(day, day);
  Apply(feed_.Advance("m", TestTime(7)));
  Tick(TestTime(7, 1));
  Apply(feed_.Forget("m", TestTime(5)));
  Write(5, 50);
  EXPECT_EQ(Tick(TestTime(7, 2)),
            std::vector<std::string>({"2024-03-05 RESTATED 50", "2024-03 TRANSITION (NOT_KEPT)"}));
  Apply(feed_.Forget("m", TestTime(5), DayNumber(absl::CivilDay(2024, 3, 6))));
  Write(5, 51);
  Write(6, 60);
  EXPECT_EQ(Tick(TestTime(7, 3)), std::vector<std::string>({"2024-03-06 RESTATED 60"}));
  EXPECT_EQ(Text(5), "50");
}

TEST_F(KeptAsTold, WhatReachesBackStaysToo) {
  v1::Definition kpi = TestKpi("k", "m", v1::AGGREGATION_SUM);
  v1::Input& before = (*kpi.mutable_kpi()->mutable_inputs())["y"];
  before.set_metric("m");
  before.set_aggregation(v1::AGGREGATION_SUM);
  before.mutable_offset()->set_previous_period(1);
  kpi.mutable_kpi()->set_formula("x - coalesce(y, 0)");
  const auto growth = ResolveKpi({TestMetric("m"), kpi});
  Start(growth);
  Tick(TestTime(4));
  for (const int day : {4, 5, 6}) Write(day, day * day);
  Apply(feed_.Advance("m", TestTime(7)));
  Tick(TestTime(7, 1));
  EXPECT_EQ(Text(6), "11");
  Apply(feed_.Forget("m", TestTime(6)));
  Tick(TestTime(7, 2));
  // Without the day before it the difference cannot be told again.
  Write(6, 1000);
  EXPECT_TRUE(Tick(TestTime(7, 3)).empty());
  EXPECT_EQ(Text(6), "11");
  Start(growth);
  EXPECT_TRUE(Tick(TestTime(7, 4)).empty());
  EXPECT_EQ(Text(6), "11");
  Write(7, 1007);
  EXPECT_EQ(Tick(TestTime(7, 5)), std::vector<std::string>({"2024-03-07 TRANSITION 7"}));
}

TEST_F(KeptAsTold, LevelsThatAreCarriedForEverHaveNoValue) {
  v1::Definition kpi = TestKpi("k", "m", v1::AGGREGATION_LAST);
  (*kpi.mutable_kpi()->mutable_inputs())["x"].set_carry_forward("UNTIL_RETRACTED");
  Start(ResolveKpi({TestMetric("m"), kpi}));
  Tick(TestTime(4));
  Write(4, 40);
  Apply(feed_.Advance("m", TestTime(6)));
  Tick(TestTime(6, 1));
  EXPECT_EQ(Text(5), "40");
  Apply(feed_.Forget("m", TestTime(5)));
  Tick(TestTime(6, 2));
  EXPECT_EQ(Text(5), "40");
  EXPECT_EQ(Text(6), "ND_REASON_NOT_KEPT");
}

TEST_F(KeptAsTold, WhatWasToldMayStillBecomeFinal) {
  v1::Definition kpi = TestKpi("k", "m", v1::AGGREGATION_SUM);
  kpi.mutable_kpi()->mutable_final_after()->set_seconds(3 * 24 * 3600);
  const auto sum = ResolveKpi({TestMetric("m"), kpi});
  Start(sum);
  Tick(TestTime(4));
  Write(4, 40);
  Apply(feed_.Advance("m", TestTime(6)));
  Tick(TestTime(6, 1));
  Apply(feed_.Forget("m", TestTime(5)));
  Tick(TestTime(6, 2));
  for (const bool restarted : {false, true}) {
    if (restarted) Start(sum);
    EXPECT_EQ(Tick(TestTime(8, 1)), restarted ? std::vector<std::string>()
                                              : std::vector<std::string>({"2024-03-04 FINAL 40"}));
    EXPECT_EQ(Text(4), "40");
    EXPECT_EQ(Read(4).period().life(), v1::PERIOD_LIFE_FINAL);
  }
  EXPECT_EQ(log_.back().reason, "final_after");
}

// What is compared with a closed period, and targets made of it, read what was told.
TEST_F(KeptAsTold, LaterPeriodsCompareWithWhatWasTold) {
  v1::Definition kpi = TestKpi("k", "m", v1::AGGREGATION_SUM);
  v1::VersusPrior& prior = *kpi.mutable_kpi()->mutable_target()->mutable_vs_prior();
  prior.set_comparator("PREVIOUS_PERIOD");
  prior.set_units("1");
  const auto sum = ResolveKpi({TestMetric("m"), kpi});
  Start(sum);
  Tick(TestTime(4));
  for (const int day : {4, 5, 6}) Write(day, 10 * day);
  Apply(feed_.Advance("m", TestTime(7)));
  Tick(TestTime(7, 1));
  Apply(feed_.Forget("m", TestTime(6)));
  for (const bool restarted : {false, true}) {
    if (restarted) Start(sum);
    Tick(TestTime(7, 2));
    EXPECT_EQ(Read(6).target().value(), "51");
    Write(6, restarted ? 62 : 61);
    Tick(TestTime(7, 3));
    EXPECT_EQ(Text(6), restarted ? "62" : "61");
    EXPECT_EQ(Read(6).target().value(), "51");
    const v1::Comparison before = Compared(6);
    EXPECT_EQ(before.value(), "50");
    EXPECT_EQ(before.delta(), restarted ? "12" : "11");
    // Nothing was ever told of the day before the first.
    EXPECT_EQ(Compared(4).nd_reason(), v1::ND_REASON_NOT_KEPT);
  }
}

// What was told may be of another formula or unit then.
TEST_F(KeptAsTold, ARestatedHistoryIsNotComparedWithWhatWasTold) {
  Start(Sum());
  Tick(TestTime(4));
  for (const int day : {4, 5, 6}) Write(day, 10 * day);
  Apply(feed_.Advance("m", TestTime(7)));
  Tick(TestTime(7, 1));
  Apply(feed_.Forget("m", TestTime(6)));
  Tick(TestTime(7, 2));
  EXPECT_EQ(Compared(6).value(), "50");
  v1::Definition kpi = TestKpi("k", "m", v1::AGGREGATION_SUM);
  kpi.mutable_kpi()->set_history_policy(v1::HISTORY_POLICY_RESTATE_HISTORY);
  kpi.mutable_kpi()->set_formula("x / 2");
  ASSERT_TRUE(engine_->SetKpi(ResolveKpi({TestMetric("m"), kpi})).ok());
  Tick(TestTime(7, 3));
  EXPECT_EQ(Text(6), "30");
  EXPECT_EQ(Text(5), "50");
  EXPECT_EQ(Compared(6).nd_reason(), v1::ND_REASON_NOT_KEPT);
}

// The series goes on from what was told: hysteresis, the chart and what KEEP_LAST keeps.
TEST_F(KeptAsTold, SeriesBuildOnWhatWasTold) {
  v1::Definition kpi = TestKpi("k", "m", v1::AGGREGATION_AVG);
  kpi.mutable_kpi()->mutable_process_control();
  kpi.mutable_kpi()->mutable_hysteresis()->set_worsen_periods(3);
  kpi.mutable_kpi()->mutable_hysteresis()->set_improve_periods(2);
  const auto series = ResolveKpi({TestMetric("m"), kpi});
  Start(series);
  Tick(TestTime(1));
  const int64_t values[] = {12, 9, 11, 8, 7, 12, 7, 6, 5, 13, 12, 4, 3};
  int day = 1;
  for (const int64_t value : values) Write(++day, value);
  Apply(feed_.Advance("m", TestTime(day + 1)));
  Tick(TestTime(day + 1, 1));
  Apply(feed_.Forget("m", TestTime(9)));
  Tick(TestTime(day + 1, 2));
  Write(day + 1, 2);
  Write(10, 1);
  Tick(TestTime(day + 1, 3));
  const auto before = ContentsOf(*engine_);
  Start(series);
  EXPECT_TRUE(Tick(TestTime(day + 1, 4)).empty());
  EXPECT_EQ(ContentsOf(*engine_), before);
  EXPECT_EQ(Read(day + 1).control().segment_points(), 13);
}

// What a point leaves is read back from the state that was made of it.
TEST_F(KeptAsTold, PointsAreReadBackAsTheyWere) {
  for (const auto policy : {v1::NO_DATA_POLICY_KEEP_LAST, v1::NO_DATA_POLICY_TREAT_AS_ZERO,
                            v1::NO_DATA_POLICY_OFF_TARGET}) {
    v1::Definition kpi = TestKpi("k", "m", v1::AGGREGATION_AVG);
    kpi.mutable_kpi()->set_no_data_policy(policy);
    if (policy == v1::NO_DATA_POLICY_KEEP_LAST) kpi.mutable_kpi()->set_keep_last_periods(2);
    kpi.mutable_kpi()->mutable_process_control();
    kpi.mutable_kpi()->mutable_hysteresis()->set_worsen_periods(2);
    log_.clear();
    feed_ = FeedForTest();
    Start(ResolveKpi({TestMetric("m"), kpi}));
    Tick(TestTime(1));
    for (const int day : {2, 3, 5, 8, 9}) Write(day, 20 - 2 * day);
    Apply(feed_.Advance("m", TestTime(11)));
    Tick(TestTime(11, 1));
    const KpiRuntime& runtime = *engine_->Find(kTestKpi);
    const SliceStates& slice = runtime.slices()[*runtime.FindSlice("")];
    int compared = 0;
    for (const auto& [first_day, state] : slice.windows[0]) {
      if (state.point == nullptr) continue;
      v1::KpiState told;
      ASSERT_TRUE(told.ParseFromString(*state.state));
      const Window& window = runtime.kpi().windows[0];
      const EvaluationContext context{
          .kpi = &runtime.kpi(),
          .window = &window,
          .period = window.At(*runtime.kpi().calendar, DayOfNumber(first_day))};
      EXPECT_EQ(ToldPoint(context, told), *state.point) << told.ShortDebugString();
      ++compared;
    }
    EXPECT_EQ(compared, 8);
  }
}

}  // namespace
}  // namespace kpisuite
