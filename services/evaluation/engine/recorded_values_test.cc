#include "services/evaluation/engine/recorded_values.h"

#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "services/evaluation/engine/feed_for_test.h"

namespace kpisuite {
namespace {

const StateId kState{kTestKpi, "DAY", "", "2024-03-05"};

LoggedState Entry(int day, v1::HistoryCause cause, const std::string& value, int revision) {
  return {.id = kState,
          .revision = revision,
          .cause = cause,
          .record_time = TestTime(day),
          .value = value};
}

std::string AsOf(const RecordedValues& values, int day) {
  const auto number = values.AsOf(kState, TestTime(day));
  return number.has_value() ? LogText(*number) : "nothing";
}

TEST(RecordedValues, AreThoseKnownAtATimeOrTheFirstOfAll) {
  RecordedValues values;
  EXPECT_FALSE(values.Note(Entry(5, v1::HISTORY_CAUSE_TRANSITION, "1", 0)));
  EXPECT_EQ(AsOf(values, 20), "nothing");
  EXPECT_TRUE(values.Note(Entry(6, v1::HISTORY_CAUSE_CLOSED, "2", 1)));
  EXPECT_FALSE(values.Note(Entry(8, v1::HISTORY_CAUSE_RESTATED, "(EMPTY)", 2)));
  EXPECT_FALSE(values.Note(Entry(9, v1::HISTORY_CAUSE_RELEASED, "4", 3)));
  EXPECT_EQ(AsOf(values, 1), "2");
  EXPECT_EQ(AsOf(values, 7), "2");
  EXPECT_EQ(AsOf(values, 8), "(EMPTY)");
  EXPECT_EQ(AsOf(values, 20), "4");
}

TEST(RecordedValues, BeginAgainWithADefinitionThatMakesAnotherValue) {
  RecordedValues values;
  values.Note(Entry(6, v1::HISTORY_CAUSE_CLOSED, "2", 1));
  values.Note(Entry(8, v1::HISTORY_CAUSE_RESTATED, "3", 2));
  EXPECT_FALSE(values.Note(Entry(9, v1::HISTORY_CAUSE_DEFINITION, "3", 3)));
  EXPECT_EQ(AsOf(values, 7), "2");
  EXPECT_TRUE(values.Note(Entry(10, v1::HISTORY_CAUSE_DEFINITION, "5", 4)));
  EXPECT_EQ(AsOf(values, 7), "5");
}

TEST(RecordedValues, StayWhenAPeriodIsComputedAndClosedAgain) {
  RecordedValues values;
  values.Note(Entry(6, v1::HISTORY_CAUSE_CLOSED, "2", 1));
  EXPECT_FALSE(values.Note(Entry(9, v1::HISTORY_CAUSE_CLOSED, "3", 1)));
  EXPECT_EQ(AsOf(values, 20), "2");
}

// An engine whose KPI is to reach what the day before had when the day began.
class FrozenTargetTest : public ::testing::Test {
 protected:
  std::shared_ptr<const KpiDefinition> Kpi() const {
    v1::Definition kpi = TestKpi("k", "m", v1::AGGREGATION_SUM);
    v1::VersusPrior& prior = *kpi.mutable_kpi()->mutable_target()->mutable_vs_prior();
    prior.set_comparator("PREVIOUS_PERIOD");
    prior.set_units("0");
    prior.set_freeze(true);
    return ResolveKpi({TestMetric("m"), kpi});
  }
  std::unique_ptr<PartitionEngine> Start() {
    auto engine = std::make_unique<PartitionEngine>(0, kTestIncarnation, feed_.seq());
    engine->FindRecordedWith([this](const std::string&) {
      RecordedValues values;
      for (const LoggedState& logged : log_) values.Note(logged);
      return values;
    });
    for (const LoggedState& logged : log_) engine->Seed(logged);
    EXPECT_TRUE(engine->SetKpi(Kpi()).ok());
    return engine;
  }
  void Write(PartitionEngine& engine, int day, int64_t value) {
    const auto batch = feed_.Write({"m", "EU", absl::ToUnixNanos(TestTime(day, 12)), "a"}, value);
    ASSERT_TRUE(engine.Apply(batch).ok());
  }
  void Tick(PartitionEngine& engine, absl::Time now) {
    feed_.AnswerAll(engine);
    const TickOutput output = engine.Tick(now, 1'000'000);
    log_.insert(log_.end(), output.log.begin(), output.log.end());
  }
  static std::string TargetOn(PartitionEngine& engine, int day, absl::Time now) {
    const KpiRuntime& runtime = *engine.Find(kTestKpi);
    const Period period =
        runtime.kpi().windows[0].At(*runtime.kpi().calendar, absl::CivilDay(2024, 3, day));
    v1::KpiState state;
    state.ParseFromString(**engine.Read(runtime, "", 0, period, now));
    return state.target().value();
  }

  FeedForTest feed_;
  std::vector<LoggedState> log_;
};

TEST_F(FrozenTargetTest, IsTheSameAfterARestart) {
  auto engine = Start();
  Tick(*engine, TestTime(5));
  Write(*engine, 5, 20);
  ASSERT_TRUE(engine->Apply(feed_.Advance("m", TestTime(6))).ok());
  Tick(*engine, TestTime(6, 1));
  Write(*engine, 6, 7);
  Write(*engine, 5, 30);
  Tick(*engine, TestTime(6, 13));
  EXPECT_EQ(TargetOn(*engine, 6, TestTime(6, 13)), "20");
  EXPECT_EQ(TargetOn(*engine, 7, TestTime(6, 13)), "");

  const auto again = Start();
  Tick(*again, TestTime(6, 13));
  EXPECT_EQ(TargetOn(*again, 6, TestTime(6, 13)), "20");
  EXPECT_EQ(ContentsOf(*again), ContentsOf(*engine));
  Write(*again, 5, 40);
  Tick(*again, TestTime(6, 14));
  EXPECT_EQ(TargetOn(*again, 6, TestTime(6, 14)), "20");
}

TEST_F(FrozenTargetTest, AsksForWhatWasRecordedWhenATargetIsFrozenLater) {
  int asked = 0;
  PartitionEngine engine(0, kTestIncarnation, 0);
  engine.FindRecordedWith([&asked](const std::string& kpi) {
    EXPECT_EQ(kpi, kTestKpi);
    ++asked;
    return RecordedValues();
  });
  ASSERT_TRUE(
      engine.SetKpi(ResolveKpi({TestMetric("m"), TestKpi("k", "m", v1::AGGREGATION_SUM)})).ok());
  EXPECT_EQ(asked, 0);
  ASSERT_TRUE(engine.SetKpi(Kpi()).ok());
  ASSERT_TRUE(engine.SetKpi(Kpi()).ok());
  EXPECT_EQ(asked, 1);
}

TEST_F(FrozenTargetTest, WaitsForTheLog) {
  PartitionEngine engine(0, kTestIncarnation, 0);
  engine.FindRecordedWith([](const std::string&) -> absl::StatusOr<RecordedValues> {
    return absl::UnavailableError("no log");
  });
  EXPECT_EQ(engine.SetKpi(Kpi()).code(), absl::StatusCode::kUnavailable);
}

}  // namespace
}  // namespace kpisuite
