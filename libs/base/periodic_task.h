// PeriodicTask: work that a thread of its own does now and then.
#pragma once

#include <functional>
#include <thread>
#include <utility>

#include "absl/time/time.h"
#include "libs/base/mutex.h"

namespace kpisuite {

// Thread-safe.
class PeriodicTask {
 public:
  // Waits for `interval`, does `work`, and so on. `work` may block and must not throw; what it uses
  // outlives the task.
  PeriodicTask(absl::Duration interval, std::function<void()> work)
      : PeriodicTask(interval, interval, std::move(work)) {}
  // Waits for `first` before the first time.
  PeriodicTask(absl::Duration first, absl::Duration interval, std::function<void()> work);
  PeriodicTask(const PeriodicTask&) = delete;
  PeriodicTask& operator=(const PeriodicTask&) = delete;
  ~PeriodicTask();  // Stop()

  // Ends the thread, after the work that it is doing. Idempotent; not to be called from the work.
  void Stop() EXCLUDES(mutex_);

  // Whether it is to end: long work looks between its steps.
  bool stopping() const EXCLUDES(mutex_);

 private:
  void RunThread();
  // Whether the end came before `wait` was over.
  bool WaitForStop(absl::Duration wait) EXCLUDES(mutex_);

  const absl::Duration first_;
  const absl::Duration interval_;
  const std::function<void()> work_;
  mutable Mutex mutex_;
  CondVar stopped_;
  bool stopping_ GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace kpisuite
