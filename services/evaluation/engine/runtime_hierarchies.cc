// KpiRuntime: where members of hierarchies belong.
#include <algorithm>

#include "services/evaluation/engine/kpi_runtime.h"

namespace kpisuite {

std::vector<std::shared_ptr<const Hierarchy>> HierarchiesOf(const KpiDefinition& kpi) {
  std::vector<std::shared_ptr<const Hierarchy>> hierarchies;
  for (const MetricInput& input : kpi.inputs) {
    for (const auto& hierarchy : input.metric->hierarchies) {
      const bool known = std::any_of(
          hierarchies.begin(), hierarchies.end(),
          [&](const auto& other) { return other->dimension() == hierarchy->dimension(); });
      if (!known && !input.Ignores(hierarchy->dimension())) hierarchies.push_back(hierarchy);
    }
  }
  return hierarchies;
}

bool IsCutByLevels(const KpiDefinition& kpi) {
  const auto hierarchies = HierarchiesOf(kpi);
  return std::any_of(kpi.groupings.begin(), kpi.groupings.end(), [&](const auto& names) {
    return std::any_of(names.begin(), names.end(), [&](const std::string& name) {
      return HierarchyOfLevel(hierarchies, name) != nullptr;
    });
  });
}

absl::CivilDay MembershipDayOf(const KpiDefinition& kpi, absl::Time now) {
  absl::CivilDay last = absl::CivilDay::min();
  for (const auto& hierarchy : HierarchiesOf(kpi)) {
    for (const absl::CivilDay day : hierarchy->changes()) {
      if (kpi.calendar->StartOf(day) <= now) last = std::max(last, day);
    }
  }
  return last;
}

absl::Time NextMembershipChange(const KpiDefinition& kpi, absl::Time now) {
  absl::Time next = absl::InfiniteFuture();
  for (const auto& hierarchy : HierarchiesOf(kpi)) {
    for (const absl::CivilDay day : hierarchy->changes()) {
      const absl::Time start = kpi.calendar->StartOf(day);
      if (start > now) next = std::min(next, start);
    }
  }
  return next;
}

std::vector<Slice> KpiRuntime::AncestorsOf(const Slice& slice, absl::CivilDay day) const {
  if (hierarchies_.empty()) return {};
  return kpisuite::AncestorsOf(hierarchies_, slice,
                               view() == MembershipView::kAsIs ? membership_.as_is : day);
}

std::optional<Slice> KpiRuntime::SliceAbove(const Slice& slice,
                                            const std::vector<std::string>& names) const {
  return kpisuite::SliceAbove(hierarchies_, slice, names, membership_.as_is);
}

bool KpiRuntime::HasLevel(const Slice& slice) const {
  return std::any_of(slice.members().begin(), slice.members().end(), [&](const auto& member) {
    return HierarchyOfLevel(hierarchies_, member.first) != nullptr;
  });
}

// The view makes a difference when any version is cut by levels.
bool KpiRuntime::DependsOnView() const {
  if (chain_ == nullptr) return IsCutByLevels(*kpi_);
  return std::any_of(chain_->links().begin(), chain_->links().end(), [](const auto& link) {
    return link.runtime != nullptr && IsCutByLevels(link.runtime->kpi());
  });
}

}  // namespace kpisuite
