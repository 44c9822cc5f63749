// Listening addresses as they stand in options.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace kpisuite {

struct Address {
  std::string host;  // without brackets
  int port = 0;      // 0 = any
};

// Parses "host:port" or "[v6]:port". INVALID_ARGUMENT INVALID_FIELD, named after `option`.
absl::StatusOr<Address> ParseAddress(absl::string_view option, absl::string_view text);

}  // namespace kpisuite
