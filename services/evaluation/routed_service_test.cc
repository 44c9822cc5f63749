// Calls about KPIs of which another evaluator is the owner.
#include <atomic>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/cache/memory_state_cache.h"
#include "services/evaluation/evaluation_server_for_test.h"
#include "services/evaluation/other_evaluators_for_test.h"

namespace kpisuite {
namespace {

using testing::ElementsAre;

// Counts its round trips, and fails them when told to. Its owner is alive: all is as of now.
class CountedCache final : public StateCache {
 public:
  absl::StatusOr<PublishResult> Publish(const Publication& publication) override {
    return states_.Publish(publication);
  }
  absl::StatusOr<std::vector<PartitionStates>> Read(
      const std::vector<PartitionRead>& partitions) override {
    ++reads_;
    if (down_) return absl::UnavailableError("down");
    auto read = states_.Read(partitions);
    if (!read.ok()) return read;
    for (PartitionStates& states : *read) {
      if (states.frontier.has_value()) states.frontier->as_of = absl::Now();
    }
    return read;
  }
  absl::Status Ping() override { return absl::OkStatus(); }
  std::string description() const override { return "counted"; }

  void SetDown() { down_ = true; }
  int TakeReads() { return reads_.exchange(0); }

 private:
  MemoryStateCache states_;
  std::atomic<int> reads_{0};
  std::atomic<bool> down_{false};
};

class RoutedServiceTest : public ::testing::Test {
 protected:
  void Start(const std::string& owner) {
    suite_.definitions.Apply({TestMetric("m"), TestKpi("k", "m", v1::AGGREGATION_SUM)});
    auto log = std::make_unique<LogOfOthers>(owner);
    log_ = log.get();
    auto cache = std::make_unique<CountedCache>();
    cache_ = cache.get();
    suite_.StartServerOn(std::move(log), std::move(cache));
    Publish(1);
    ASSERT_TRUE(Eventually([this] { return Sources({1})[0] == v1::STATE_SOURCE_REDIS; }));
    cache_->TakeReads();
  }

  // What the owner has said in the cache.
  void Publish(int day) {
    Publication publication;
    publication.frontier = {.fence = {kTestIncarnation, 1}, .as_of = absl::Now()};
    publication.frontier_write = FrontierWrite::kEstablish;
    const StateId id{kTestKpi, "DAY", "", Day(day)};
    publication.updates = {
        {id.Key(),
         {kTestIncarnation, 1},
         std::make_shared<const std::string>(StateOfTest(Day(day), "cache").SerializeAsString())}};
    ASSERT_TRUE(cache_->Publish(publication).ok());
  }
  // And in the log.
  void Log(int day) {
    LoggedState logged;
    logged.id = {kTestKpi, "DAY", "", Day(day)};
    logged.first_day = day;
    logged.record_time = TestTime(day);
    logged.state =
        std::make_shared<const std::string>(StateOfTest(Day(day), "log").SerializeAsString());
    ASSERT_TRUE(log_->Append({logged}, {OwnedPart{0, 1}}).ok());
  }

  std::vector<v1::StateResult> Read(const v1::BatchGetStatesRequest& request) {
    v1::BatchGetStatesResponse response;
    const grpc::Status status =
        suite_.Call(&v1::EvaluationService::Stub::BatchGetStates, request, &response);
    EXPECT_TRUE(status.ok()) << status.error_message();
    return {response.results().begin(), response.results().end()};
  }
  static v1::BatchGetStatesRequest OfDays(const std::vector<int>& days) {
    v1::BatchGetStatesRequest request;
    for (const int day : days) {
      v1::StateKey& key = *request.add_keys();
      key.set_kpi(kTestKpi);
      key.set_window("DAY");
      key.set_period(Day(day));
    }
    return request;
  }
  // Of the states of these days; unspecified for an error.
  std::vector<v1::StateSource> Sources(const std::vector<int>& days) {
    std::vector<v1::StateSource> sources;
    for (const v1::StateResult& result : Read(OfDays(days))) {
      if (result.has_state()) {
        EXPECT_EQ(result.state().period().id(), Day(days[sources.size()]));
      }
      sources.push_back(result.state().freshness().source());
    }
    return sources;
  }

