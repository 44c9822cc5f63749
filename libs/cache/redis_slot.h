// The slot of a key in a Redis Cluster.
#pragma once

#include "absl/strings/string_view.h"

namespace kpisuite {

inline constexpr int kRedisSlots = 16384;

// CRC16 (XMODEM) modulo the slots, of the key or of what stands in its first braces:
// https://redis.io/docs/latest/operate/oss_and_stack/reference/cluster-spec/#hash-tags
int RedisSlotOf(absl::string_view key);

}  // namespace kpisuite
