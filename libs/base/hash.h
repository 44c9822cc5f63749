// Hashes of byte strings. Thread-safe, platform-independent results.
#pragma once

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"

namespace kpisuite {

// XXH3, 64 bits. Stable across versions: may be stored. Not for untrusted collisions.
uint64_t Hash64(absl::string_view bytes);

// SHA-256 as 32 raw bytes.
std::string Sha256(absl::string_view bytes);

// Lower-case hexadecimal, two characters per byte.
std::string HexEncode(absl::string_view bytes);

}  // namespace kpisuite
