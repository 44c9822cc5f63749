#include "libs/base/periodic_task.h"

#include <utility>

#include "absl/time/clock.h"

namespace kpisuite {

PeriodicTask::PeriodicTask(absl::Duration interval, std::function<void()> work)
    : interval_(interval), work_(std::move(work)), thread_([this] { RunThread(); }) {}

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
  while (!WaitForStop()) work_();
}

bool PeriodicTask::WaitForStop() {
  const absl::Time end = absl::Now() + interval_;
  MutexLock lock(mutex_);
  while (!stopping_ && absl::Now() < end) stopped_.WaitFor(mutex_, end - absl::Now());
  return stopping_;
}

}  // namespace kpisuite
