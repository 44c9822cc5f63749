// Executor: a fixed number of threads behind a queue bounded in items and bytes.
#pragma once

#include <cstddef>
#include <deque>
#include <functional>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "libs/base/clock.h"
#include "libs/base/mutex.h"

namespace kpisuite {

struct ExecutorLimits {
  int threads = 4;              // at least 1
  size_t max_items = 1024;      // queued, not counting running work
  size_t max_bytes = 64 << 20;  // queued, not counting running work
};

// Runs work in order of submission on its threads. Thread-safe.
//
// Every accepted work is called exactly once and may block. It must not throw.
class Executor {
 public:
  // `clock` outlives the executor and is only read to compare deadlines.
  Executor(const ExecutorLimits& limits, const Clock& clock);
  Executor(const Executor&) = delete;
  Executor& operator=(const Executor&) = delete;
  ~Executor();  // Shutdown()

  // Queues `work`, which counts as `bytes`. It is called with ok, or with DEADLINE_EXCEEDED
  // DEADLINE_TOO_SHORT when `deadline` had passed when its turn came. When this call returns an
  // error, `work` is dropped: RESOURCE_EXHAUSTED QUEUE_FULL (with a retry hint) or UNAVAILABLE
  // SHUTTING_DOWN. A work larger than max_bytes is accepted when the queue is empty.
  absl::Status Submit(size_t bytes, absl::Time deadline, std::function<void(absl::Status)> work)
      EXCLUDES(mutex_);

  // Refuses new work, runs what is queued, joins the threads. Not to be called from a work.
  void Shutdown() EXCLUDES(mutex_);

  size_t queued_items() const EXCLUDES(mutex_);
  size_t queued_bytes() const EXCLUDES(mutex_);

 private:
  struct Item {
    size_t bytes;
    absl::Time deadline;
    std::function<void(absl::Status)> work;
  };

  void RunThread() EXCLUDES(mutex_);

  const ExecutorLimits limits_;
  const Clock& clock_;
  mutable Mutex mutex_;
  CondVar work_arrived_;
  std::deque<Item> queue_ GUARDED_BY(mutex_);
  size_t queued_bytes_ GUARDED_BY(mutex_) = 0;
  bool shutting_down_ GUARDED_BY(mutex_) = false;
  std::vector<std::thread> threads_;
};

}  // namespace kpisuite
