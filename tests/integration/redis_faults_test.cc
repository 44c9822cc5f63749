// Redis that is missing, killed, emptied or stuck: reads stay right and fast, and what is in Redis
// becomes complete again by itself.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "tests/integration/deliveries.h"
#include "tests/integration/process_suite.h"

namespace kpisuite {
namespace {

// Reads are answered from memory; nothing of Redis's time limits (a quarter of a second for a
// write) may be in them.
absl::Duration FastRead() { return Sanitized() ? Patience() : absl::Milliseconds(200); }
constexpr int kReads = 50;

class RedisFaults : public testing::Test {
 protected:
  RedisFaults() : random_(1) {}

  void Define() {
    client_ = std::make_unique<SuiteClient>(suite_.Client());
    const absl::Status defined = client_->Define(kDeliveryDefinitions);
    ASSERT_TRUE(defined.ok()) << defined;
  }

  // Writes deliveries, and checks that the state that includes them is right and fresh.
  void WriteAndCheck() {
    const std::string name = absl::StrCat("write-", ++writes_);
    const auto more = RandomDeliveries(name, FirstDay(), 50, random_);
    deliveries_.insert(deliveries_.end(), more.begin(), more.end());
    const auto written = client_->Write(WriteRequest(name, more));
    ASSERT_TRUE(written.ok()) << written.status();
    token_ = written->position_token();
    Check();
  }

  void Check() {
    const auto state = client_->GetState({"total-delay", "DAY", "", DayId(FirstDay())}, token_);
    ASSERT_TRUE(state.ok()) << state.status();
    EXPECT_EQ(state->value(), absl::StrCat(NumbersOf(deliveries_).total_delay));
    EXPECT_EQ(state->freshness().source(), v1::STATE_SOURCE_OWNER);
    EXPECT_FALSE(state->freshness().stale()) << state->freshness().stale_reason();
  }

  // States in Redis: everything but the frontiers.
  int64_t StatesInRedis() {
    int64_t keys = 0;
    int64_t frontiers = 0;
    EXPECT_TRUE(absl::SimpleAtoi(suite_.redis().Command({"DBSIZE"}), &keys));
    EXPECT_TRUE(absl::SimpleAtoi(
        suite_.redis().Command({"EVAL", "return #redis.call('KEYS', '*:f')", "0"}), &frontiers));
    return frontiers == 0 ? 0 : keys - frontiers;
  }
  bool CacheUp() { return suite_.evaluation().Metric("kpisuite_evaluation_cache_up") == 1; }

  ProcessSuite suite_;
  std::mt19937 random_;
  std::unique_ptr<SuiteClient> client_;
  std::vector<Delivery> deliveries_;
  std::string token_;
  int writes_ = 0;
};

TEST_F(RedisFaults, DownAtStartIsNoObstacleAndItIsFilledWhenItComes) {
  ASSERT_TRUE(suite_.StartRedis().ok());
  suite_.redis().Kill();
  ASSERT_TRUE(suite_.StartDefinition().ok());
  ASSERT_TRUE(suite_.StartMeasurement().ok());
  ASSERT_TRUE(suite_.StartEvaluation().ok());
  ASSERT_TRUE(suite_.evaluation().WaitUntilReady().ok());
  Define();
  WriteAndCheck();
  EXPECT_FALSE(CacheUp());

  ASSERT_TRUE(suite_.StartRedis().ok());
  EXPECT_TRUE(Eventually([&] { return CacheUp() && StatesInRedis() > 0; }));
  WriteAndCheck();
}

TEST_F(RedisFaults, KilledUnderLoadIsFilledAgainWhenItIsBack) {
  ASSERT_TRUE(suite_.Start().ok());
  Define();
  WriteAndCheck();
  EXPECT_TRUE(Eventually([&] { return StatesInRedis() > 0; }));
  const int64_t full = StatesInRedis();

  suite_.redis().Kill();
  EXPECT_TRUE(Eventually([&] {
    WriteAndCheck();
    return HasFailure() || !CacheUp();
  }));
  ASSERT_TRUE(suite_.StartRedis().ok());
  EXPECT_TRUE(Eventually([&] {
    WriteAndCheck();
    return HasFailure() || (CacheUp() && StatesInRedis() >= full);
  })) << StatesInRedis()
      << " of " << full;
}

TEST_F(RedisFaults, FlushedIsFilledAgain) {
  ASSERT_TRUE(suite_.Start().ok());
  Define();
  WriteAndCheck();
  EXPECT_TRUE(Eventually([&] { return StatesInRedis() > 0; }));
  const int64_t full = StatesInRedis();
  EXPECT_EQ(suite_.redis().Command({"FLUSHALL"}), "OK");
  Check();
  EXPECT_TRUE(Eventually([&] { return StatesInRedis() >= full; })) << StatesInRedis();
  WriteAndCheck();
}

TEST_F(RedisFaults, StuckDoesNotDelayReadsOrWrites) {
  ASSERT_TRUE(suite_.Start().ok());
  Define();
  WriteAndCheck();
  suite_.redis().Pause();
  for (int read = 0; read < kReads; ++read) {
    WriteAndCheck();
    const absl::Time start = absl::Now();
    Check();
    EXPECT_LT(absl::Now() - start, FastRead()) << "read " << read;
  }
  EXPECT_TRUE(Eventually([&] { return !CacheUp(); }));
  suite_.redis().Resume();
  EXPECT_TRUE(Eventually([&] { return CacheUp(); }));
  WriteAndCheck();
}

}  // namespace
}  // namespace kpisuite
