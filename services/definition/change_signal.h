// ChangeSignal: wakes the watchers when there is something new.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <utility>

#include "libs/base/mutex.h"

namespace kpisuite {

// Thread-safe.
class ChangeSignal {
 public:
  // Calls `wake` after each Fire() until removed; it must not block nor call back. The key for
  // Remove().
  uint64_t Add(std::function<void()> wake) EXCLUDES(mutex_) {
    MutexLock lock(mutex_);
    wakers_[++last_key_] = std::move(wake);
    return last_key_;
  }
  void Remove(uint64_t key) EXCLUDES(mutex_) {
    MutexLock lock(mutex_);
    wakers_.erase(key);
  }
  void Fire() EXCLUDES(mutex_) {
    std::map<uint64_t, std::function<void()>> wakers;
    {
      MutexLock lock(mutex_);
      wakers = wakers_;
    }
    for (const auto& [key, wake] : wakers) wake();
  }

 private:
  Mutex mutex_;
  std::map<uint64_t, std::function<void()>> wakers_ GUARDED_BY(mutex_);
  uint64_t last_key_ GUARDED_BY(mutex_) = 0;
};

}  // namespace kpisuite
