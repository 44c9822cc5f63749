#include "libs/base/periodic_task.h"

#include <utility>

#include "libs/base/deadline.h"

namespace kpisuite {

PeriodicTask::PeriodicTask(absl::Duration first, absl::Duration interval,
                           std::function<void()> work)
    : first_(first),
      interval_(interval),
      work_(std::move(work)),
      thread_([this] { RunThread(); }) {}

PeriodicTask::~PeriodicTask() { Stop(); }

void PeriodicTask::Stop() {
  {
    MutexLock lock(mutex_);
    stopping_ = true;
    stopped_.NotifyAll();
  }
  if (thread_.joinable()) thread_.join();
}

bool PeriodicTask::stopping() const {
  MutexLock lock(mutex_);
  return stopping_;
}

void PeriodicTask::RunThread() {
  for (bool stop = WaitForStop(first_); !stop; stop = WaitForStop(interval_)) work_();
}

bool PeriodicTask::WaitForStop(absl::Duration wait) {
  const Deadline end = Deadline::After(wait);
  MutexLock lock(mutex_);
  while (!stopping_ && !end.passed()) stopped_.WaitFor(mutex_, end.left());
  return stopping_;
}

}  // namespace kpisuite
