#pragma once

#include <cstdint>

namespace kpisuite {

// Rows of one aggregate. Within it a sum of 64 bit mantissas always fits 128 bits: |sum| <= 2^62 *
// 2^63.
inline constexpr uint64_t kMaxAggregateRows = uint64_t{1} << 62;

}  // namespace kpisuite
