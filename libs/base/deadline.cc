#include "libs/base/deadline.h"

#include <time.h>

#include <algorithm>

namespace kpisuite {
namespace {

int64_t NanosSinceBoot() {
  timespec now = {};
  clock_gettime(CLOCK_BOOTTIME, &now);
  return int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec;
}

}  // namespace

Deadline Deadline::After(absl::Duration time) {
  const int64_t nanos = std::max<int64_t>(0, absl::ToInt64Nanoseconds(time));  // saturates
  const int64_t now = NanosSinceBoot();
  return nanos < INT64_MAX - now ? Deadline(now + nanos) : Never();
}

bool Deadline::passed() const { return *this != Never() && NanosSinceBoot() >= nanos_; }

absl::Duration Deadline::left() const {
  if (*this == Never()) return absl::InfiniteDuration();
  return absl::Nanoseconds(std::max<int64_t>(0, nanos_ - NanosSinceBoot()));
}

}  // namespace kpisuite
