// A series costs what changes, not what it is long.
#include <string>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/evaluation/engine/feed_for_test.h"

namespace kpisuite {
namespace {

constexpr int kNoLimit = 1'000'000;

class SeriesHistoryTest : public ::testing::Test {
 protected:
  void SetUp() override {
    v1::Definition kpi = TestKpi("k", "m", v1::AGGREGATION_SUM);
    kpi.mutable_kpi()->clear_windows();
    kpi.mutable_kpi()->add_windows("DAY");
    kpi.mutable_kpi()->clear_slices();
    kpi.mutable_kpi()->mutable_process_control();
    kpi.mutable_kpi()->mutable_hysteresis()->set_worsen_periods(2);
    kpi_ = ResolveKpi({TestMetric("m"), kpi});
    ASSERT_TRUE(engine_.SetKpi(kpi_).ok());
  }

  void Write(int day, int64_t value, const std::string& id = "a") {
    const auto batch = feed_.Write({"m", "EU", absl::ToUnixNanos(TestTime(day, 1)), id}, value);
    ASSERT_TRUE(engine_.Apply(batch).ok());
  }
  void Complete(int day) { ASSERT_TRUE(engine_.Apply(feed_.Advance("m", TestTime(day))).ok()); }
  TickOutput Tick(absl::Time now) {
    feed_.AnswerAll(engine_);
    return engine_.Tick(now, kNoLimit);
  }
  int64_t Rebuilds() const { return engine_.Find(kTestKpi)->slices()[0].histories[0].rebuilds(); }

  std::shared_ptr<const KpiDefinition> kpi_;
  FeedForTest feed_;
  PartitionEngine engine_{0, kTestIncarnation, 0};
};

TEST_F(SeriesHistoryTest, SampleInTheOpenPeriodEvaluatesOneStateAndBuildsNothingAgain) {
  for (int day = 1; day <= 20; ++day) Write(day, 10 + day % 3);
  Complete(20);
  Tick(TestTime(20, 2));
  const int64_t rebuilds = Rebuilds();
  for (int i = 0; i < 10; ++i) {
    const int64_t evaluations = engine_.counters().evaluations;
    Write(20, i, "b");
    Tick(TestTime(20, 3 + i));
    EXPECT_EQ(engine_.counters().evaluations, evaluations + 1);
  }
  EXPECT_EQ(Rebuilds(), rebuilds);
}

TEST_F(SeriesHistoryTest, PeriodsThatCloseInOrderBuildNothingAgain) {
  for (int day = 1; day <= 3; ++day) Write(day, 10);
  Complete(3);
  Tick(TestTime(3, 2));
  const int64_t rebuilds = Rebuilds();
  for (int day = 4; day <= 20; ++day) {
    Write(day, 10);
    Complete(day);
    Tick(TestTime(day, 2));
  }
  EXPECT_EQ(Rebuilds(), rebuilds);
}

TEST_F(SeriesHistoryTest, ReadingAnEarlierPeriodLeavesTheEndOfTheSeriesAsItIs) {
  for (int day = 1; day <= 20; ++day) Write(day, 10 + day % 3);
  Complete(20);
  Tick(TestTime(20, 2));
  const KpiRuntime& runtime = *engine_.Find(kTestKpi);
  const Period period = runtime.kpi().windows[0].At(*runtime.kpi().calendar, TestTime(7));
  ASSERT_TRUE(engine_.Explain(runtime, "", 0, period, TestTime(20, 2)).ok());
  const int64_t rebuilds = Rebuilds();
  Write(20, 5, "b");
  Tick(TestTime(20, 3));
  EXPECT_EQ(Rebuilds(), rebuilds);
}

TEST_F(SeriesHistoryTest, CorrectionReachesEveryLaterPeriodOnce) {
  for (int day = 1; day <= 20; ++day) Write(day, 10 + day % 3);
  Complete(20);
  Tick(TestTime(20, 2));
  const int64_t evaluations = engine_.counters().evaluations;
  Write(5, 100);
  Tick(TestTime(20, 3));
  EXPECT_EQ(engine_.counters().evaluations, evaluations + 16);
}

TEST_F(SeriesHistoryTest, ShortTicksSayTheSameAsALongOne) {
  for (const int day : {1, 2, 5, 6, 9, 12, 14, 15, 17, 18, 20}) Write(day, 8 + day % 4);
  Complete(20);
  Tick(TestTime(20, 2));
  PartitionEngine other(0, kTestIncarnation, feed_.seq());
  ASSERT_TRUE(other.SetKpi(kpi_).ok());
  feed_.AnswerAll(other);
  std::vector<LoggedState> log;
  for (bool more = true; more;) {
    TickOutput output = other.Tick(TestTime(20, 2), 1);
    log.insert(log.end(), output.log.begin(), output.log.end());
    more = output.more;
  }
  EXPECT_EQ(ContentsOf(other), ContentsOf(engine_));
  for (const LoggedState& logged : log) {
    EXPECT_NE(logged.cause, v1::HISTORY_CAUSE_RESTATED) << logged.id.period;
  }
}

TEST_F(SeriesHistoryTest, DirectionOfTravelIsMentionedUnlessThereIsASignal) {
  for (int day = 1; day <= 13; ++day) Write(day, 10 + 2 * (day % 2));
  for (int day = 14; day <= 19; ++day) Write(day, day - 7);
  Complete(20);
  Tick(TestTime(20, 2));
  const auto said = [&] {
    const KpiRuntime& runtime = *engine_.Find(kTestKpi);
    const Period period = runtime.kpi().windows[0].At(*runtime.kpi().calendar, TestTime(19));
    v1::KpiState state;
    state.ParseFromString(**engine_.Read(runtime, "", 0, period, TestTime(20, 2)));
    return state;
  };
  EXPECT_EQ(said().trend().verdict(), "IMPROVING");
  EXPECT_EQ(said().control().variation(), "COMMON_CAUSE");
  EXPECT_THAT(said().reasons(), ::testing::Contains("the last 6 values are improving"));
  Write(19, 100, "b");
  Tick(TestTime(20, 3));
  EXPECT_EQ(said().trend().verdict(), "IMPROVING");
  EXPECT_EQ(said().control().variation(), "IMPROVEMENT_HIGH");
  EXPECT_THAT(said().reasons(),
              ::testing::Not(::testing::Contains("the last 6 values are improving")));
}

TEST_F(SeriesHistoryTest, EmptyPeriodsBetweenTwoAreKept) {
  Write(1, 10);
  Write(20, 10);
  Complete(21);
  Tick(TestTime(21, 2));
  EXPECT_GE(engine_.Find(kTestKpi)->slices()[0].windows[0].size(), 20u);
}

TEST_F(SeriesHistoryTest, LongGapIsNotFilled) {
  Write(1, 10);
  Write(1 + kMaxSeriesGap + 2, 10);
  Tick(TestTime(1 + kMaxSeriesGap + 2, 2));
  EXPECT_EQ(engine_.Find(kTestKpi)->slices()[0].windows[0].size(), 2u);
}

}  // namespace
}  // namespace kpisuite
