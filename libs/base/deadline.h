// Deadline: a moment to wait for, on a clock that nobody sets.
#pragma once

#include <cstdint>

#include "absl/time/time.h"

namespace kpisuite {

// A value. Timeouts and leases are of this clock (CLOCK_BOOTTIME): it counts while the machine
// sleeps, and a wall clock that is stepped does not move it. For the time of day see clock.h.
class Deadline {
 public:
  // One that has passed.
  constexpr Deadline() = default;
  // `time` from now on; what is too long to count never passes.
  static Deadline After(absl::Duration time);
  static constexpr Deadline Never() { return Deadline(INT64_MAX); }

  bool passed() const;
  // Until it passes: zero when it has, infinite when it never does.
  absl::Duration left() const;

  friend constexpr bool operator==(const Deadline&, const Deadline&) = default;

 private:
  explicit constexpr Deadline(int64_t nanos) : nanos_(nanos) {}

  int64_t nanos_ = 0;  // since the machine started
};

}  // namespace kpisuite
