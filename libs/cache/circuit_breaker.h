// CircuitBreaker: stops asking a backend that keeps failing.
#pragma once

#include <chrono>

#include "libs/base/mutex.h"

namespace kpisuite {

// Opens after some failures in a row; then nobody passes for a while, and after that one caller
// at a time as a probe, until one succeeds. Thread-safe. Times come from the caller.
class CircuitBreaker {
 public:
  using Time = std::chrono::steady_clock::time_point;

  CircuitBreaker(int failures_to_open, std::chrono::milliseconds open_for)
      : failures_to_open_(failures_to_open), open_for_(open_for) {}

  // Whether the caller may try. Who may try reports Succeeded or Failed, or Note for either.
  bool Allow(Time now) EXCLUDES(mutex_);
  void Succeeded() EXCLUDES(mutex_);
  void Failed(Time now) EXCLUDES(mutex_);
  void Note(bool succeeded, Time now) EXCLUDES(mutex_);

 private:
  const int failures_to_open_;
  const std::chrono::milliseconds open_for_;
  Mutex mutex_;
  int failures_ GUARDED_BY(mutex_) = 0;
  bool probing_ GUARDED_BY(mutex_) = false;
  Time blocked_until_ GUARDED_BY(mutex_);  // nobody passes before
};

}  // namespace kpisuite
