// Event times as files write them.
#pragma once

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace kpisuite {

// Reads times of one format. Immutable.
//
// Formats: "" ISO 8601, date or date and time, separated by 'T' or a blank, with up to nine digits
// of a second and an optional offset (2001-01-01, 2001-01-01T00:47, 2001-01-01 00:47:12.5+02:00);
// "unix", "unix-ms", "unix-us", "unix-ns": whole numbers since 1970-01-01T00:00:00Z; or a pattern
// with % as of strftime ("%d.%m.%Y %H:%M", %Ez for an offset, %E*S for fractions).
// A local time that its zone skips or repeats is read with the offset before the change.
class TimeParser {
 public:
  // `zone` (IANA) is for times without an offset; empty: such times are errors.
  // INVALID_ARGUMENT for a format or zone that does not exist.
  static absl::StatusOr<TimeParser> Create(absl::string_view format, absl::string_view zone);

  // Nanoseconds since 1970-01-01T00:00:00Z. INVALID_ARGUMENT says what came and what is wanted;
  // times outside the years 1700 to 2261 are refused.
  absl::StatusOr<int64_t> Parse(absl::string_view text) const;

 private:
  TimeParser() = default;

  absl::StatusOr<absl::Time> ParseIso(absl::string_view text) const;
  absl::StatusOr<absl::Time> ParseUnix(absl::string_view text) const;
  absl::StatusOr<absl::Time> ParsePattern(absl::string_view text) const;

  std::string pattern_;
  absl::Duration unix_unit_ = absl::ZeroDuration();  // zero: not a Unix format
  absl::TimeZone zone_;
  bool has_zone_ = false;
};

}  // namespace kpisuite
