// MemoryStateCache: the state cache inside one process, for kpi-standalone and tests.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "libs/base/mutex.h"
#include "libs/cache/state_cache.h"

namespace kpisuite {

// Holds what is published and nothing expires: as many states as its one owner has.
class MemoryStateCache final : public StateCache {
 public:
  absl::StatusOr<PublishResult> Publish(const Publication& publication) override EXCLUDES(mutex_);
  absl::StatusOr<std::vector<PartitionStates>> Read(
      const std::vector<PartitionRead>& partitions) override EXCLUDES(mutex_);
  absl::Status Ping() override;
  std::string description() const override;

  // Forgets everything.
  void Flush() EXCLUDES(mutex_);

 private:
  struct Entry {
    StateVersion version;
    StatePayload payload;
  };
  struct Partition {
    std::optional<Frontier> frontier;
    absl::flat_hash_map<std::string, Entry> states;
  };

  Mutex mutex_;
  absl::flat_hash_map<int, Partition> partitions_ GUARDED_BY(mutex_);
  absl::flat_hash_set<int> flushed_ GUARDED_BY(mutex_);  // partitions whose owner does not know yet
};

}  // namespace kpisuite
