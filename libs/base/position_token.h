#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace kpisuite {

// Where one partition of the change feed stands.
struct PartPosition {
  int64_t incarnation = 0;  // life of the partition; unix seconds when it was opened
  int64_t seq = 0;          // everything up to and including it

  friend bool operator==(const PartPosition&, const PartPosition&) = default;
};

// A place in the definition log and in any number of partitions: what a write returns and a read
// may wait for. Opaque to clients, who pass on the text.
//
// Text: base64url without padding of `1;<definition position>;<part>:<incarnation>:<seq>,...`.
struct PositionToken {
  int64_t definition_position = 0;  // 0: nothing to wait for
  std::map<int32_t, PartPosition> parts;

  std::string ToText() const;

  // INVALID_ARGUMENT (INVALID_FIELD, field "at_least") when the text is not a token.
  static absl::StatusOr<PositionToken> Parse(absl::string_view text);

  // Adds another token: of one partition the later position stays.
  void Merge(const PositionToken& other);

  friend bool operator==(const PositionToken&, const PositionToken&) = default;
};

}  // namespace kpisuite
