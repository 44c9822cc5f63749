// Reads the file of --store-password-file.
#pragma once

#include <string>

#include "absl/status/statusor.h"

namespace kpisuite {

// The content without one line end at its end. INVALID_ARGUMENT naming the flag: not readable,
// empty, or more than 4 KiB. May block.
absl::StatusOr<std::string> ReadPasswordFile(const std::string& path);

}  // namespace kpisuite
