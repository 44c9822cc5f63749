// SimulatedCache: the cache that all lives of evaluation share, and what its readers may trust.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "libs/cache/memory_state_cache.h"
#include "services/evaluation/engine/engine_types.h"
#include "tests/simulator/stage.h"

namespace kpisuite {

StateVersion VersionOf(const std::string& text);

// Not thread-safe. `stage` outlives it.
class SimulatedCache {
 public:
  explicit SimulatedCache(Stage& stage) : stage_(stage) {}

  // As StateCache::Publish, with faults.
  absl::StatusOr<PublishResult> Publish(const Publication& publication);
  void Flush() { cache_.Flush(); }

  // The owner has made these states and will tell `frontier` once they are all written: from then
  // on nobody who trusts the frontier may see older ones.
  void Promise(int part, const Frontier& frontier, const std::vector<ChangedState>& updates);
  // The owner will not touch this state any more: nobody asks for it.
  void Retire(int part, const StateId& id);
  // The states of a partition that somebody may ask for.
  std::vector<ChangedState> Promised(int part) const;
  // Reads a few states the way a reader of the cache does, and checks the promise.
  void CheckSomeReads();

  // Everything about these keys of a partition.
  PartitionStates Read(int part, const std::vector<std::string>& keys);

 private:
  absl::StatusOr<PublishResult> PublishOnce(const Publication& publication);

  struct OnePromise {
    int64_t number;  // of the tick
    StateVersion version;
  };
  struct Promises {
    ChangedState newest;
    std::vector<OnePromise> all;
  };
  using FrontierKey = std::tuple<int, uint64_t, uint64_t, int64_t>;  // part, epoch, seq, as_of ms

  static FrontierKey KeyOf(int part, const Frontier& frontier);

  Stage& stage_;
  MemoryStateCache cache_;
  std::set<int> lost_;  // partitions of which nobody was told yet
  int64_t ticks_ = 0;
  std::map<std::pair<int, std::string>, Promises> promised_;
  std::map<FrontierKey, int64_t> frontiers_;  // first tick that had it
  // What each key was trusted to be last.
  std::map<std::pair<int, std::string>, StateVersion> trusted_;
};

}  // namespace kpisuite
