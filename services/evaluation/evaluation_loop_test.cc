// The engine thread, with everything around it played by the test: what the loop asks of others
// waits until the test answers, and time moves when the test says so.
#include "services/evaluation/evaluation_loop.h"

#include <atomic>
#include <future>
#include <string>
#include <thread>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/base/mutex.h"
#include "libs/cache/memory_state_cache.h"
#include "services/evaluation/engine/feed_for_test.h"
#include "services/evaluation/log/memory_state_log.h"

namespace kpisuite {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr char kDay5[] = "2024-03-05";

// A log that is out of reach when the test says so.
class LogForTest final : public MemoryStateLog {
 public:
  absl::StatusOr<std::vector<int32_t>> Append(absl::Span<const LoggedState> entries,
                                              absl::Span<const OwnedPart> writers) override {
    if (away) return absl::UnavailableError("the test took it away");
    return MemoryStateLog::Append(entries, writers);
  }
  absl::Status VisitLatest(absl::Span<const std::string> kpis,
                           absl::FunctionRef<absl::Status(LoggedState)> visit) override {
    ++visits;
    if (away) return absl::UnavailableError("the test took it away");
    return MemoryStateLog::VisitLatest(kpis, visit);
  }

  std::atomic<bool> away{false};
  std::atomic<int> visits{0};
};

class OwnershipForTest final : public PartitionOwnership {
 public:
  void Begin(int, const std::string&, OwnershipListener&) override {}
  void RequestEnd() override {}
  void End() override {}
  bool shared() const override { return true; }
  bool holds() const override { return held; }
  bool Holds(const OwnedPart& part) const override { return held && part.epoch > taken_up_to; }
  int owned() const override { return 1; }
  bool complete() const override { return true; }
  std::string OwnerOf(int32_t) const override { return ""; }
  std::vector<Peer> Peers() const override { return {}; }

  std::atomic<bool> held{true};
  std::atomic<int64_t> taken_up_to{0};  // epochs that are over
};

class EvaluationLoopTest : public ::testing::Test {
 protected:
  EvaluationLoopTest() {
    health_.DefinitionsAlive(clock_.Now());
    loop_.Run({.partitions_known = [](int) {},
               .load =
                   [this](std::vector<PartLoad> loads) {
                     MutexLock lock(mutex_);
                     for (PartLoad& load : loads) loads_.push_back(std::move(load));
                   },
               .restart =
                   [this](int32_t part) {
                     MutexLock lock(mutex_);
                     restarts_.push_back(part);
                   }});
  }

  // One partition, and KPI "k" on metric "m".
  void Begin() {
    Define({TestMetric("m"), TestKpi("k", "m", v1::AGGREGATION_SUM)});
    loop_.SetPartitions(1);
    BeginPart(Head(0, kTestIncarnation), 1);
    AnswerLoads();
  }
  void Define(std::vector<v1::Definition> definitions) {
    loop_.Define({.snapshot = true, .definitions = std::move(definitions), .position = 2}, true);
  }
  static v1::PartitionHead Head(int64_t seq, int64_t incarnation, int32_t part = 0) {
    v1::PartitionHead head;
    head.set_part(part);
    head.set_incarnation(incarnation);
    head.set_last_seq(seq);
    return head;
  }
  void BeginPart(const v1::PartitionHead& head, int64_t epoch) {
    loop_.Begin({{head, epoch}});
    Sync();
  }
  // After it everything that was pushed is done and shown.
  void Sync() {
    for (int i = 0; i < 2; ++i) {
      std::promise<void> done;
      ASSERT_TRUE(loop_.Submit([&] { done.set_value(); }).ok());
      done.get_future().wait();
    }
  }
  void AnswerLoads() {
    std::vector<PartLoad> loads;
    {
      MutexLock lock(mutex_);
      loads.swap(loads_);
    }
    for (const PartLoad& load : loads) loop_.Loaded(load, feed_.Answer(load.request));
    Sync();
  }
  std::vector<int32_t> Restarts() {
    MutexLock lock(mutex_);
    return restarts_;
  }

