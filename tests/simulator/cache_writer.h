// CacheWriter: the rules of CachePublisher (libs/cache/cache_publisher.h), which has a thread and a
// clock of its own, one publication at a time.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "tests/simulator/simulated_cache.h"
#include "tests/simulator/stage.h"

namespace kpisuite {

// Of one life of the evaluation process. Not thread-safe; the references outlive it.
class CacheWriter {
 public:
  CacheWriter(Stage& stage, SimulatedCache& cache) : stage_(stage), cache_(cache) {}

  // What changed, and the frontier that holds with it.
  void Publish(int part, const Frontier& frontier, const std::vector<ChangedState>& updates);
  // All states of the partition: the first publication, and when WantsWhole says so.
  void PublishWhole(int part, const Frontier& frontier, const std::vector<ChangedState>& states);
  // Whether the cache lacks the partition or part of it.
  bool WantsWhole(int part) const;

  // Sends the next publication of some partition; false when there is none.
  bool Step();
  bool IsIdle() const;

 private:
  struct Queued {
    StateVersion version;
    StatePayload payload;
  };
  struct Partition {
    Frontier frontier;
    std::map<std::string, Queued> queue;
    bool to_write = false;
    bool whole_needed = false;
    bool whole_running = false;
  };

  static void Enqueue(Partition& partition, const std::string& key, const Queued& state);
  static void EnqueueAll(Partition& partition, const std::vector<ChangedState>& states);
  Publication Take(int part, Partition& partition);
  void Finish(const Publication& publication, const absl::StatusOr<PublishResult>& result,
              Partition& partition);
  void NeedWhole(Partition& partition);

  Stage& stage_;
  SimulatedCache& cache_;
  std::map<int, Partition> partitions_;
};

}  // namespace kpisuite
