// Clock: the only source of the current time, passed in by reference.
#pragma once

#include "absl/time/time.h"
#include "libs/base/mutex.h"

namespace kpisuite {

// Wall-clock time. Thread-safe.
class Clock {
 public:
  virtual ~Clock();
  virtual absl::Time Now() const = 0;
};

// The clock of the machine.
class SystemClock final : public Clock {
 public:
  absl::Time Now() const override;
};

// A clock that moves only when told. Starts at `start`. Thread-safe.
class FakeClock final : public Clock {
 public:
  explicit FakeClock(absl::Time start = absl::UnixEpoch());

  absl::Time Now() const override EXCLUDES(mutex_);
  void Set(absl::Time now) EXCLUDES(mutex_);
  void Advance(absl::Duration step) EXCLUDES(mutex_);

 private:
  mutable Mutex mutex_;
  absl::Time now_ GUARDED_BY(mutex_);
};

}  // namespace kpisuite
