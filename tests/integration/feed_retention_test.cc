// A follower that the feed has left behind: what it has not read is forgotten.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>

#include "absl/strings/str_cat.h"
#include "libs/postgres/connection.h"
#include "libs/postgres/test_server.h"
#include "tests/integration/deliveries.h"
#include "tests/integration/process_suite.h"

namespace kpisuite {
namespace {

using testing::HasSubstr;

// More bytes than are on their way to a reader that does not read; ids are long for that.
constexpr int kBatches = 60;
constexpr int kDeliveriesInBatch = 2'500;

class FeedRetention : public testing::Test {
 protected:
  void SetUp() override {
    const absl::Status started = suite_.Start();
    ASSERT_TRUE(started.ok()) << started;
  }

  // What --feed-retention does, for all that is there.
  void ForgetTheFeed(SuiteClient& client) {
    const auto connection = PostgresConnection::Open(target_, {.application_name = "test"});
    const absl::Status forgotten =
        (*connection)
            ->ExecuteScript(
                "BEGIN; UPDATE kpi_measurement.feed SET batch = '', bytes = 0;"
                "UPDATE kpi_measurement.head SET trimmed_seq = last_seq; COMMIT");
    ASSERT_TRUE(forgotten.ok()) << forgotten;
    ASSERT_TRUE(Eventually([&client] {
      const auto info = client.MeasurementInfo();
      if (!info.ok()) return false;
      for (const v1::PartitionHead& head : info->partitions()) {
        if (head.trimmed_seq() != head.last_seq()) return false;
      }
      return true;
    }));
  }

  const PostgresTarget target_ = PostgresTestServer::Shared().NewDatabase().value();
  ProcessSuite suite_{ProcessSuiteOptions{.with_redis = false, .store = target_.uri}};
};

TEST_F(FeedRetention, AFollowerThatIsLeftBehindIsToldAndStartsAnewFromASnapshot) {
  SuiteClient client = suite_.Client();
  ASSERT_TRUE(client.Define(kDeliveryDefinitions).ok());
  std::mt19937 random(11);
  auto deliveries = RandomDeliveries("first", FirstDay(), 10, random);
  ASSERT_TRUE(client.Write(WriteRequest("first", deliveries)).ok());
  suite_.evaluation().Pause();
  std::string token;
  for (int batch = 0; batch < kBatches; ++batch) {
    const auto more = RandomDeliveries(absl::StrCat(std::string(100, 'x'), batch), FirstDay(),
                                       kDeliveriesInBatch, random);
    const auto written = client.Write(WriteRequest(absl::StrCat("r", batch), more));
    ASSERT_TRUE(written.ok()) << written.status();
    token = written->position_token();
    deliveries.insert(deliveries.end(), more.begin(), more.end());
  }
  ForgetTheFeed(client);
  suite_.evaluation().Resume();
  const auto state = client.GetState({"total-delay", "DAY", "", DayId(FirstDay())}, token);
  ASSERT_TRUE(state.ok()) << state.status();
  EXPECT_EQ(state->value(), absl::StrCat(NumbersOf(deliveries).total_delay));
  EXPECT_THAT(suite_.measurement().Log(), HasSubstr("FEED_TRIMMED"));
  // And goes on from there.
  const auto last =
      client.Write(WriteRequest("last", {{"last", "north", TimeOn(FirstDay(), {}), 7}}));
  ASSERT_TRUE(last.ok()) << last.status();
  const auto after =
      client.GetState({"total-delay", "DAY", "", DayId(FirstDay())}, last->position_token());
  ASSERT_TRUE(after.ok()) << after.status();
  EXPECT_EQ(after->value(), absl::StrCat(7 + NumbersOf(deliveries).total_delay));
}

}  // namespace
}  // namespace kpisuite
