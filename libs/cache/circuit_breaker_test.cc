#include "libs/cache/circuit_breaker.h"

#include <gtest/gtest.h>

namespace kpisuite {
namespace {

using std::chrono::milliseconds;

class CircuitBreakerTest : public testing::Test {
 protected:
  void FailFiveTimes() {
    for (int i = 0; i < 5; ++i) {
      EXPECT_TRUE(breaker_.Allow(now_));
      breaker_.Failed(now_);
    }
  }

  CircuitBreaker breaker_{5, milliseconds(500)};
  CircuitBreaker::Time now_{std::chrono::hours(1)};
};

TEST_F(CircuitBreakerTest, OpensAfterFiveFailuresInARow) {
  FailFiveTimes();
  EXPECT_FALSE(breaker_.Allow(now_ + milliseconds(499)));
}

TEST_F(CircuitBreakerTest, ForgetsFailuresAfterASuccess) {
  for (int round = 0; round < 3; ++round) {
    for (int i = 0; i < 4; ++i) breaker_.Failed(now_);
    EXPECT_TRUE(breaker_.Allow(now_));
    breaker_.Succeeded();
  }
  EXPECT_TRUE(breaker_.Allow(now_));
}

TEST_F(CircuitBreakerTest, LetsOneProbeThrough) {
  FailFiveTimes();
  now_ += milliseconds(500);
  EXPECT_TRUE(breaker_.Allow(now_));
  EXPECT_FALSE(breaker_.Allow(now_)) << "the probe is under way";
  breaker_.Failed(now_);
  EXPECT_FALSE(breaker_.Allow(now_ + milliseconds(499)));
  EXPECT_TRUE(breaker_.Allow(now_ + milliseconds(500)));
  breaker_.Succeeded();
  EXPECT_TRUE(breaker_.Allow(now_));
  EXPECT_TRUE(breaker_.Allow(now_));
}

}  // namespace
}  // namespace kpisuite
