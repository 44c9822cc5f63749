// Cold starts, and what happens when Redis, measurement or definition go away and come back.
#include <atomic>
#include <memory>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/cache/redis_server_fixture.h"
#include "services/evaluation/engine/state_text.h"
#include "services/evaluation/evaluation_server_for_test.h"
#include "services/evaluation/log/memory_state_log.h"

namespace kpisuite {
namespace {

using Stub = v1::EvaluationService::Stub;

constexpr char kDay5[] = "2024-03-05";

class EvaluationFaultsTest : public ::testing::Test {
 protected:
  EvaluationFaultsTest() {
    suite_.definitions.Apply({TestMetric("m"), TestKpi("k", "m", v1::AGGREGATION_SUM)});
  }

  void Start(const std::string& cache = "memory") {
    suite_.StartServer(cache);
    ASSERT_TRUE(suite_.WaitUntilReady());
  }
  std::string Write(int64_t value) { return suite_.measurement.Write(TestTime(5, 12), value, "a"); }
  bool IsCached(RedisServer& redis, const std::string& value) {
    return Eventually([&] {
      const std::string key = "{p0000}:s:" + StateKeyOf(SeriesKey(kTestKpi, "DAY", ""), kDay5);
      v1::KpiState state;
      const std::string bytes = redis.Command({"GET", key});
      return bytes.size() > 60 && state.ParseFromString(bytes.substr(60)) && state.value() == value;
    });
  }

  EvaluationForTest suite_;
};

TEST_F(EvaluationFaultsTest, RestartShowsTheSameStatesAndLogsNothingTwice) {
  Start();
  const v1::KpiState before = suite_.Read(kDay5, Write(4));
  const int64_t logged = suite_.evaluation().loop().stats().logged;
  EXPECT_GT(logged, 0);
  Start();
  const v1::KpiState after = suite_.Read(kDay5);
  EXPECT_EQ(after.value(), before.value());
  EXPECT_EQ(after.revision(), before.revision());
  EXPECT_EQ(after.closed_at().seconds(), before.closed_at().seconds());
  EXPECT_EQ(suite_.evaluation().loop().stats().logged, 0);
}

TEST_F(EvaluationFaultsTest, StartWithoutDefinitionServiceUsesWhatWasSaved) {
  Start();
  suite_.Read(kDay5, Write(4));
  suite_.definitions.Stop();
  Start();
  EXPECT_EQ(suite_.Read(kDay5, Write(5)).value(), "5");
}

TEST_F(EvaluationFaultsTest, StartWithoutMeasurementAnswersFromTheLogMarkedStale) {
  Start();
  suite_.Read(kDay5, Write(4));
  suite_.measurement.Stop();
  suite_.StartServer();
  v1::KpiState state;
  ASSERT_TRUE(Eventually([&] {
    v1::GetStateRequest request;
    request.mutable_key()->set_kpi(kTestKpi);
    request.mutable_key()->set_period("LATEST_WITH_DATA");
    return suite_.Call(&Stub::GetState, request, &state).ok();
  }));
  EXPECT_EQ(state.value(), "4");
  EXPECT_EQ(state.freshness().source(), v1::STATE_SOURCE_STORE);
  EXPECT_TRUE(state.freshness().stale());
  EXPECT_FALSE(suite_.readiness().ready());
  suite_.measurement.Resume();
  EXPECT_TRUE(suite_.WaitUntilReady());
  EXPECT_EQ(suite_.Read(kDay5).freshness().source(), v1::STATE_SOURCE_OWNER);
}

TEST_F(EvaluationFaultsTest, ColdStartAnswersFromRedis) {
  RedisServer redis;
  ASSERT_TRUE(redis.Start().ok());
  Start(redis.address());
  suite_.Read(kDay5, Write(4));
  ASSERT_TRUE(IsCached(redis, "4"));
  suite_.measurement.Stop();
  suite_.StartServer(redis.address());
  v1::KpiState state;
  ASSERT_TRUE(Eventually([&] {
    v1::GetStateRequest request;
    request.mutable_key()->set_kpi(kTestKpi);
    request.mutable_key()->set_period(kDay5);
    return suite_.Call(&Stub::GetState, request, &state).ok();
  }));
  EXPECT_EQ(state.value(), "4");
  EXPECT_EQ(state.freshness().source(), v1::STATE_SOURCE_REDIS);
}

TEST_F(EvaluationFaultsTest, RedisDownAtStartAndDuringLoadChangesNothingForReaders) {
  RedisServer redis;
  ASSERT_TRUE(redis.Start().ok());
  redis.Kill();
  Start(redis.address());
  EXPECT_EQ(suite_.Read(kDay5, Write(4)).value(), "4");
  ASSERT_TRUE(redis.Start().ok());
  EXPECT_TRUE(IsCached(redis, "4"));
  redis.Kill();
  const v1::KpiState state = suite_.Read(kDay5, Write(5));
  EXPECT_EQ(state.value(), "5");
  EXPECT_FALSE(state.freshness().stale());
  ASSERT_TRUE(redis.Start().ok());
  EXPECT_TRUE(IsCached(redis, "5"));
}

TEST_F(EvaluationFaultsTest, FlushedRedisIsFilledAgain) {
  RedisServer redis;
  ASSERT_TRUE(redis.Start().ok());
  Start(redis.address());
  suite_.Read(kDay5, Write(4));
  ASSERT_TRUE(IsCached(redis, "4"));
  redis.Command({"FLUSHALL"});
  EXPECT_TRUE(IsCached(redis, "4"));
}

TEST_F(EvaluationFaultsTest, LostMeasurementIsFollowedAgainWhereItEnded) {
  Start();
  suite_.Read(kDay5, Write(4));
  suite_.measurement.Stop();
  const std::string token = Write(5);
  EXPECT_EQ(suite_.Read(kDay5).value(), "4");
  suite_.measurement.Resume();
  EXPECT_EQ(suite_.Read(kDay5, token).value(), "5");
}

TEST_F(EvaluationFaultsTest, WhatIsBehindIsNotCalledOlderThanItIs) {
  const auto as_of = [&] { return FromTimestamp(suite_.Read(kDay5).freshness().as_of()); };
  Start();
  suite_.Read(kDay5, Write(4));
  suite_.measurement.Hold();
  Write(5);
  const absl::Time acknowledged = absl::Now();
  // The feed lives, and says that it ends here.
  absl::SleepFor(absl::Milliseconds(1500));
  EXPECT_LT(as_of(), acknowledged);
  EXPECT_EQ(suite_.Read(kDay5).value(), "4");
  suite_.measurement.Release();
  EXPECT_TRUE(Eventually([&] { return as_of() >= acknowledged; }));
  EXPECT_EQ(suite_.Read(kDay5).value(), "5");
}

TEST_F(EvaluationFaultsTest, AStateThatWaitsForAggregatesIsNotCalledFresh) {
  const auto as_of = [&] { return FromTimestamp(suite_.Read(kDay5).freshness().as_of()); };
  Start();
  suite_.Read(kDay5, Write(4));
  suite_.measurement.HoldAggregates();
  suite_.measurement.Retract(TestTime(5, 12), "a");
  const absl::Time acknowledged = absl::Now();
  absl::SleepFor(absl::Milliseconds(2500));
  EXPECT_EQ(suite_.Read(kDay5).value(), "4");
  EXPECT_LT(as_of(), acknowledged);
  suite_.measurement.ReleaseAggregates();
  EXPECT_TRUE(Eventually([&] { return as_of() >= acknowledged; }));
  EXPECT_EQ(suite_.Read(kDay5).row_count(), 0);
}

TEST_F(EvaluationFaultsTest, AGapInTheFeedIsFilledFromAggregates) {
  Start();
  suite_.Read(kDay5, Write(4));
  suite_.measurement.LoseNext();
  Write(5);
  EXPECT_EQ(suite_.Read(kDay5, Write(6)).value(), "6");
  EXPECT_EQ(suite_.Read(kDay5, Write(7)).value(), "7");
}

// A log whose decisions cannot be read until it is told.
class ClosedLog final : public MemoryStateLog {
 public:
  explicit ClosedLog(const std::atomic<bool>& open) : open_(open) {}
  absl::StatusOr<FinalityDecisions> LoadDecisions() override {
    if (!open_) return absl::UnavailableError("the test closed it");
    return MemoryStateLog::LoadDecisions();
  }

