#include "services/measurement/change_notifier.h"

#include <utility>
#include <vector>

namespace kpisuite {

int64_t ChangeNotifier::Add(std::function<void()> wake) {
  MutexLock lock(mutex_);
  const int64_t id = next_id_++;
  wakers_[id] = std::move(wake);
  return id;
}

void ChangeNotifier::Remove(int64_t id) {
  MutexLock lock(mutex_);
  wakers_.erase(id);
}

void ChangeNotifier::WakeAll() {
  // Called without the lock: a reader that ends in its waker removes itself.
  std::vector<std::function<void()>> wakers;
  {
    MutexLock lock(mutex_);
    wakers.reserve(wakers_.size());
    for (const auto& [id, wake] : wakers_) wakers.push_back(wake);
  }
  for (const auto& wake : wakers) wake();
}

}  // namespace kpisuite
