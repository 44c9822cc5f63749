// ServingHealth: whether answers may be older than what was acknowledged, and why.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>

#include "absl/time/time.h"
#include "kpisuite/v1/evaluation.pb.h"
#include "services/evaluation/log/partition_ownership.h"

namespace kpisuite {

// Silence of a feed beyond which answers are marked stale.
inline constexpr absl::Duration kMaxStaleness = absl::Seconds(5);

// How far the clocks of two hosts may differ, and how far one may be set back, before it shows.
inline constexpr absl::Duration kMaxClockDifference = absl::Seconds(1);

// Whether an answer as of that moment is fresh at `now`. What lies further ahead than clocks differ
// says nothing: a clock was set back since.
bool IsFresh(absl::Time as_of, absl::Time now);

// Thread-safe, without locks.
class ServingHealth {
 public:
  // `ownership` outlives it.
  explicit ServingHealth(const PartitionOwnership& ownership) : ownership_(ownership) {}

  // Everything that measurement had at `as_of` is shown.
  void FeedShown(absl::Time as_of);
  // When the change log of definitions was last known to be followed to its end.
  void DefinitionsAlive(absl::Time now);
  void DefinitionsLost();
  // Every set that was applied until `as_of` is shown, whether or not more is to come. Called by
  // the thread that calls DefinitionsAlive.
  void DefinitionsShown(absl::Time as_of);

  absl::Time as_of() const;
  // Empty when answers from memory are fresh.
  std::string StaleReason(absl::Time now) const;

  // A KpiState with `freshness` alone, serialised, to be appended to a state.
  std::string Suffix(v1::StateSource source, absl::Time now) const;

 private:
  const PartitionOwnership& ownership_;
  std::atomic<int64_t> feed_as_of_{0};         // unix nanoseconds
  std::atomic<int64_t> definitions_alive_{0};  // while lost: since when
  std::atomic<bool> definitions_connected_{false};
};

// As Suffix, for an answer that is stale for `reason` (fresh when empty).
std::string FreshnessSuffix(v1::StateSource source, absl::Time now, absl::Time as_of,
                            const std::string& reason);

}  // namespace kpisuite
