// Keys and values of the cache as text. The layout is described in state_cache.h.
#pragma once

#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "libs/cache/state_cache.h"

namespace kpisuite {

inline constexpr size_t kFenceDigits = 30;
inline constexpr size_t kFrontierDigits = 63;
inline constexpr size_t kVersionDigits = 60;

std::string FrontierKey(int partition);
std::string LinkKey(int partition);
std::string StateKey(int partition, absl::string_view key);

// The values are within their digits (CheckPublication). The order of the text is that of the
// values.
std::string EncodeFence(const Fence& fence);
std::string EncodeLink(const Fence& fence, uint64_t number);
std::string EncodeFrontier(const Frontier& frontier);
std::string EncodeState(const StateVersion& version, absl::string_view payload);

// nullopt: not written by EncodeFrontier or EncodeState.
std::optional<Frontier> DecodeFrontier(absl::string_view text);
std::optional<CachedState> DecodeState(absl::string_view text);

// INTERNAL when something does not fit its digits or limits.
absl::Status CheckPublication(const Publication& publication);
absl::Status CheckReads(const std::vector<PartitionRead>& partitions);

// UNAVAILABLE CACHE_UNAVAILABLE with metadata `cause`. `message` holds nothing secret.
absl::Status CacheUnavailable(absl::string_view cause, absl::string_view message);
// The cause of one; empty for anything else.
std::string CacheCauseOf(const absl::Status& status);
// The error with scope SERVER, and whether one has it.
absl::Status OfOneServer(absl::Status status);
bool IsOfOneServer(const absl::Status& status);
// Cause CIRCUIT_OPEN.
absl::Status CacheRests();

}  // namespace kpisuite
