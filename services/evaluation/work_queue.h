// WorkQueue: what waits for the engine thread.
#pragma once

#include <cstddef>
#include <deque>
#include <functional>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "libs/base/mutex.h"

namespace kpisuite {

struct WorkQueueLimits {
  size_t max_feed_items = 4096;
  size_t max_feed_bytes = 32 << 20;
  size_t max_tasks = 8192;
};

// Two queues: the feed, in order and bounded, whose writers are held back when it is full; and
// tasks of readers, which are refused then. Thread-safe.
class WorkQueue {
 public:
  using Work = std::function<void()>;

  explicit WorkQueue(const WorkQueueLimits& limits) : limits_(limits) {}

  // Blocks while the feed is full; false when the feed was closed or the queue stopped.
  bool PushFeed(size_t bytes, Work work) EXCLUDES(mutex_);
  // RESOURCE_EXHAUSTED (QUEUE_FULL) or UNAVAILABLE (SHUTTING_DOWN).
  absl::Status PushTask(Work task) EXCLUDES(mutex_);
  // A task that is never refused, for the few that the process itself has.
  void PushOwnTask(Work task) EXCLUDES(mutex_);

  struct Taken {
    std::vector<Work> feed;
    std::vector<Work> tasks;
    bool stopped = false;
  };
  // Everything that is queued; waits at most `wait` for something. Without `with_feed` the feed
  // stays where it is.
  Taken Take(absl::Duration wait, bool with_feed) EXCLUDES(mutex_);
  // Nothing is added to the feed any more, also by those who wait for room.
  void CloseFeed() EXCLUDES(mutex_);
  void Stop() EXCLUDES(mutex_);

  size_t feed_items() const EXCLUDES(mutex_);
  size_t feed_bytes() const EXCLUDES(mutex_);

 private:
  struct Item {
    size_t bytes;
    Work work;
  };

  const WorkQueueLimits limits_;
  mutable Mutex mutex_;
  CondVar arrived_;
  CondVar taken_;
  std::deque<Item> feed_ GUARDED_BY(mutex_);
  size_t feed_bytes_ GUARDED_BY(mutex_) = 0;
  std::deque<Work> tasks_ GUARDED_BY(mutex_);
  bool closed_ GUARDED_BY(mutex_) = false;  // the feed
  bool stopped_ GUARDED_BY(mutex_) = false;
};

}  // namespace kpisuite
