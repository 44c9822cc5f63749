// Several processes of each service on one PostgreSQL database.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <thread>

#include "absl/strings/str_cat.h"
#include "libs/postgres/test_server.h"
#include "tests/integration/deliveries.h"
#include "tests/integration/process_suite.h"

namespace kpisuite {
namespace {

class PostgresReplicas : public testing::Test {
 protected:
  void SetUp() override {
    const absl::Status started = server_.Start();
    ASSERT_TRUE(started.ok()) << started;
    store_ = server_.NewDatabase().value().uri;
    ProcessSuiteOptions options;
    options.with_redis = false;
    options.store = store_;
    suite_ = std::make_unique<ProcessSuite>(options);
    const absl::Status ready = suite_->Start();
    ASSERT_TRUE(ready.ok()) << ready;
  }

  // Another process of a service, in a folder of its own.
  std::unique_ptr<ServiceProcess> Another(const std::string& service,
                                          std::vector<std::string> arguments) {
    folders_.push_back(std::make_unique<TestDirectory>());
    arguments.push_back("--store=" + store_);
    return std::make_unique<ServiceProcess>("kpi-" + service, folders_.back()->path(),
                                            std::move(arguments));
  }

  std::string Total(SuiteClient& client, const std::string& token) {
    const auto state = client.GetState({"total-delay", "DAY", "", DayId(FirstDay())}, token);
    EXPECT_TRUE(state.ok()) << state.status();
    return state.ok() ? state->value() : "";
  }

  PostgresTestServer server_;
  std::string store_;
  std::unique_ptr<ProcessSuite> suite_;
  std::vector<std::unique_ptr<TestDirectory>> folders_;
};

TEST_F(PostgresReplicas, WhatAnyProcessTakesIsEvaluatedOnce) {
  const auto definition = Another("definition", {});
  ASSERT_TRUE(definition->StartAndWaitUntilReady().ok());
  // The second measurement follows the second definition service.
  const auto measurement = Another("measurement", {"--definition=" + definition->address()});
  ASSERT_TRUE(measurement->StartAndWaitUntilReady().ok());
  SuiteClient first = suite_->Client();
  SuiteClient second(definition->address(), measurement->address(), suite_->evaluation().address());
  ASSERT_TRUE(second.Define(kDeliveryDefinitions).ok());
  std::mt19937 random(3);
  const auto deliveries = RandomDeliveries("d", FirstDay(), 600, random);
  const auto batches = ImportBatches("import", deliveries, 20);
  // Both send everything, in opposite order.
  std::thread backwards([&] {
    for (size_t i = batches.size(); i-- > 0;) EXPECT_TRUE(second.Write(batches[i]).ok());
  });
  for (const auto& batch : batches) EXPECT_TRUE(first.Write(batch).ok());
  backwards.join();
  const auto complete = second.AdvanceWatermark(kDelayMetric, TimeOn(FirstDay() + 1, {}));
  ASSERT_TRUE(complete.ok()) << complete.status();
  EXPECT_EQ(Total(first, complete->position_token()),
            absl::StrCat(NumbersOf(deliveries).total_delay));
  EXPECT_EQ(first.ReadSamples(kDelayMetric)->size(), deliveries.size());
}

TEST_F(PostgresReplicas, AnEvaluatorThatIsKilledIsReplacedByTheNext) {
  SuiteClient client = suite_->Client();
  ASSERT_TRUE(client.Define(kDeliveryDefinitions).ok());
  std::mt19937 random(4);
  auto deliveries = RandomDeliveries("d", FirstDay(), 100, random);
  ASSERT_TRUE(client.Write(WriteRequest("r1", deliveries)).ok());
  suite_->evaluation().Kill();
  const auto evaluation =
      Another("evaluation", {"--definition=" + suite_->definition().address(),
                             "--measurement=" + suite_->measurement().address(), "--cache=memory"});
  // It waits for the lease of the dead one to run out.
  ASSERT_TRUE(evaluation->StartAndWaitUntilReady().ok());
  SuiteClient after(suite_->definition().address(), suite_->measurement().address(),
                    evaluation->address());
  const auto more = RandomDeliveries("e", FirstDay(), 50, random);
  const auto written = after.Write(WriteRequest("r2", more));
  ASSERT_TRUE(written.ok()) << written.status();
  deliveries.insert(deliveries.end(), more.begin(), more.end());
  EXPECT_EQ(Total(after, written->position_token()),
            absl::StrCat(NumbersOf(deliveries).total_delay));
}

TEST_F(PostgresReplicas, ServicesGoOnWhenTheServerIsBackFromACrash) {
  SuiteClient client = suite_->Client();
  ASSERT_TRUE(client.Define(kDeliveryDefinitions).ok());
  std::mt19937 random(5);
  auto deliveries = RandomDeliveries("d", FirstDay(), 100, random);
  ASSERT_TRUE(client.Write(WriteRequest("r1", deliveries)).ok());
  server_.Crash();
  const auto more = RandomDeliveries("e", FirstDay(), 50, random);
  const auto refused = client.Write(WriteRequest("r2", more));
  EXPECT_EQ(refused.status().code(), absl::StatusCode::kUnavailable) << refused.status();
  ASSERT_TRUE(server_.Start().ok());
  absl::StatusOr<v1::WriteResult> written;
  ASSERT_TRUE(Eventually([&] {
    written = client.Write(WriteRequest("r2", more));
    return written.ok();
  })) << written.status();
  deliveries.insert(deliveries.end(), more.begin(), more.end());
  EXPECT_EQ(Total(client, written->position_token()),
            absl::StrCat(NumbersOf(deliveries).total_delay));
}

}  // namespace
}  // namespace kpisuite
