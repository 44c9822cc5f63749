#include "libs/base/periodic_task.h"

#include <gtest/gtest.h>

#include <latch>

namespace kpisuite {
namespace {

TEST(PeriodicTask, WorksAgainAndAgainUntilItIsStopped) {
  std::latch three(3);
  int done = 0;
  PeriodicTask task(absl::Milliseconds(1), [&] {
    if (++done <= 3) three.count_down();
  });
  three.wait();
  EXPECT_FALSE(task.stopping());
  task.Stop();
  EXPECT_TRUE(task.stopping());
  EXPECT_GE(done, 3);
}

TEST(PeriodicTask, TheFirstTimeMayBeSooner) {
  std::latch first(1);
  PeriodicTask task(absl::Milliseconds(1), absl::Hours(1), [&] { first.count_down(); });
  first.wait();
}

TEST(PeriodicTask, EndsWithoutWaitingForItsNextTurn) {
  bool done = false;
  {
    PeriodicTask task(absl::Hours(1), [&] { done = true; });
  }
  EXPECT_FALSE(done);
}

TEST(PeriodicTask, LongWorkSeesThatItIsToEnd) {
  std::latch begun(1);
  PeriodicTask* self = nullptr;
  std::latch known(1);
  PeriodicTask task(absl::Milliseconds(1), [&] {
    known.wait();
    begun.count_down();
    while (!self->stopping()) std::this_thread::yield();
  });
  self = &task;
  known.count_down();
  begun.wait();
  task.Stop();
}

}  // namespace
}  // namespace kpisuite
