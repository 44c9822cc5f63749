// How long to wait before something is tried again.
#pragma once

#include <algorithm>
#include <chrono>
#include <optional>
#include <random>

namespace kpisuite::client {

// 0.1 s to 5 s, doubling, with jitter. Not thread-safe.
class Backoff {
 public:
  // It worked: begin anew.
  void Reset() { failures_ = 0; }

  // Failures since it last worked.
  int failures() const { return failures_; }

  // Counts a failure and says how long to wait; not less than the server asked for.
  std::chrono::nanoseconds Next(std::optional<std::chrono::nanoseconds> at_least) {
    const double seconds = std::min(5.0, 0.1 * (1 << std::min(failures_++, 10)));
    const double jitter = std::uniform_real_distribution<double>(0.8, 1.2)(random_);
    const auto wait = std::chrono::nanoseconds(static_cast<int64_t>(seconds * jitter * 1e9));
    return std::max(wait, at_least.value_or(std::chrono::nanoseconds(0)));
  }

 private:
  int failures_ = 0;
  std::minstd_rand random_{std::random_device{}()};
};

}  // namespace kpisuite::client
