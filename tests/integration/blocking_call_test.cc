// The debug assertion against blocking calls on gRPC's threads: it fires, and (since it aborts,
// and ServiceProcess fails a test whose server ends by itself) it has not fired in any test here.
#include <gtest/gtest.h>

#include "libs/base/blocking.h"
#include "libs/base/clock.h"
#include "libs/cache/open_state_cache.h"
#include "libs/storage/database.h"
#include "libs/storage/test_directory.h"
#include "tests/integration/deliveries.h"
#include "tests/integration/process_suite.h"

namespace kpisuite {
namespace {

constexpr char kMetric[] = "kpisuite_blocking_calls_on_library_threads_total";

#ifdef KPISUITE_DEBUG_ASSERTS

TEST(BlockingCallDeathTest, StorageOnALibraryThreadAborts) {
  testing::GTEST_FLAG(death_test_style) = "threadsafe";
  TestDirectory directory;
  DatabaseOptions options;
  options.directory = directory.path();
  options.file_name = "test.db";
  const auto database = Database::Create(options);
  ASSERT_TRUE(database.ok()) << database.status();
  EXPECT_DEATH(
      {
        MarkLibraryThread mark;
        (*database)->BeginRead().status().IgnoreError();
      },
      "blocking call on a gRPC library thread: sqlite");
}

TEST(BlockingCallDeathTest, RedisOnALibraryThreadAborts) {
  testing::GTEST_FLAG(death_test_style) = "threadsafe";
  RedisServer redis;
  ASSERT_TRUE(redis.Start().ok());
  EXPECT_DEATH(
      {
        const auto cache = OpenStateCache(*ParseCacheAddress(redis.address()));
        MarkLibraryThread mark;
        cache->Ping().IgnoreError();
      },
      "blocking call on a gRPC library thread: redis");
}

#endif

TEST(BlockingCall, DoesNotHappenInAnyMethodOfAnyServer) {
  ProcessSuite suite;
  ASSERT_TRUE(suite.Start().ok());
  SuiteClient client = suite.Client();
  ASSERT_TRUE(client.Define(kDeliveryDefinitions).ok());
  std::mt19937 random(1);
  const auto written =
      client.Write(WriteRequest("request-1", RandomDeliveries("d", FirstDay(), 100, random)));
  ASSERT_TRUE(written.ok()) << written.status();
  const std::string token = written->position_token();
  EXPECT_TRUE(client.GetState({"on-time", "DAY"}, token).ok());
  EXPECT_TRUE(client.Explain({"on-time", "DAY"}).ok());
  EXPECT_TRUE(client.History({"on-time", "DAY"}, v1::HISTORY_VIEW_HISTORY).ok());
  EXPECT_TRUE(client.ReadSamples(kDelayMetric).ok());
  for (ServiceProcess* service : {&suite.definition(), &suite.measurement(), &suite.evaluation()}) {
    EXPECT_EQ(service->Metric(kMetric), 0) << service->program();
    EXPECT_TRUE(service->Running()) << service->program();
  }
}

}  // namespace
}  // namespace kpisuite
