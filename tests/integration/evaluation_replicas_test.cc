// Evaluation in several replicas on one PostgreSQL store: they share the partitions, each answers
// for all, and whoever is killed, halted or told to leave is replaced without a wrong state.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdio>
#include <memory>
#include <set>
#include <thread>

#include "libs/postgres/test_server.h"
#include "tests/integration/process_suite.h"
#include "tests/integration/shared_load.h"
#include "tests/integration/state_watcher.h"

namespace kpisuite {
namespace {

constexpr int kPartitions = 1024;
// An owner that is halted is asked for 2 s.
constexpr absl::Duration kOneAnswer = absl::Seconds(6);

class EvaluationReplicas : public testing::Test {
 protected:
  void Start(bool with_redis) {
    const absl::Status started = server_.Start();
    ASSERT_TRUE(started.ok()) << started;
    ProcessSuiteOptions options;
    options.with_redis = with_redis;
    options.store = server_.NewDatabase().value().uri;
    store_ = options.store;
    suite_ = std::make_unique<ProcessSuite>(options);
    const absl::Status ready = suite_->Start();
    ASSERT_TRUE(ready.ok()) << ready;
    cache_ = with_redis ? suite_->redis().address() : "memory";
    const absl::Status defined = suite_->Client().Define(SharedLoad::Definitions());
    ASSERT_TRUE(defined.ok()) << defined;
  }

  // One more evaluation process.
  ServiceProcess& Join() {
    folders_.push_back(std::make_unique<TestDirectory>());
    joined_.push_back(std::make_unique<ServiceProcess>(
        "kpi-evaluation", folders_.back()->path(),
        std::vector<std::string>{"--definition=" + suite_->definition().address(),
                                 "--measurement=" + suite_->measurement().address(),
                                 "--cache=" + cache_, "--store=" + store_}));
    const absl::Status ready = joined_.back()->StartAndWaitUntilReady();
    EXPECT_TRUE(ready.ok()) << ready;
    return *joined_.back();
  }

  SuiteClient ClientOf(ServiceProcess& evaluation) {
    return SuiteClient(suite_->definition().address(), suite_->measurement().address(),
                       evaluation.address());
  }

  static double Owned(ServiceProcess& evaluation) {
    return evaluation.Metric("kpisuite_evaluation_partitions");
  }

  // Waits until these own all partitions, each of them some.
  static void WaitUntilShared(const std::vector<ServiceProcess*>& evaluations) {
    EXPECT_TRUE(Eventually([&] {
      double sum = 0;
      for (ServiceProcess* evaluation : evaluations) {
        const double owned = Owned(*evaluation);
        if (owned == 0) return false;
        sum += owned;
      }
      return sum == kPartitions;
    }));
  }

  // Sources of the current states of all KPIs, read without a position.
  static std::set<v1::StateSource> Sources(SuiteClient& client) {
    std::set<v1::StateSource> sources;
    for (int kpi = 0; kpi < SharedLoad::kKpis; ++kpi) {
      const auto state = client.GetState({SharedLoad::Kpi(kpi), "DAY", ""});
      EXPECT_TRUE(state.ok()) << state.status();
      if (state.ok()) sources.insert(state->freshness().source());
    }
    return sources;
  }

  // Reads the list without a position, once; how many of its states are stale.
  static int ReadList(SuiteClient& client) {
    v1::ListStatesRequest request;
    request.set_parent(kTestParent);
    v1::ListStatesResponse page;
    const auto context = MakeContext(kOneAnswer);
    const grpc::Status status = client.evaluation().ListStates(context.get(), request, &page);
    EXPECT_TRUE(status.ok()) << status.error_message();
    EXPECT_EQ(page.states_size(), SharedLoad::kKpis) << "nothing is left out";
    int stale = 0;
    for (const v1::KpiState& state : page.states()) {
      EXPECT_FALSE(state.value().empty()) << state.kpi();
      stale += state.freshness().stale() ? 1 : 0;
    }
    return stale;
  }
  // The same of the latest history of every KPI; how many of these are stale.
  static int ReadHistories(SuiteClient& client) {
    int stale = 0;
    for (int kpi = 0; kpi < SharedLoad::kKpis; ++kpi) {
      v1::GetHistoryRequest request;
      request.set_kpi(KpiName(SharedLoad::Kpi(kpi)));
      v1::GetHistoryResponse page;
      const auto context = MakeContext(kOneAnswer);
      const grpc::Status status = client.evaluation().GetHistory(context.get(), request, &page);
      EXPECT_TRUE(status.ok()) << status.error_message();
      EXPECT_GT(page.entries_size(), 0) << request.kpi();
      if (page.entries_size() > 0 && page.entries(0).state().freshness().stale()) ++stale;
    }
    return stale;
  }

  // Of a client that has seen every state.
  static std::string TokenOfWatch(SuiteClient& client) {
    std::string token;
    EXPECT_TRUE(Eventually([&] {
      // A replica that does not know everything yet refuses the watch.
      StateWatcher watcher(client, {});
      const bool seen = watcher.ReadUntilInSync();
      token = watcher.resume_token();
      return seen;
    }));
    return token;
  }

