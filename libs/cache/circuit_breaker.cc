#include "libs/cache/circuit_breaker.h"

namespace kpisuite {

bool CircuitBreaker::Allow(Time now) {
  MutexLock lock(mutex_);
  if (failures_ < failures_to_open_) return true;
  if (now < blocked_until_ || probing_) return false;
  probing_ = true;
  return true;
}

void CircuitBreaker::Succeeded() {
  MutexLock lock(mutex_);
  failures_ = 0;
  probing_ = false;
}

void CircuitBreaker::Failed(Time now) {
  MutexLock lock(mutex_);
  probing_ = false;
  if (failures_ < failures_to_open_) ++failures_;
  if (failures_ == failures_to_open_) blocked_until_ = now + open_for_;
}

void CircuitBreaker::Note(bool succeeded, Time now) {
  if (succeeded) {
    Succeeded();
  } else {
    Failed(now);
  }
}

}  // namespace kpisuite
