// KpiRuntime: the versions of the KPI, and what of an earlier one final periods keep.
#include <algorithm>
#include <utility>

#include "services/evaluation/engine/kpi_runtime.h"

namespace kpisuite {
namespace {

template <typename T>
void AddSorted(const std::vector<T>& added, std::vector<T>& to) {
  to.insert(to.end(), added.begin(), added.end());
  std::sort(to.begin(), to.end());
  to.erase(std::unique(to.begin(), to.end()), to.end());
}

void AddReads(const TargetReads& added, TargetReads& to) {
  to.earlier = to.earlier || added.earlier;
  to.frozen = to.frozen || added.frozen;
  to.ranges.insert(to.ranges.end(), added.ranges.begin(), added.ranges.end());
  AddSorted(added.kpis, to.kpis);
  AddSorted(added.dimensions, to.dimensions);
  AddSorted(added.grains, to.grains);
}

bool HasWindow(const KpiDefinition& kpi, const std::string& id) {
  return std::any_of(kpi.windows.begin(), kpi.windows.end(),
                     [&](const Window& window) { return window.id() == id; });
}

}  // namespace

void KpiRuntime::SetKept(const std::vector<KeptDefinition>& kept) {
  for (const KeptDefinition& one : kept) {
    auto definition = std::make_shared<KpiDefinition>(*one.kpi);
    definition->suppression = kpi_->suppression;
    AddReads(definition->targets.Reads(), target_reads_);
    builds_on_history_ = builds_on_history_ || BuildsOnHistory(*definition);
    kept_.push_back({one.end_day, std::move(definition)});
  }
  reaches_back_ = reaches_back_ || target_reads_.earlier;
}

const KpiDefinition& KpiRuntime::DefinitionFor(const Window& window, const Period& period) const {
  if (kept_.empty()) return *kpi_;
  const int32_t last_day = LastDayNumber(ReachOf(window, period));
  const bool declared = HasWindow(*kpi_, window.id());
  for (const KeptDefinition& kept : kept_) {
    if (last_day >= kept.end_day) continue;
    // Of a window that came later nothing was said before.
    if (!declared || HasWindow(*kept.kpi, window.id())) return *kept.kpi;
  }
  return *kpi_;
}

const KpiRuntime* KpiRuntime::VersionOf(const Window& window, const Period& period) const {
  if (chain_ == nullptr) return this;
  const int32_t last_day = LastDayNumber(period);
  return WindowIndex(window.id()).has_value() ? chain_->Owner(window.id(), last_day)
                                              : chain_->AtDay(last_day);
}

bool KpiRuntime::Owns(size_t window, int32_t first_day) const {
  if (chain_ == nullptr) return true;
  const Window& shape = kpi_->windows[window];
  return VersionOf(shape, shape.At(*kpi_->calendar, DayOfNumber(first_day))) == this;
}

bool KpiRuntime::MayCompareWith(const Window& window, const Period& period) const {
  if (chain_ == nullptr) return true;
  const KpiRuntime* version = VersionOf(window, period);
  if (version == this) return true;
  return version != nullptr && kpi_->compare_across_breaks && version->kpi().unit == kpi_->unit;
}

bool KpiRuntime::StartsVersion(const Window& window, const Period& period) const {
  return chain_ != nullptr && VersionOf(window, period) == this &&
         VersionOf(window, PreviousPeriod(*kpi_->calendar, period)) != this;
}

int32_t KpiRuntime::ReadsFrom() const {
  if (chain_ == nullptr || kpi_->compare_across_breaks) return INT32_MIN;
  for (const VersionChain::Link& link : chain_->links()) {
    if (link.runtime == this) return link.first_day;
  }
  return INT32_MIN;
}

bool KpiRuntime::LaterVersionHasRows(const SliceStates& slice, size_t window) const {
  if (is_newest()) return false;
  const std::string text = slice.slice.ToString();
  for (auto link = chain_->links().rbegin(); link->runtime != this; ++link) {
    if (link->runtime == nullptr) continue;
    const std::optional<size_t> other = link->runtime->WindowIndex(kpi_->windows[window].id());
    const std::optional<size_t> index = link->runtime->FindSlice(text);
    if (other.has_value() && index.has_value() &&
        link->runtime->LatestWithRows(link->runtime->slices_[*index], *other).has_value()) {
      return true;
    }
  }
  return false;
}

std::optional<int32_t> KpiRuntime::LatestOfAll(absl::string_view slice, size_t window) const {
  std::optional<int32_t> latest;
  ForEachSeries(slice, window, [&](const KpiRuntime& runtime, const SliceStates& states, size_t w) {
    latest = std::max(latest, runtime.LatestWithRows(states, w));
  });
  return latest;
}

std::optional<int32_t> KpiRuntime::FirstOfAll(absl::string_view slice, size_t window) const {
  std::optional<int32_t> first;
  ForEachSeries(slice, window, [&](const KpiRuntime&, const SliceStates& states, size_t w) {
    for (const auto& [first_day, state] : states.windows[w]) {
      if (state.rows == 0) continue;
      first = std::min(first.value_or(first_day), first_day);
      return;
    }
  });
  return first;
}

void KpiRuntime::ForEachSeries(
    absl::string_view slice, size_t window,
    absl::FunctionRef<void(const KpiRuntime&, const SliceStates&, size_t)> visit) const {
  const auto visit_one = [&](const KpiRuntime& runtime) {
    const std::optional<size_t> other = runtime.WindowIndex(kpi_->windows[window].id());
    const std::optional<size_t> index = runtime.FindSlice(slice);
    if (other.has_value() && index.has_value()) visit(runtime, runtime.slices_[*index], *other);
  };
  if (chain_ == nullptr) return visit_one(*this);
  for (const VersionChain::Link& link : chain_->links()) {
    if (link.runtime != nullptr) visit_one(*link.runtime);
  }
}

}  // namespace kpisuite
