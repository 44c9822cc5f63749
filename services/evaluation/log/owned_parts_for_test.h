// OwnedParts: the partitions of a process, as its ownership tells them.
#pragma once

#include <map>
#include <optional>
#include <vector>

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "libs/base/mutex.h"
#include "services/evaluation/log/partition_ownership.h"

namespace kpisuite {

// Thread-safe.
class OwnedParts final : public OwnershipListener {
 public:
  void OnAcquired(const std::vector<OwnedPart>& parts) override EXCLUDES(mutex_) {
    MutexLock lock(mutex_);
    for (const OwnedPart& part : parts) epochs_[part.part] = part.epoch;
    changed_.NotifyAll();
  }
  void OnLost(const std::vector<OwnedPart>& parts) override EXCLUDES(mutex_) {
    MutexLock lock(mutex_);
    for (const OwnedPart& part : parts) {
      if (epochs_[part.part] == part.epoch) epochs_.erase(part.part);
    }
    changed_.NotifyAll();
  }
  void OnPeers() override {}

  // The partition once it is owned; nothing when it is not by then.
  std::optional<OwnedPart> WaitFor(int32_t part, absl::Duration timeout) EXCLUDES(mutex_) {
    const absl::Time end = absl::Now() + timeout;
    MutexLock lock(mutex_);
    while (!epochs_.contains(part) && absl::Now() < end) {
      changed_.WaitFor(mutex_, end - absl::Now());
    }
    if (!epochs_.contains(part)) return std::nullopt;
    return OwnedPart{part, epochs_.at(part)};
  }
  // Fails the test when it takes too long.
  OwnedPart WaitFor(int32_t part) { return WaitFor(part, absl::Seconds(60)).value(); }

  std::map<int32_t, int64_t> epochs() const EXCLUDES(mutex_) {
    MutexLock lock(mutex_);
    return epochs_;
  }

 private:
  mutable Mutex mutex_;
  CondVar changed_;
  std::map<int32_t, int64_t> epochs_ GUARDED_BY(mutex_);
};

}  // namespace kpisuite
