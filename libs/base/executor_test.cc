#include "libs/base/executor.h"

#include <gtest/gtest.h>

#include <future>

#include "libs/base/error.h"

namespace kpisuite {
namespace {

// One thread, held by a work until Open().
class BlockedExecutor {
 public:
  BlockedExecutor(size_t max_items, size_t max_bytes)
      : executor_({.threads = 1, .max_items = max_items, .max_bytes = max_bytes}, clock_) {
    std::promise<void> running;
    const auto gate = gate_.get_future().share();
    const absl::Status status =
        executor_.Submit(0, absl::InfiniteFuture(), [&running, gate](const absl::Status&) {
          running.set_value();
          gate.wait();
        });
    EXPECT_TRUE(status.ok());
    running.get_future().wait();
  }

  void Open() { gate_.set_value(); }
  FakeClock& clock() { return clock_; }
  Executor& executor() { return executor_; }

 private:
  FakeClock clock_;
  std::promise<void> gate_;
  Executor executor_;
};

TEST(Executor, RunsWorkInOrder) {
  SystemClock clock;
  Executor executor({.threads = 1}, clock);
  std::vector<int> order;
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(executor
                    .Submit(1, absl::InfiniteFuture(),
                            [&order, i](const absl::Status& status) {
                              EXPECT_TRUE(status.ok());
                              order.push_back(i);
                            })
                    .ok());
  }
  executor.Shutdown();
  EXPECT_EQ(order, (std::vector<int>{0, 1, 2}));
}

TEST(Executor, RefusesWhenTooManyItemsAreQueued) {
  BlockedExecutor blocked(2, 1000);
  const auto nothing = [](const absl::Status&) {};
  EXPECT_TRUE(blocked.executor().Submit(1, absl::InfiniteFuture(), nothing).ok());
  EXPECT_TRUE(blocked.executor().Submit(1, absl::InfiniteFuture(), nothing).ok());
  const absl::Status refused = blocked.executor().Submit(1, absl::InfiniteFuture(), nothing);
  EXPECT_EQ(refused.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(GetErrorDetails(refused).reason, "QUEUE_FULL");
  EXPECT_TRUE(GetErrorDetails(refused).retry_after.has_value());
  EXPECT_EQ(blocked.executor().queued_items(), 2u);
  blocked.Open();
}

TEST(Executor, RefusesWhenTooManyBytesAreQueued) {
  BlockedExecutor blocked(10, 100);
  const auto nothing = [](const absl::Status&) {};
  EXPECT_TRUE(blocked.executor().Submit(500, absl::InfiniteFuture(), nothing).ok());
  EXPECT_EQ(GetErrorDetails(blocked.executor().Submit(1, absl::InfiniteFuture(), nothing)).reason,
            "QUEUE_FULL");
  EXPECT_EQ(blocked.executor().queued_bytes(), 500u);
  blocked.Open();
}

TEST(Executor, TellsWorkThatItsDeadlinePassed) {
  BlockedExecutor blocked(10, 100);
  absl::Status seen;
  const absl::Time deadline = blocked.clock().Now() + absl::Seconds(1);
  ASSERT_TRUE(blocked.executor()
                  .Submit(1, deadline, [&seen](absl::Status status) { seen = std::move(status); })
                  .ok());
  blocked.clock().Advance(absl::Seconds(2));
  blocked.Open();
  blocked.executor().Shutdown();
  EXPECT_EQ(seen.code(), absl::StatusCode::kDeadlineExceeded);
}

TEST(Executor, RunsQueuedWorkAndRefusesNewWorkAtShutdown) {
  BlockedExecutor blocked(10, 100);
  bool ran = false;
  ASSERT_TRUE(blocked.executor()
                  .Submit(1, absl::InfiniteFuture(), [&ran](const absl::Status&) { ran = true; })
                  .ok());
  blocked.Open();
  blocked.executor().Shutdown();
  EXPECT_TRUE(ran);
  const absl::Status refused =
      blocked.executor().Submit(1, absl::InfiniteFuture(), [](const absl::Status&) {});
  EXPECT_EQ(GetErrorDetails(refused).reason, "SHUTTING_DOWN");
}

}  // namespace
}  // namespace kpisuite
