#include "services/evaluation/engine/final_targets.h"

#include <memory>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/kpi/target_spec.h"
#include "services/evaluation/engine/feed_for_test.h"

namespace kpisuite {
namespace {

using ::testing::SizeIs;

Decimal Number(const char* text) { return Decimal::Parse(text).value(); }

TEST(FinalTargets, AreThoseThatAStateTells) {
  v1::KpiState state;
  v1::ResolvedTarget& range = *state.add_other_targets();
  range.set_role(v1::TARGET_ROLE_BUDGET);
  range.set_lo("-2.5");
  range.set_definition("workspaces/w/targets/t");
  range.set_rule("default");
  const FinalTargets targets = FinalTargetsOf(state);
  ASSERT_THAT(targets, SizeIs(std::size(kAllTargetRoles)));
  EXPECT_FALSE(targets[0].value.has_value());
  const ResolvedTarget& budget = targets[static_cast<size_t>(TargetRole::kBudget)];
  ASSERT_TRUE(budget.value.has_value());
  EXPECT_TRUE(budget.value->is_range);
  EXPECT_EQ(budget.value->low, Number("-2.5"));
  EXPECT_EQ(budget.value->high, std::nullopt);
  EXPECT_EQ(budget.target_id, "workspaces/w/targets/t");
  EXPECT_EQ(budget.rule, "default");
}

TEST(FinalTargets, ATargetThatWasNotThereDoesNotComeLater) {
  const ResolvedTarget none{.reason = NdReason::kNoTarget};
  const ResolvedTarget one{.target_id = "t", .value = TargetValue::Point(Number("1"))};
  const ResolvedTarget two{.target_id = "t", .value = TargetValue::Point(Number("2"))};
  EXPECT_EQ(KeptTarget(one, two).value->point(), Number("1"));
  EXPECT_EQ(KeptTarget(one, none).value->point(), Number("1"));
  EXPECT_EQ(KeptTarget(none, one).value, std::nullopt);
  EXPECT_EQ(KeptTarget(none, one).reason, NdReason::kPending);
  EXPECT_EQ(KeptTarget(one, none).reason, std::nullopt);
  EXPECT_EQ(KeptTarget(one, none).target_id, "t");
  EXPECT_EQ(KeptTarget(none, {.reason = NdReason::kNoComparable}).reason, NdReason::kNoComparable);
}

// A KPI whose target is what another one is worth; its days are final a day after they end.
class FinalTargetsTest : public ::testing::Test {
 protected:
  static std::vector<v1::Definition> Definitions() {
    v1::Definition kpi = TestKpi("k", "m", v1::AGGREGATION_SUM);
    kpi.mutable_kpi()->mutable_target()->set_formula("plan");
    kpi.mutable_kpi()->mutable_final_after()->set_seconds(24 * 3600);
    return {TestMetric("m"), TestMetric("p"), kpi, TestKpi("plan", "p", v1::AGGREGATION_SUM)};
  }
  static std::shared_ptr<const KpiDefinition> Plan() { return ResolveKpi(Definitions(), "plan"); }
  static std::shared_ptr<const KpiDefinition> Kpi() { return ResolveKpi(Definitions()); }

