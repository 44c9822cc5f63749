// What the tests of this folder share.
#pragma once

#include <memory>
#include <string>
#include <utility>

#include "libs/cache/state_cache.h"
#include "libs/cache/state_encoding.h"

namespace kpisuite {

inline constexpr uint64_t kIncarnation = 1'700'000'000;

inline Frontier FrontierAt(uint64_t seq, uint64_t epoch = 1) {
  return {{kIncarnation, epoch}, seq, absl::FromUnixMillis(1'700'000'000'000 + seq % 1'000'000)};
}

inline StateUpdate StateAt(std::string key, uint64_t seq, std::string payload) {
  return {std::move(key),
          {kIncarnation, 1, seq, 0},
          std::make_shared<const std::string>(std::move(payload))};
}

inline Publication PublicationOf(int partition, Frontier frontier, std::vector<StateUpdate> updates,
                                 FrontierWrite frontier_write = FrontierWrite::kEstablish) {
  return {partition, frontier, frontier_write, std::move(updates)};
}

// One key of one partition; nullopt also on an error.
inline std::optional<CachedState> ReadState(StateCache& cache, int partition,
                                            const std::string& key) {
  auto read = cache.Read({{partition, {key}}});
  if (!read.ok()) return std::nullopt;
  return std::move((*read)[0].states[0]);
}

inline std::string ReadPayload(StateCache& cache, int partition, const std::string& key) {
  const std::optional<CachedState> state = ReadState(cache, partition, key);
  return state.has_value() ? state->payload : "(none)";
}

inline std::optional<Frontier> ReadFrontier(StateCache& cache, int partition) {
  const auto read = cache.Read({{partition, {}}});
  return read.ok() ? (*read)[0].frontier : std::nullopt;
}

inline std::string CauseOf(const absl::Status& status) { return CacheCauseOf(status); }

}  // namespace kpisuite
