// Checks of UTF-8 text. Thread-safe.
#pragma once

#include <cstddef>
#include <optional>

#include "absl/strings/string_view.h"

namespace kpisuite {

// Offset of the first byte that is not part of well-formed UTF-8 (overlong forms, surrogates and
// values beyond U+10FFFF are not); nullopt when there is none.
std::optional<size_t> FindInvalidUtf8(absl::string_view text);

// Number of code points of well-formed UTF-8.
size_t CountCodePoints(absl::string_view text);

}  // namespace kpisuite
