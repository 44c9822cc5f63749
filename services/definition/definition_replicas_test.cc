// Two services on one PostgreSQL database: what one stores the other serves, and neither undoes it.
#include <atomic>
#include <thread>

#include "libs/postgres/test_server.h"
#include "services/definition/definition_test_support.h"
#include "services/definition/postgres_definition_store.h"

namespace kpisuite {
namespace {

// One of the processes.
struct Replica {
  Replica(const PostgresTarget& target, const Clock& clock)
      : store(PostgresDefinitionStore::Create(target).value()),
        service(
            DefinitionService::Create(*store, clock, TemplateLibrary::BuiltIn().value()).value()) {}

  std::unique_ptr<PostgresDefinitionStore> store;
  std::unique_ptr<DefinitionService> service;
};

class DefinitionReplicas : public testing::Test {
 protected:
  static v1::Definition MetricNamed(const std::string& id) {
    return Metric(id, "unit: 'min' scale: 0");
  }
  static absl::StatusOr<v1::Definition> Get(Replica& replica, const std::string& id) {
    v1::GetDefinitionRequest request;
    request.set_name("workspaces/w/metrics/" + id);
    return replica.service->Get(request);
  }

  FakeClock clock_{absl::FromUnixSeconds(1'700'000'000)};
  const PostgresTarget target_ = PostgresTestServer::Shared().NewDatabase().value();
  Replica a_{target_, clock_};
  Replica b_{target_, clock_};
};

TEST_F(DefinitionReplicas, WhatOneAppliesTheOtherServesAtOnce) {
  ASSERT_TRUE(a_.service->Apply(ApplyRequest({MetricNamed("m")}), "tester").ok());
  EXPECT_TRUE(Get(b_, "m").ok());
  EXPECT_EQ(b_.service->Info()->definition_position(), 2);
  ASSERT_TRUE(b_.service->Apply(ApplyRequest({MetricNamed("n")}), "tester").ok());
  EXPECT_TRUE(Get(a_, "n").ok());
}

TEST_F(DefinitionReplicas, WatchersOfOneHearOfTheOther) {
  const DefinitionRefresher refresher(*b_.service, *b_.store);
  std::atomic<int> fired{0};
  const uint64_t key = b_.service->changed().Add([&fired] { ++fired; });
  ASSERT_TRUE(a_.service->Apply(ApplyRequest({MetricNamed("m")}), "tester").ok());
  EXPECT_TRUE(Eventually([&fired] { return fired > 0; }));
  b_.service->changed().Remove(key);
}

TEST_F(DefinitionReplicas, BothWriteAtOnceAndEveryRequestCountsOnce) {
  constexpr int kRequests = 20;
  const auto write = [&](Replica& replica, const std::string& prefix) {
    for (int i = 0; i < kRequests; ++i) {
      v1::ApplyDefinitionsRequest request = ApplyRequest({MetricNamed(absl::StrCat(prefix, i))});
      request.set_request_id(absl::StrCat("request-", prefix, i));
      while (true) {
        const auto applied = replica.service->Apply(request, "tester");
        if (applied.ok()) break;
        ASSERT_EQ(applied.status().code(), absl::StatusCode::kUnavailable) << applied.status();
      }
    }
  };
  std::thread first([&] { write(a_, "a"); });
  std::thread second([&] { write(b_, "b"); });
  first.join();
  second.join();
  EXPECT_EQ(a_.service->Info()->definition_position(), 1 + 2 * kRequests);
  EXPECT_EQ(a_.store->Load()->live.size(), 2u * kRequests);
  EXPECT_TRUE(Get(a_, "b19").ok());
}

}  // namespace
}  // namespace kpisuite
