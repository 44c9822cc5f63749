// KpiDirectory: the KPIs that are evaluated, for readers on any thread.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "libs/base/mutex.h"
#include "libs/definitions/kpi.h"
#include "libs/kpi/period.h"

namespace kpisuite {

inline constexpr int32_t kUnknownPart = -1;

// One KPI. Immutable but for a memo of current periods; thread-safe.
class KpiInfo {
 public:
  // `part` is its partition, or kUnknownPart while nobody has told how many there are.
  KpiInfo(std::shared_ptr<const KpiDefinition> kpi, int32_t part);

  const KpiDefinition& kpi() const { return *kpi_; }
  const std::shared_ptr<const KpiDefinition>& definition() const { return kpi_; }
  const std::string& name() const { return name_; }
  int32_t part() const { return part_; }

  // Index of the window with this id; the first for an empty id.
  std::optional<size_t> WindowIndex(absl::string_view id) const;
  const std::string& window_id(size_t window) const { return windows_[window]->id; }
  // The window's period that contains `now`. Cheap while the period lasts.
  std::shared_ptr<const Period> Current(size_t window, absl::Time now) const;

 private:
  struct WindowInfo {
    std::string id;
    std::atomic<std::shared_ptr<const Period>> current;
  };

  const std::shared_ptr<const KpiDefinition> kpi_;
  const std::string name_;
  const int32_t part_;
  std::vector<std::unique_ptr<WindowInfo>> windows_;
};

// Thread-safe; lookups take one of many short locks.
class KpiDirectory {
 public:
  // Null when there is no such KPI.
  std::shared_ptr<const KpiInfo> Find(absl::string_view resource_name) const;
  void Put(std::shared_ptr<const KpiInfo> kpi);
  void Remove(absl::string_view resource_name);
  // The partitions of the KPIs of a workspace.
  std::set<int32_t> PartsOf(const std::string& workspace) const EXCLUDES(parts_mutex_);
  size_t size() const { return size_.load(std::memory_order_relaxed); }

 private:
  struct Shard {
    mutable Mutex mutex;
    absl::flat_hash_map<std::string, std::shared_ptr<const KpiInfo>> kpis GUARDED_BY(mutex);
  };
  static constexpr size_t kShards = 64;

  Shard& ShardOf(absl::string_view name) const;
  // A KPI came to a partition (+1) or left it (-1).
  void Count(const KpiInfo& kpi, int change) EXCLUDES(parts_mutex_);

  mutable std::array<Shard, kShards> shards_;
  std::atomic<size_t> size_{0};
  mutable Mutex parts_mutex_;
  std::map<std::string, std::map<int32_t, int>> parts_ GUARDED_BY(parts_mutex_);  // KPIs in each
};

}  // namespace kpisuite
