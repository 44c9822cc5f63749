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
  Shard& shard = ShardOf(kpi->name());
  MutexLock lock(shard.mutex);
  std::shared_ptr<const KpiInfo>& slot = shard.kpis[kpi->name()];
  if (slot == nullptr) size_.fetch_add(1, std::memory_order_relaxed);
  slot = std::move(kpi);
}

void KpiDirectory::Remove(absl::string_view resource_name) {
  Shard& shard = ShardOf(resource_name);
  MutexLock lock(shard.mutex);
  if (shard.kpis.erase(resource_name) > 0) size_.fetch_sub(1, std::memory_order_relaxed);
}

}  // namespace kpisuite
