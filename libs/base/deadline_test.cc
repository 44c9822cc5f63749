#include "libs/base/deadline.h"

#include <gtest/gtest.h>

#include <chrono>
#include <thread>

namespace kpisuite {
namespace {

TEST(Deadline, PassesOnceItsTimeIsOver) {
  const auto began = std::chrono::steady_clock::now();
  const Deadline deadline = Deadline::After(absl::Milliseconds(20));
  EXPECT_LE(deadline.left(), absl::Milliseconds(20));
  while (!deadline.passed()) std::this_thread::yield();
  EXPECT_GE(std::chrono::steady_clock::now() - began, std::chrono::milliseconds(19));
  EXPECT_EQ(deadline.left(), absl::ZeroDuration());
}

TEST(Deadline, HasPassedUntilItIsSet) {
  EXPECT_TRUE(Deadline().passed());
  EXPECT_EQ(Deadline().left(), absl::ZeroDuration());
  EXPECT_TRUE(Deadline::After(-absl::Seconds(1)).passed());
}

TEST(Deadline, ThatIsTooFarAwayNeverPasses) {
  for (const absl::Duration time : {absl::InfiniteDuration(), absl::Hours(24 * 365 * 1000)}) {
    const Deadline never = Deadline::After(time);
    EXPECT_EQ(never, Deadline::Never());
    EXPECT_FALSE(never.passed());
    EXPECT_EQ(never.left(), absl::InfiniteDuration());
  }
  EXPECT_FALSE(Deadline::After(absl::Hours(24 * 365)).passed());
}

}  // namespace
}  // namespace kpisuite