  FeedForTest::Row Row() { return {"m", "EU", absl::ToUnixNanos(TestTime(5, 12)), "a"}; }
  bool Feed(const FeedForTest::Batch& batch) { return loop_.Feed(batch, batch->ByteSizeLong()); }
  void Write(int64_t value) {
    Feed(feed_.Write(Row(), value));
    Sync();
  }
  // Measurement has all that was written, now.
  void Prove() {
    loop_.Prove({Head(feed_.seq(), kTestIncarnation)}, clock_.Now());
    Sync();
  }
  std::string Shown() {
    const auto found = board_.Find(StateKeyOf(SeriesKey(kTestKpi, "DAY", ""), kDay5));
    v1::KpiState state;
    if (found.has_value()) state.ParseFromString(*found->state);
    return state.value();
  }
  std::string Cached() {
    const std::string key = StateKeyOf(SeriesKey(kTestKpi, "DAY", ""), kDay5);
    EXPECT_TRUE(loop_.WaitForCache(absl::Seconds(20)));
    const auto read = cache_.Read({{.partition = 0, .keys = {key}}});
    v1::KpiState state;
    if (read.ok() && (*read)[0].states[0].has_value()) {
      state.ParseFromString((*read)[0].states[0]->payload);
    }
    return state.value();
  }
  std::string StaleReason() { return health_.StaleReason(clock_.Now()); }

