#include "tests/simulator/cache_writer.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"

namespace kpisuite {
void CacheWriter::Enqueue(Partition& partition, const std::string& key, const Queued& state) {
  const auto [entry, added] = partition.queue.try_emplace(key, state);
  if (!added && entry->second.version < state.version) entry->second = state;
}

void CacheWriter::EnqueueAll(Partition& partition, const std::vector<ChangedState>& states) {
  for (const ChangedState& state : states) {
    if (state.removed) continue;
    Enqueue(partition, state.id.Key(), {VersionOf(state.version), state.state});
  }
}

void CacheWriter::Publish(int part, const Frontier& frontier,
                          const std::vector<ChangedState>& updates) {
  Partition& partition = partitions_[part];
  partition.frontier = std::max(partition.frontier, frontier);
  if (partition.whole_needed) return;
  EnqueueAll(partition, updates);
  partition.to_write = true;
}

void CacheWriter::PublishWhole(int part, const Frontier& frontier,
                               const std::vector<ChangedState>& states) {
  Partition& partition = partitions_[part];
  partition.frontier = std::max(partition.frontier, frontier);
  partition.queue.clear();
  EnqueueAll(partition, states);
  partition.whole_needed = false;
  partition.whole_running = true;
  partition.to_write = true;
}

bool CacheWriter::WantsWhole(int part) const {
  const auto partition = partitions_.find(part);
  return partition == partitions_.end() || partition->second.whole_needed;
}

bool CacheWriter::IsIdle() const {
  return std::none_of(partitions_.begin(), partitions_.end(), [](const auto& entry) {
    const Partition& partition = entry.second;
    return partition.to_write || partition.whole_needed || partition.whole_running;
  });
}

bool CacheWriter::Step() {
  std::vector<int> ready;
  for (const auto& [part, partition] : partitions_) {
    if (partition.to_write) ready.push_back(part);
  }
  if (ready.empty()) return false;
  const int part = stage_.chance().Pick(ready);
  Partition& partition = partitions_.at(part);
  const Publication publication = Take(part, partition);
  Finish(publication, cache_.Publish(publication), partition);
  return true;
}

Publication CacheWriter::Take(int part, Partition& partition) {
  Publication publication{.partition = part, .frontier = partition.frontier};
  const auto most = static_cast<size_t>(stage_.chance().Between(1, 40));
  while (!partition.queue.empty() && publication.updates.size() < most) {
    auto entry = partition.queue.begin();
    publication.updates.push_back({entry->first, entry->second.version, entry->second.payload});
    partition.queue.erase(entry);
  }
  partition.to_write = !partition.queue.empty();
  publication.frontier_write = FrontierWrite::kKeep;
  if (!partition.whole_needed && partition.queue.empty()) {
    publication.frontier_write =
        partition.whole_running ? FrontierWrite::kEstablish : FrontierWrite::kAdvance;
  }
  return publication;
}

void CacheWriter::Finish(const Publication& publication,
                         const absl::StatusOr<PublishResult>& result, Partition& partition) {
  if (!result.ok()) {
    partition.to_write = true;
    if (partition.whole_needed) return;
    for (const StateUpdate& update : publication.updates) {
      Enqueue(partition, update.key, {update.version, update.payload});
    }
    return;
  }
  if (result->fenced) {
    stage_.Fail(absl::StrCat("part ", publication.partition, " is fenced by an earlier life"));
  } else if (result->lost) {
    NeedWhole(partition);
  } else if (publication.frontier_write == FrontierWrite::kEstablish) {
    partition.whole_running = false;
  } else if (result->frontier_missing && !partition.whole_running) {
    NeedWhole(partition);
  }
}

void CacheWriter::NeedWhole(Partition& partition) {
  partition.queue.clear();
  partition.whole_needed = true;
}

}  // namespace kpisuite