 private:
  const std::atomic<bool>& open_;
};

TEST_F(EvaluationFaultsTest, WhatComesWhileAPartitionWaitsForTheLogIsInItWhenItBegins) {
  std::atomic<bool> open = false;
  suite_.StartServerOn(std::make_unique<ClosedLog>(open));
  suite_.measurement.WaitForReader();
  Write(4);
  const std::string token = Write(5);
  suite_.measurement.WaitUntilSent();
  EXPECT_FALSE(suite_.readiness().ready());
  open = true;
  ASSERT_TRUE(suite_.WaitUntilReady());
  EXPECT_EQ(suite_.Read(kDay5, token).value(), "5");
  EXPECT_EQ(suite_.Read(kDay5, Write(6)).value(), "6");
  // The feed had no gap behind it.
  EXPECT_EQ(suite_.evaluation().loop().stats().begun, 1);
}

TEST_F(EvaluationFaultsTest, RebuiltPartitionIsLoadedAgainAndOldTokensAreRefused) {
  Start();
  const std::string old_token = Write(4);
  suite_.Read(kDay5, old_token);
  suite_.measurement.Rebuild();
  EXPECT_EQ(suite_.Read(kDay5, Write(6)).value(), "6");
  v1::GetStateRequest request;
  request.mutable_key()->set_kpi(kTestKpi);
  request.set_at_least(old_token);
  v1::KpiState state;
  EXPECT_EQ(suite_.Call(&Stub::GetState, request, &state).error_code(),
            grpc::StatusCode::FAILED_PRECONDITION);
}

}  // namespace
}  // namespace kpisuite