  LogOfOthers* log_ = nullptr;
  CountedCache* cache_ = nullptr;
  OwnerForTest owner_;
  EvaluationForTest suite_;
};

TEST_F(RoutedServiceTest, TheCacheIsAskedOnceAndTheOwnerForWhatItLacks) {
  const std::unique_ptr<RpcServer> server = *RpcServer::Start("127.0.0.1:0", {&owner_});
  Start("127.0.0.1:" + std::to_string(server->port()));
  Publish(3);
  Publish(4);
  owner_.TakeAsked();
  EXPECT_THAT(Sources({4, 2, 3, 1, 5}),
              ElementsAre(v1::STATE_SOURCE_REDIS, v1::STATE_SOURCE_OWNER, v1::STATE_SOURCE_REDIS,
                          v1::STATE_SOURCE_REDIS, v1::STATE_SOURCE_OWNER));
  EXPECT_EQ(cache_->TakeReads(), 1);
  EXPECT_THAT(owner_.TakeAsked(), ElementsAre(Day(2), Day(5)));
  cache_->SetDown();
  EXPECT_THAT(Sources({1, 3}), ElementsAre(v1::STATE_SOURCE_OWNER, v1::STATE_SOURCE_OWNER));
  server->Shutdown(absl::Seconds(5));
}

TEST_F(RoutedServiceTest, WhatNobodyElseHasIsReadFromTheLogAndIsStale) {
  Start("");  // nobody is the owner at present
  Log(1);
  Log(2);
  const std::vector<v1::StateResult> results = Read(OfDays({2, 1, 3}));
  ASSERT_EQ(results.size(), 3u);
  EXPECT_EQ(results[0].state().value(), "log");
  EXPECT_EQ(results[0].state().freshness().source(), v1::STATE_SOURCE_STORE);
  EXPECT_TRUE(results[0].state().freshness().stale());
  EXPECT_EQ(results[1].state().value(), "cache");
  EXPECT_FALSE(results[1].state().freshness().stale());
  EXPECT_EQ(results[2].error().code(), static_cast<int>(absl::StatusCode::kUnavailable));
  // Once for what it vouches for, and once for what may be stale.
  EXPECT_EQ(cache_->TakeReads(), 2);
  cache_->SetDown();
  EXPECT_THAT(Sources({1, 2}), ElementsAre(v1::STATE_SOURCE_STORE, v1::STATE_SOURCE_STORE));
}

TEST_F(RoutedServiceTest, AKeyThatIsWrongFailsAloneOnItsWay) {
  Start("");
  v1::BatchGetStatesRequest request = OfDays({1, 1, 1, 1});
  request.mutable_keys(0)->set_kpi("workspaces/w/kpis/none");
  request.mutable_keys(1)->set_slice("region=" + std::string(5'000, 'x'));
  request.mutable_keys(2)->set_window("HOUR");
  const std::vector<v1::StateResult> results = Read(request);
  ASSERT_EQ(results.size(), 4u);
  EXPECT_EQ(results[0].error().code(), static_cast<int>(absl::StatusCode::kNotFound));
  EXPECT_TRUE(results[1].has_error());
  EXPECT_EQ(results[2].error().code(), static_cast<int>(absl::StatusCode::kNotFound));
  EXPECT_EQ(results[3].state().value(), "cache");
}

TEST_F(RoutedServiceTest, HistoryAsItWasSaidIsReadWithoutAnOwner) {
  Start("");
  Log(1);
  v1::GetHistoryRequest request;
  request.set_kpi(kTestKpi);
  request.set_window("DAY");
  request.set_view(v1::HISTORY_VIEW_HISTORY);
  v1::GetHistoryResponse history;
  grpc::Status status = suite_.Call(&v1::EvaluationService::Stub::GetHistory, request, &history);
  ASSERT_TRUE(status.ok()) << status.error_message();
  ASSERT_EQ(history.entries_size(), 1);
  EXPECT_EQ(history.entries(0).state().value(), "log");
}

}  // namespace
}  // namespace kpisuite
