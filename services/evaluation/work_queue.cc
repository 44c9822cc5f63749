#include "services/evaluation/work_queue.h"

#include <utility>

#include "libs/base/error.h"

namespace kpisuite {

bool WorkQueue::PushFeed(size_t bytes, Work work) {
  MutexLock lock(mutex_);
  while (!closed_ && !feed_.empty() &&
         (feed_.size() >= limits_.max_feed_items || feed_bytes_ + bytes > limits_.max_feed_bytes)) {
    taken_.Wait(mutex_);
  }
  if (closed_) return false;
  feed_.push_back({bytes, std::move(work)});
  feed_bytes_ += bytes;
  arrived_.NotifyOne();
  return true;
}

absl::Status WorkQueue::PushTask(Work task) {
  MutexLock lock(mutex_);
  if (stopped_) {
    return MakeError(absl::StatusCode::kUnavailable, "SHUTTING_DOWN", "the server is stopping");
  }
  if (tasks_.size() >= limits_.max_tasks) {
    return WithRetryAfter(MakeError(absl::StatusCode::kResourceExhausted, "QUEUE_FULL",
                                    "too many reads wait for the evaluator"),
                          absl::Milliseconds(100));
  }
  tasks_.push_back(std::move(task));
  arrived_.NotifyOne();
  return absl::OkStatus();
}

void WorkQueue::PushOwnTask(Work task) {
  MutexLock lock(mutex_);
  if (stopped_) return;
  tasks_.push_back(std::move(task));
  arrived_.NotifyOne();
}

WorkQueue::Taken WorkQueue::Take(absl::Duration wait, bool with_feed) {
  Taken taken;
  MutexLock lock(mutex_);
  while (!stopped_ && tasks_.empty() && (feed_.empty() || !with_feed) &&
         wait > absl::ZeroDuration()) {
    if (!arrived_.WaitFor(mutex_, wait)) break;
  }
  taken.stopped = stopped_;
  for (Work& task : tasks_) taken.tasks.push_back(std::move(task));
  tasks_.clear();
  if (!with_feed) return taken;
  for (Item& item : feed_) taken.feed.push_back(std::move(item.work));
  feed_.clear();
  feed_bytes_ = 0;
  taken_.NotifyAll();
  return taken;
}

void WorkQueue::CloseFeed() {
  MutexLock lock(mutex_);
  closed_ = true;
  taken_.NotifyAll();
}

void WorkQueue::Stop() {
  MutexLock lock(mutex_);
  closed_ = true;
  stopped_ = true;
  arrived_.NotifyAll();
  taken_.NotifyAll();
}

size_t WorkQueue::feed_items() const {
  MutexLock lock(mutex_);
  return feed_.size();
}

size_t WorkQueue::feed_bytes() const {
  MutexLock lock(mutex_);
  return feed_bytes_;
}

}  // namespace kpisuite