  FakeClock clock_{TestTime(6)};
  FeedForTest feed_;
  LogForTest log_;
  OwnershipForTest ownership_;
  KpiDirectory directory_;
  StateBoard board_;
  ShownPositions positions_;
  WatchHub hub_{board_, directory_, clock_, {}};
  MemoryStateCache cache_;
  ServingHealth health_{ownership_};
  Readiness readiness_;
  Mutex mutex_;
  std::vector<PartLoad> loads_ GUARDED_BY(mutex_);
  std::vector<int32_t> restarts_ GUARDED_BY(mutex_);
  EvaluationLoop loop_{
      {log_, ownership_, directory_, board_, positions_, hub_, cache_, health_, readiness_},
      clock_,
      {.max_feed_items = 2},
      {.heartbeat = absl::Milliseconds(10)}};
};

TEST_F(EvaluationLoopTest, IsAsOfNoMoreThanWhatItShows) {
  Begin();
  Write(4);
  Prove();
  const absl::Time shown = clock_.Now();
  EXPECT_EQ(health_.as_of(), shown);
  // The only sample of the day is gone: what is shown waits for a load.
  Feed(feed_.Retract(Row()));
  clock_.Advance(absl::Seconds(1));
  Prove();
  EXPECT_EQ(Shown(), "4");
  EXPECT_EQ(health_.as_of(), shown);
  EXPECT_EQ(StaleReason(), "");
  clock_.Advance(absl::Seconds(5));
  Prove();
  EXPECT_THAT(StaleReason(), HasSubstr("measurement"));
  AnswerLoads();
  Prove();
  EXPECT_EQ(Shown(), "");
  EXPECT_EQ(health_.as_of(), clock_.Now());
  EXPECT_EQ(StaleReason(), "");
}

TEST_F(EvaluationLoopTest, AnotherLifeOfAPartitionBeginsItAgain) {
  Begin();
  Write(4);
  Write(5);
  Prove();
  clock_.Advance(absl::Seconds(1));
  const v1::PartitionHead other = Head(1, kTestIncarnation + 1);
  loop_.Prove({other}, clock_.Now());
  Sync();
  EXPECT_THAT(Restarts(), ElementsAre(0));
  EXPECT_LT(health_.as_of(), clock_.Now());
  BeginPart(other, 1);
  loop_.Prove({other}, clock_.Now());
  AnswerLoads();
  EXPECT_THAT(Restarts(), ElementsAre(0));
  EXPECT_EQ(health_.as_of(), clock_.Now());
}

TEST_F(EvaluationLoopTest, AClockThatIsSetBackIsFollowed) {
  Begin();
  Write(4);
  Prove();
  clock_.Set(clock_.Now() - absl::Hours(1));
  EXPECT_NE(StaleReason(), "") << "nobody knows what an hour ahead means";
  Prove();
  EXPECT_EQ(health_.as_of(), clock_.Now());
  EXPECT_EQ(StaleReason(), "");
}

TEST_F(EvaluationLoopTest, WhatWasTakenByAnotherInALaterEpochDoesNotBegin) {
  loop_.SetPartitions(4);
  replica::FollowStatesResponse response;
  replica::PartNews& news = *response.add_parts();
  news.set_part(2);
  news.set_epoch(6);
  news.set_begins(true);
  news.set_in_sync(true);
  loop_.Mirror("b", response);
  BeginPart(Head(0, kTestIncarnation, 2), 5);
  loop_.Lose({{2, 5}});
  Sync();
  EXPECT_FALSE(positions_.owned(2));
  EXPECT_TRUE(positions_.mirrored(2).has_value());
  news.set_begins(false);
  replica::StateNews& state = *news.add_states();
  state.set_kpi(kTestKpi);
  state.set_window("DAY");
  state.set_period(kDay5);
  v1::KpiState of_the_other;
  of_the_other.set_value("7");
  state.set_state(of_the_other.SerializeAsString());
  loop_.Mirror("b", response);
  Sync();
  EXPECT_EQ(Shown(), "7");
  BeginPart(Head(0, kTestIncarnation, 2), 7);
  EXPECT_TRUE(positions_.owned(2));
}

TEST_F(EvaluationLoopTest, ALogThatFailsIsAskedOnceForAllKpisOfABegin) {
  log_.away = true;
  Define({TestMetric("m"), TestKpi("k", "m", v1::AGGREGATION_SUM),
          TestKpi("l", "m", v1::AGGREGATION_MAX)});
  loop_.SetPartitions(1);
  BeginPart(Head(0, kTestIncarnation), 1);
  EXPECT_EQ(log_.visits, 1);
  EXPECT_EQ(loop_.stats().begun, 0);
  log_.away = false;
  clock_.Advance(absl::Seconds(1));
  Sync();
  EXPECT_EQ(log_.visits, 2);
  EXPECT_EQ(loop_.stats().begun, 1);
}

TEST_F(EvaluationLoopTest, TheLogHoldsNothingBackOnceWhatWaitedForItIsLost) {
  Begin();
  log_.away = true;
  Write(4);
  EXPECT_THAT(readiness_.Describe(), HasSubstr("state-log: not ready"));
  EXPECT_EQ(Shown(), "");
  loop_.Lose({{0, 1}});
  Sync();
  log_.away = false;
  EXPECT_THAT(readiness_.Describe(), HasSubstr("state-log: ready"));
}

TEST_F(EvaluationLoopTest, AnotherNumberOfPartitionsIsRefused) {
  Begin();
  Write(4);
  loop_.Lose({{9, 1}, {-1, 1}});  // rows of another number
  loop_.SetPartitions(2);
  BeginPart(Head(0, kTestIncarnation + 1), 1);
  Feed(feed_.Write(Row(), 5));
  clock_.Advance(absl::Seconds(1));
  loop_.Prove({Head(0, kTestIncarnation), Head(0, kTestIncarnation, 1)}, clock_.Now());
  Sync();
  EXPECT_THAT(readiness_.Describe(), HasSubstr("partitions: not ready: measurement has 2"));
  EXPECT_EQ(loop_.stats().begun, 1);
  EXPECT_EQ(Shown(), "4");
  EXPECT_LT(health_.as_of(), clock_.Now());
  EXPECT_THAT(Restarts(), ElementsAre());
  loop_.SetPartitions(1);
  Sync();
  EXPECT_THAT(readiness_.Describe(), Not(HasSubstr("partitions: not ready")));
}

TEST_F(EvaluationLoopTest, ThoseWhoWaitForRoomAreTurnedAwayWhenItStops) {
  Begin();
  log_.away = true;
  Write(4);
  std::atomic<int> pushed = 0;
  std::thread writer([&] {
    while (Feed(feed_.Write(Row(), 5 + pushed))) ++pushed;
  });
  while (pushed < 2) std::this_thread::yield();
  loop_.RefuseInput();
  writer.join();
  EXPECT_EQ(pushed, 2);
}

TEST_F(EvaluationLoopTest, NothingIsShownWhileItIsNotCertainWhoOwnsAPartition) {
  Begin();
  Write(4);
  Prove();
  EXPECT_EQ(Cached(), "4");
  ownership_.held = false;
  Write(5);
  clock_.Advance(absl::Seconds(1));
  Sync();
  EXPECT_EQ(Shown(), "4");
  EXPECT_EQ(Cached(), "4");
  ownership_.held = true;
  clock_.Advance(absl::Seconds(1));
  Prove();
  EXPECT_EQ(Shown(), "5");
  EXPECT_EQ(Cached(), "5");
}

TEST_F(EvaluationLoopTest, WhatAnotherHasTakenMeanwhileIsNotShown) {
  Begin();
  Write(4);
  ownership_.taken_up_to = 1;
  Write(5);
  EXPECT_EQ(Shown(), "4");
  EXPECT_EQ(loop_.stats().dropped, 1);
}

}  // namespace
}  // namespace kpisuite
