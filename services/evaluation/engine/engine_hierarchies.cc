// PartitionEngine: where members of hierarchies belong. Next to the runtimes AS_IS, which are
// logged and published, a KPI that is cut by levels has runtimes AS_WAS.
#include <algorithm>
#include <utility>

#include "libs/base/status_macros.h"
#include "services/evaluation/engine/partition_engine.h"

namespace kpisuite {

// Of a simulation it is known before the first tick: what is asked for must not change with it.
absl::Time PartitionEngine::MembershipTime() const {
  return only_.has_value() ? members_at_ : now_;
}

// A KPI that withholds values has none: what a slice differs by in the two views would tell about
// those who moved.
absl::Status PartitionEngine::SetAsWas(const std::vector<KpiVersion>& versions) {
  const std::string name = versions.back().kpi->resource_name();
  bool cut = false;
  bool withholds = false;
  std::optional<absl::Time> next;
  for (const KpiVersion& version : versions) {
    if (version.kpi == nullptr) continue;
    cut = cut || IsCutByLevels(*version.kpi);
    withholds = withholds || version.kpi->suppression.fewest > 0;
    const absl::Time change = NextMembershipChange(*version.kpi, now_);
    next = std::min(next.value_or(change), change);
  }
  Versions made;
  if (cut && !withholds && !only_.has_value()) {
    ASSIGN_OR_RETURN(made, MakeVersions(versions, MembershipView::kAsWas));
  }
  DropAsWas(name);
  if (!made.empty()) as_was_[name] = std::move(made);
  std::erase_if(regroupings_, [&](const auto& other) { return other.second == name; });
  if (next < absl::InfiniteFuture() && !only_.has_value()) regroupings_.emplace(*next, name);
  return absl::OkStatus();
}

void PartitionEngine::DropAsWas(absl::string_view resource_name) {
  const auto it = as_was_.find(resource_name);
  if (it == as_was_.end()) return;
  for (const auto& version : it->second) Drop(*version, false);
  as_was_.erase(it);
}

// Members that move today belong somewhere else from now on.
void PartitionEngine::Regroup() {
  while (!regroupings_.empty() && regroupings_.begin()->first <= now_) {
    const std::string name = regroupings_.begin()->second;
    regroupings_.erase(regroupings_.begin());
    const auto it = runtimes_.find(name);
    if (it == runtimes_.end()) continue;
    // It cannot fail: a definition with a filter that has no form on some day is refused.
    SetVersions(VersionsOf(it->second)).IgnoreError();
  }
}

}  // namespace kpisuite
