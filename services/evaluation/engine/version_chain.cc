#include "services/evaluation/engine/version_chain.h"

#include <algorithm>

#include "services/evaluation/engine/kpi_runtime.h"
#include "services/evaluation/engine/pane_table.h"

namespace kpisuite {
namespace {

bool AreOneInput(const MetricInput& a, const MetricInput& b) {
  return a.key == b.key && a.path == b.path && a.ignore_dimensions == b.ignore_dimensions &&
         a.components == b.components && a.metric->uid == b.metric->uid;
}

bool HaveSameBindings(const KpiStep& a, const KpiStep& b) {
  return std::equal(a.bindings.begin(), a.bindings.end(), b.bindings.begin(), b.bindings.end(),
                    [](const FormulaBinding& one, const FormulaBinding& two) {
                      return one.kind == two.kind && one.index == two.index;
                    });
}

}  // namespace

bool ContinuesSeries(const KpiDefinition& earlier, const KpiDefinition& later) {
  return earlier.uid == later.uid && earlier.series_fingerprint == later.series_fingerprint &&
         earlier.partition_group == later.partition_group && HaveSamePeriods(earlier, later) &&
         std::equal(earlier.inputs.begin(), earlier.inputs.end(), later.inputs.begin(),
                    later.inputs.end(), AreOneInput) &&
         std::equal(earlier.steps.begin(), earlier.steps.end(), later.steps.begin(),
                    later.steps.end(), HaveSameBindings);
}

std::vector<VersionGroup> GroupVersions(const std::vector<KpiVersion>& versions) {
  std::vector<VersionGroup> groups;
  for (const KpiVersion& version : versions) {
    const bool continues = !groups.empty() && groups.back().kpi != nullptr &&
                           version.kpi != nullptr &&
                           ContinuesSeries(*groups.back().kpi, *version.kpi);
    if (!continues) {
      groups.push_back({.kpi = version.kpi, .first_day = version.first_day});
      continue;
    }
    groups.back().kept.push_back({version.first_day, groups.back().kpi});
    groups.back().kpi = version.kpi;
  }
  return groups;
}

std::vector<KpiVersion> UngroupVersions(const VersionGroup& group) {
  std::vector<KpiVersion> versions;
  int32_t first_day = group.first_day;
  for (const KeptDefinition& kept : group.kept) {
    versions.push_back({.kpi = kept.kpi, .first_day = first_day});
    first_day = kept.end_day;
  }
  versions.push_back({.kpi = group.kpi, .first_day = first_day});
  return versions;
}

std::vector<KeptDefinition> KeptDefinitions(const std::vector<KpiVersion>& versions) {
  std::vector<KeptDefinition> kept;
  for (size_t i = 0; i + 1 < versions.size(); ++i) {
    const auto& earlier = versions[i].kpi;
    const auto& later = versions[i + 1].kpi;
    if (earlier == nullptr || later == nullptr) continue;
    // Only FINAL days keep a definition with other periods.
    const bool final = ContinuesSeries(*earlier, *later) || !HaveSamePeriods(*earlier, *later);
    if (final) kept.push_back({versions[i + 1].first_day, earlier});
  }
  return kept;
}

std::vector<EarlierFinality> EarlierFinalityOf(const std::vector<KeptDefinition>& kept) {
  std::vector<EarlierFinality> earlier;
  for (const KeptDefinition& one : kept) earlier.push_back({one.end_day, one.kpi->finality});
  return earlier;
}

int32_t LastDayNumber(const Period& period) { return DayNumber(period.end_day) - 1; }

KpiRuntime* VersionChain::Owner(absl::string_view window, int32_t last_day) const {
  if (!newest().WindowIndex(window).has_value()) return nullptr;
  KpiRuntime* owner = nullptr;
  for (auto link = links_.rbegin(); link != links_.rend(); ++link) {
    const bool has_window =
        link->runtime == nullptr || link->runtime->WindowIndex(window).has_value();
    if (!has_window) continue;
    owner = link->runtime;
    if (link->first_day <= last_day) return owner;
  }
  return owner;
}

KpiRuntime* VersionChain::AtDay(int32_t last_day) const {
  for (auto link = links_.rbegin(); link != links_.rend(); ++link) {
    if (link->first_day <= last_day) return link->runtime;
  }
  return links_.front().runtime;
}

}  // namespace kpisuite
