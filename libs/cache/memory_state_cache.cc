#include "libs/cache/memory_state_cache.h"

#include <utility>

#include "libs/base/status_macros.h"
#include "libs/cache/state_encoding.h"

namespace kpisuite {

absl::StatusOr<PublishResult> MemoryStateCache::Publish(const Publication& publication) {
  RETURN_IF_ERROR(CheckPublication(publication));
  Frontier frontier = publication.frontier;
  frontier.as_of = absl::FromUnixMillis(absl::ToUnixMillis(frontier.as_of));
  MutexLock lock(mutex_);
  Partition& partition = partitions_[publication.partition];
  PublishResult result;
  result.frontier_missing = !partition.frontier.has_value();
  if (!result.frontier_missing && frontier.fence < partition.frontier->fence) {
    result.fenced = true;
    return result;
  }
  for (const StateUpdate& update : publication.updates) {
    const auto [entry, added] = partition.states.try_emplace(update.key);
    if (!added && update.version <= entry->second.version) continue;
    entry->second = {update.version, update.payload};
    ++result.stored;
  }
  result.lost = flushed_.erase(publication.partition) > 0;
  if (result.lost) return result;
  const bool establish = publication.frontier_write == FrontierWrite::kEstablish;
  const bool advance = publication.frontier_write == FrontierWrite::kAdvance;
  if (result.frontier_missing ? establish
                              : (establish || advance) && frontier > *partition.frontier) {
    partition.frontier = frontier;
  }
  return result;
}

absl::StatusOr<std::vector<PartitionStates>> MemoryStateCache::Read(
    const std::vector<PartitionRead>& partitions) {
  RETURN_IF_ERROR(CheckReads(partitions));
  std::vector<PartitionStates> answer;
  MutexLock lock(mutex_);
  for (const PartitionRead& read : partitions) {
    PartitionStates& states = answer.emplace_back();
    states.states.resize(read.keys.size());
    const auto partition = partitions_.find(read.partition);
    if (partition == partitions_.end()) continue;
    states.frontier = partition->second.frontier;
    for (size_t i = 0; i < read.keys.size(); ++i) {
      const auto entry = partition->second.states.find(read.keys[i]);
      if (entry == partition->second.states.end()) continue;
      states.states[i] = CachedState{entry->second.version, *entry->second.payload};
    }
  }
  return answer;
}

absl::Status MemoryStateCache::Ping() { return absl::OkStatus(); }

std::string MemoryStateCache::description() const { return "memory"; }

void MemoryStateCache::Flush() {
  MutexLock lock(mutex_);
  for (const auto& [number, partition] : partitions_) flushed_.insert(number);
  partitions_.clear();
}

}  // namespace kpisuite
