#include "libs/kpi/aggregate_place.h"

#include <algorithm>
#include <limits>

#include "absl/time/time.h"

namespace kpisuite {

int64_t StartNanoOf(const Calendar& calendar, absl::CivilDay day) {
  constexpr int64_t kLeast = std::numeric_limits<int64_t>::min();
  constexpr int64_t kMost = std::numeric_limits<int64_t>::max();
  const absl::Time start = calendar.StartOf(day);
  if (start <= absl::FromUnixNanos(kLeast)) return kLeast;
  if (start >= absl::FromUnixNanos(kMost)) return kMost;
  return absl::ToUnixNanos(start);
}

int64_t PlaceShift(const Calendar& calendar, absl::CivilDay business_day, int64_t time_nano) {
  const int64_t start = StartNanoOf(calendar, business_day);
  const int64_t end = StartNanoOf(calendar, business_day + 1);
  const int64_t last = end > start ? end - 1 : start;
  // Wraps where the way is longer than 64 bits, and so does the way back.
  return static_cast<int64_t>(static_cast<uint64_t>(std::clamp(time_nano, start, last)) -
                              static_cast<uint64_t>(time_nano));
}

}  // namespace kpisuite