  PostgresTestServer server_;
  std::string store_;
  std::string cache_;
  std::unique_ptr<ProcessSuite> suite_;
  std::vector<std::unique_ptr<TestDirectory>> folders_;
  std::vector<std::unique_ptr<ServiceProcess>> joined_;
  SharedLoad load_;
};

TEST_F(EvaluationReplicas, WhoJoinsTakesAShareAndAllAnswerForAll) {
  Start(true);
  SuiteClient first = suite_->Client();
  load_.Write(first);
  load_.CheckReads(first);
  ServiceProcess& joined = Join();
  WaitUntilShared({&suite_->evaluation(), &joined});
  SuiteClient second = ClientOf(joined);
  // Watches that begin before the change.
  std::thread watches([&] {
    SuiteClient watching = ClientOf(joined);
    StateWatcher watcher(watching, WatchOf(SharedLoad::Kpi(0), "DAY"));
    EXPECT_TRUE(watcher.ReadUntilInSync());
  });
  watches.join();
  const std::string seen = TokenOfWatch(first);
  for (int round = 0; round < 5; ++round) load_.Write(round % 2 == 0 ? first : second);
  load_.CheckWatch(second, seen);
  for (SuiteClient* client : {&first, &second}) {
    load_.CheckReads(*client);
    load_.CheckLists(*client);
    load_.CheckWatch(*client);
    load_.CheckLog(*client);
    const auto explained = client->Explain({SharedLoad::Kpi(3), "DAY", ""}, load_.token());
    EXPECT_TRUE(explained.ok()) << explained.status();
    // What another owns is followed from it.
    EXPECT_TRUE(Eventually([&] {
      return Sources(*client) ==
             std::set<v1::StateSource>{v1::STATE_SOURCE_OWNER, v1::STATE_SOURCE_NEAR_CACHE};
    }));
  }
  // Nobody has told yet what will be shown in an hour.
  v1::WatchStatesRequest ahead = WatchOf(SharedLoad::Kpi(0), "DAY");
  ahead.set_resume_token(
      absl::StrCat("2.0.", absl::Hex(absl::ToUnixNanos(absl::Now() + absl::Hours(1)))));
  StateWatcher refused(first, ahead);
  EXPECT_TRUE(absl::IsUnavailable(refused.Drain()));
  const absl::Time left = absl::Now();
  ASSERT_TRUE(joined.Terminate().ok());
  load_.Write(first);
  load_.CheckReads(first);
  std::printf("taken over after SIGTERM: %.2f s\n", absl::ToDoubleSeconds(absl::Now() - left));
  WaitUntilShared({&suite_->evaluation()});
  load_.CheckLists(first);
  load_.CheckLog(first);
}

TEST_F(EvaluationReplicas, WhoIsKilledAndStartedAgainAtOnceIsFollowedForGood) {
  Start(false);
  ServiceProcess& second = Join();
  WaitUntilShared({&suite_->evaluation(), &second});
  SuiteClient client = suite_->Client();
  load_.Write(client);
  const absl::Time killed = absl::Now();
  second.Kill();
  const absl::Status ready = second.StartAndWaitUntilReady();
  ASSERT_TRUE(ready.ok()) << ready;
  WaitUntilShared({&suite_->evaluation(), &second});
  std::printf("taken over after a restart at once: %.2f s\n",
              absl::ToDoubleSeconds(absl::Now() - killed));
  // Longer than the lease of the one that was killed.
  const absl::Time end = killed + absl::Seconds(8);
  while (absl::Now() < end) {
    load_.Write(client);
    load_.CheckReads(client);
  }
  load_.CheckWatch(client);
  load_.CheckLists(client);
}

TEST_F(EvaluationReplicas, WhoIsKilledOrHaltedIsReplacedWithoutAWrongState) {
  Start(false);
  ServiceProcess& second = Join();
  ServiceProcess& third = Join();
  WaitUntilShared({&suite_->evaluation(), &second, &third});
  SuiteClient first_client = suite_->Client();
  SuiteClient third_client = ClientOf(third);
  load_.Write(first_client);
  load_.CheckReads(first_client);

  // What the others own is followed from them.
  EXPECT_TRUE(Eventually([&] {
    return Sources(first_client) ==
           std::set<v1::StateSource>{v1::STATE_SOURCE_OWNER, v1::STATE_SOURCE_NEAR_CACHE};
  }));

  const absl::Time killed = absl::Now();
  second.Kill();
  EXPECT_TRUE(Eventually([&] { return ReadList(first_client) > 0; }));
  EXPECT_GT(ReadHistories(first_client), 0);
  EXPECT_LT(absl::Now() - killed, absl::Seconds(5)) << "nobody has taken over yet";
  load_.Write(first_client);
  load_.CheckReads(first_client);
  std::printf("taken over after kill -9: %.2f s\n", absl::ToDoubleSeconds(absl::Now() - killed));
  WaitUntilShared({&suite_->evaluation(), &third});

  // Halted for longer than its lease lasts, it comes back and believes that it owns its share.
  const absl::Time halted = absl::Now();
  third.Pause();
  ReadList(first_client);
  load_.Write(first_client);
  load_.CheckReads(first_client);
  std::printf("taken over after SIGSTOP: %.2f s\n", absl::ToDoubleSeconds(absl::Now() - halted));
  WaitUntilShared({&suite_->evaluation()});
  load_.Write(first_client);
  third.Resume();
  load_.CheckReads(third_client);
  WaitUntilShared({&suite_->evaluation(), &third});
  EXPECT_GT(third.Metric("kpisuite_evaluation_dropped_total"), 0);
  load_.Write(third_client);

  ServiceProcess& fourth = Join();
  WaitUntilShared({&suite_->evaluation(), &third, &fourth});
  SuiteClient fourth_client = ClientOf(fourth);
  load_.Write(fourth_client);
  for (SuiteClient* client : {&first_client, &third_client, &fourth_client}) {
    load_.CheckReads(*client);
    load_.CheckLists(*client);
    load_.CheckWatch(*client);
  }
  load_.CheckLog(fourth_client);
}

}  // namespace
}  // namespace kpisuite
