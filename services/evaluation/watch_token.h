// WatchToken: from where a watch goes on, in its resume token.
#pragma once

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace kpisuite {

// Text of three hexadecimal numbers with dots between them. An unreadable token, and one of an
// earlier version, which has no third number, is one of a process that nobody knows.
struct WatchToken {
  uint64_t process = 0;   // whose updates are numbered; 0: the reader has not seen all yet
  int64_t update_no = 0;  // all updates up to this one have been sent
  // Nothing that was sent was shown later than then, by the clocks of whoever showed it.
  absl::Time shown_by = absl::UnixEpoch();

  std::string ToString() const;
  // `text` is not empty.
  static WatchToken Parse(absl::string_view text);
};

}  // namespace kpisuite
