// CallGate: lets a process run out of calls before its server shuts down.
#pragma once

#include <atomic>
#include <memory>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "libs/base/mutex.h"

namespace kpisuite {

// Thread-safe.
class CallGate {
 public:
  // `in_flight` counts calls (those that are refused too) from before they ask Admit() until they
  // are answered.
  void Watch(std::shared_ptr<const std::atomic<int>> in_flight) EXCLUDES(mutex_);

  // UNAVAILABLE SHUTTING_DOWN once the gate is closed.
  absl::Status Admit() const;

  // New calls are refused from now on.
  void Close() { closed_.store(true); }

  // Waits until no call is in flight, at most `timeout`; whether none is.
  bool WaitUntilIdle(absl::Duration timeout) const EXCLUDES(mutex_);

 private:
  std::atomic<bool> closed_{false};
  mutable Mutex mutex_;
  std::vector<std::shared_ptr<const std::atomic<int>>> counts_ GUARDED_BY(mutex_);
};

}  // namespace kpisuite
