#include "libs/base/executor.h"

#include <algorithm>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/error.h"

namespace kpisuite {
namespace {

constexpr absl::Duration kRetryAfterFullQueue = absl::Milliseconds(100);

}  // namespace

Executor::Executor(const ExecutorLimits& limits, const Clock& clock)
    : limits_(limits), clock_(clock) {
  const int threads = std::max(1, limits_.threads);
  for (int i = 0; i < threads; ++i) threads_.emplace_back([this] { RunThread(); });
}

Executor::~Executor() { Shutdown(); }

absl::Status Executor::Submit(size_t bytes, absl::Time deadline,
                              std::function<void(absl::Status)> work) {
  {
    MutexLock lock(mutex_);
    if (shutting_down_) {
      return MakeError(absl::StatusCode::kUnavailable, "SHUTTING_DOWN",
                       "the server is shutting down");
    }
    const bool full = queue_.size() >= limits_.max_items ||
                      (!queue_.empty() && queued_bytes_ + bytes > limits_.max_bytes);
    if (full) {
      return WithRetryAfter(MakeError(absl::StatusCode::kResourceExhausted, "QUEUE_FULL",
                                      absl::StrCat("the work queue is full: ", queue_.size(),
                                                   " items, ", queued_bytes_, " bytes"),
                                      {{"items", absl::StrCat(queue_.size())},
                                       {"bytes", absl::StrCat(queued_bytes_)}}),
                            kRetryAfterFullQueue);
    }
    queue_.push_back({bytes, deadline, std::move(work)});
    queued_bytes_ += bytes;
  }
  work_arrived_.NotifyOne();
  return absl::OkStatus();
}

void Executor::RunThread() {
  while (true) {
    Item item;
    {
      MutexLock lock(mutex_);
      while (queue_.empty() && !shutting_down_) work_arrived_.Wait(mutex_);
      if (queue_.empty()) return;
      item = std::move(queue_.front());
      queue_.pop_front();
      queued_bytes_ -= item.bytes;
    }
    absl::Status status;
    if (clock_.Now() >= item.deadline) {
      status = MakeError(absl::StatusCode::kDeadlineExceeded, "DEADLINE_TOO_SHORT",
                         "the deadline passed while the call was queued");
    }
    item.work(std::move(status));
  }
}

void Executor::Shutdown() {
  {
    MutexLock lock(mutex_);
    if (shutting_down_) return;
    shutting_down_ = true;
  }
  work_arrived_.NotifyAll();
  for (std::thread& thread : threads_) thread.join();
}

size_t Executor::queued_items() const {
  MutexLock lock(mutex_);
  return queue_.size();
}

size_t Executor::queued_bytes() const {
  MutexLock lock(mutex_);
  return queued_bytes_;
}

}  // namespace kpisuite