  std::vector<LoggedState> FinalStates() const {
    std::vector<LoggedState> states;
    for (const LoggedState& logged : log_) {
      if (logged.id.kpi == kTestKpi && logged.final) states.push_back(logged);
    }
    return states;
  }
  // As logs give them.
  void SeedWithoutStates(PartitionEngine& engine) const {
    for (LoggedState logged : log_) {
      logged.state = nullptr;
      engine.Seed(std::move(logged));
    }
  }
  std::unique_ptr<PartitionEngine> Start() {
    auto engine = std::make_unique<PartitionEngine>(0, kTestIncarnation, feed_.seq());
    engine->FindClosedStatesWith([this](const std::string& kpi, bool final) {
      EXPECT_EQ(kpi, kTestKpi);
      EXPECT_TRUE(final);
      ++asked_;
      return FinalStates();
    });
    SeedWithoutStates(*engine);
    EXPECT_TRUE(engine->SetKpi(Plan()).ok());
    EXPECT_TRUE(engine->SetKpi(Kpi()).ok());
    return engine;
  }
  void Write(PartitionEngine& engine, const std::string& metric, int64_t value) {
    const auto batch = feed_.Write({metric, "EU", absl::ToUnixNanos(TestTime(5, 12)), "a"}, value);
    ASSERT_TRUE(engine.Apply(batch).ok());
  }
  void Tick(PartitionEngine& engine, absl::Time now) {
    feed_.SetTime(now);
    // What is loaded depends on what is final by the clock.
    for (bool more = true; more;) {
      feed_.AnswerAll(engine);
      const TickOutput output = engine.Tick(now, 1'000'000);
      log_.insert(log_.end(), output.log.begin(), output.log.end());
      more = output.more;
    }
    feed_.AnswerAll(engine);
    const TickOutput output = engine.Tick(now, 1'000'000);
    log_.insert(log_.end(), output.log.begin(), output.log.end());
  }
  static std::string TargetOf(PartitionEngine& engine, absl::Time now) {
    const KpiRuntime& runtime = *engine.Find(kTestKpi);
    const Period period =
        runtime.kpi().windows[0].At(*runtime.kpi().calendar, absl::CivilDay(2024, 3, 5));
    v1::KpiState state;
    state.ParseFromString(**engine.Read(runtime, "", 0, period, now));
    return state.target().value();
  }

  FeedForTest feed_;
  std::vector<LoggedState> log_;
  int asked_ = 0;
};

TEST_F(FinalTargetsTest, StayWhereTheOtherKpiMovesAndAfterARestart) {
  auto engine = Start();
  Tick(*engine, TestTime(5));
  Write(*engine, "m", 20);
  Write(*engine, "p", 30);
  ASSERT_TRUE(engine->Apply(feed_.Advance("m", TestTime(6))).ok());
  ASSERT_TRUE(engine->Apply(feed_.Advance("p", TestTime(6))).ok());
  Tick(*engine, TestTime(6, 1));
  Write(*engine, "p", 31);
  Tick(*engine, TestTime(6, 2));
  EXPECT_EQ(TargetOf(*engine, TestTime(6, 2)), "31");
  Tick(*engine, TestTime(7));
  Write(*engine, "p", 40);
  Tick(*engine, TestTime(8));
  EXPECT_EQ(TargetOf(*engine, TestTime(8)), "31");
  EXPECT_EQ(asked_, 0);

  const auto again = Start();
  Tick(*again, TestTime(8));
  EXPECT_EQ(asked_, 1);
  EXPECT_EQ(TargetOf(*again, TestTime(8)), "31");
  EXPECT_EQ(ContentsOf(*again), ContentsOf(*engine));
  Write(*again, "p", 50);
  Tick(*again, TestTime(9));
  EXPECT_EQ(TargetOf(*again, TestTime(9)), "31");
}

TEST_F(FinalTargetsTest, WaitForTheLog) {
  auto engine = Start();
  Tick(*engine, TestTime(5));
  Write(*engine, "m", 20);
  Write(*engine, "p", 30);
  ASSERT_TRUE(engine->Apply(feed_.Advance("m", TestTime(6))).ok());
  Tick(*engine, TestTime(8));

  bool fails = true;
  PartitionEngine again(0, kTestIncarnation, feed_.seq());
  again.FindClosedStatesWith(
      [&](const std::string&, bool) -> absl::StatusOr<std::vector<LoggedState>> {
        if (fails) return absl::UnavailableError("the log does not answer");
        return FinalStates();
      });
  SeedWithoutStates(again);
  ASSERT_TRUE(again.SetKpi(Plan()).ok());
  EXPECT_EQ(again.SetKpi(Kpi()).code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(again.Find(kTestKpi), nullptr);
  // Nothing is left of the attempt that data could reach.
  Write(again, "m", 21);
  Write(again, "p", 40);
  Tick(again, TestTime(8));
  fails = false;
  ASSERT_TRUE(again.SetKpi(Kpi()).ok());
  Tick(again, TestTime(8));
  EXPECT_EQ(TargetOf(again, TestTime(8)), "30");
}

}  // namespace
}  // namespace kpisuite
