#include "services/evaluation/kpi_directory.h"

#include <utility>

#include "absl/hash/hash.h"

namespace kpisuite {

KpiInfo::KpiInfo(std::shared_ptr<const KpiDefinition> kpi, int32_t part)
    : kpi_(std::move(kpi)), name_(kpi_->resource_name()), part_(part) {
  for (const Window& window : kpi_->windows) {
    windows_.push_back(std::make_unique<WindowInfo>());
    windows_.back()->id = window.id();
  }
}

std::optional<size_t> KpiInfo::WindowIndex(absl::string_view id) const {
  if (id.empty()) return 0;
  for (size_t i = 0; i < windows_.size(); ++i) {
    if (windows_[i]->id == id) return i;
  }
  return std::nullopt;
}

std::shared_ptr<const Period> KpiInfo::Current(size_t window, absl::Time now) const {
  std::shared_ptr<const Period> current = windows_[window]->current.load();
  if (current != nullptr && current->start <= now && now < current->end) return current;
  current = std::make_shared<const Period>(kpi_->windows[window].At(*kpi_->calendar, now));
  windows_[window]->current.store(current);
  return current;
}

KpiDirectory::Shard& KpiDirectory::ShardOf(absl::string_view name) const {
  return shards_[absl::HashOf(name) % kShards];
}

std::shared_ptr<const KpiInfo> KpiDirectory::Find(absl::string_view resource_name) const {
  Shard& shard = ShardOf(resource_name);
  MutexLock lock(shard.mutex);
  const auto it = shard.kpis.find(resource_name);
  return it == shard.kpis.end() ? nullptr : it->second;
}

void KpiDirectory::Put(std::shared_ptr<const KpiInfo> kpi) {
  Count(*kpi, 1);
  std::shared_ptr<const KpiInfo> replaced;
  {
    Shard& shard = ShardOf(kpi->name());
    MutexLock lock(shard.mutex);
    replaced = std::exchange(shard.kpis[kpi->name()], std::move(kpi));
  }
  if (replaced == nullptr) {
    size_.fetch_add(1, std::memory_order_relaxed);
  } else {
    Count(*replaced, -1);
  }
}

void KpiDirectory::Remove(absl::string_view resource_name) {
  std::shared_ptr<const KpiInfo> removed;
  {
    Shard& shard = ShardOf(resource_name);
    MutexLock lock(shard.mutex);
    const auto it = shard.kpis.find(resource_name);
    if (it == shard.kpis.end()) return;
    removed = std::move(it->second);
    shard.kpis.erase(it);
  }
  size_.fetch_sub(1, std::memory_order_relaxed);
  Count(*removed, -1);
}

void KpiDirectory::Count(const KpiInfo& kpi, int change) {
  MutexLock lock(parts_mutex_);
  std::map<int32_t, int>& parts = parts_[kpi.kpi().workspace];
  if ((parts[kpi.part()] += change) == 0) parts.erase(kpi.part());
}

std::set<int32_t> KpiDirectory::PartsOf(const std::string& workspace) const {
  std::set<int32_t> parts;
  MutexLock lock(parts_mutex_);
  const auto found = parts_.find(workspace);
  if (found == parts_.end()) return parts;
  for (const auto& [part, kpis] : found->second) parts.insert(part);
  return parts;
}

}  // namespace kpisuite
