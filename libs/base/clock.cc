#include "libs/base/clock.h"

#include "absl/time/clock.h"

namespace kpisuite {

Clock::~Clock() = default;

absl::Time SystemClock::Now() const { return absl::Now(); }

FakeClock::FakeClock(absl::Time start) : now_(start) {}

absl::Time FakeClock::Now() const {
  MutexLock lock(mutex_);
  return now_;
}

void FakeClock::Set(absl::Time now) {
  MutexLock lock(mutex_);
  now_ = now;
}

void FakeClock::Advance(absl::Duration step) {
  MutexLock lock(mutex_);
  now_ += step;
}

}  // namespace kpisuite
