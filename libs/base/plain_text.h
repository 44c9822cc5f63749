// Checks of text that comes from outside. Thread-safe.
#pragma once

#include <cstddef>

#include "absl/strings/string_view.h"

namespace kpisuite {

// Length of the well-formed UTF-8 sequence that `text` (not empty) starts with; 0 if there is none
// (RFC 3629: no overlong forms, no surrogates, nothing above U+10FFFF).
size_t Utf8SequenceLength(absl::string_view text);

// Whether `text` is well-formed UTF-8 without control characters (U+0000 to U+001F, U+007F).
bool IsPlainText(absl::string_view text);

}  // namespace kpisuite
