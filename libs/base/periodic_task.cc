#include "libs/base/periodic_task.h"

#include <utility>

#include "libs/base/deadline.h"

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
  const Deadline end = Deadline::After(interval_);
  MutexLock lock(mutex_);
  while (!stopping_ && !end.passed()) stopped_.WaitFor(mutex_, end.left());
  return stopping_;
}

}  // namespace kpisuite
