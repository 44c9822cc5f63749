#include "services/evaluation/versions/kpi_versions.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "libs/base/log.h"
#include "services/evaluation/engine/pane_table.h"
#include "services/evaluation/engine/state_text.h"
#include "services/evaluation/versions/definition_closure.h"

namespace kpisuite {
namespace {

absl::Time StoredTime(absl::Span<const v1::Definition> set) {
  absl::Time time = absl::InfinitePast();
  for (const v1::Definition& definition : set) {
    time = std::max(time, FromTimestamp(definition.update_time()));
  }
  return time;
}

// Whether its periods are the KPI's, and the samples that it reads are still there, with the KPI's
// present ones.
bool CanBeEvaluated(const KpiDefinition& earlier, const KpiDefinition& kpi,
                    const Catalog& catalog) {
  if (earlier.partition_group != kpi.partition_group || !HaveSamePeriods(earlier, kpi)) {
    return false;
  }
  return std::all_of(earlier.inputs.begin(), earlier.inputs.end(), [&](const MetricInput& input) {
    const auto metric = catalog.FindMetric(earlier.workspace, input.metric->id);
    return metric != nullptr && metric->uid == input.metric->uid;
  });
}

// The metric with the members of the live one; null when the two have not the same levels, or when
// it has none. All hierarchies or none, so that the revision tells whose they are.
std::shared_ptr<const MetricDefinition> WithLiveMembers(const MetricDefinition& earlier,
                                                        const MetricDefinition& live) {
  if (earlier.hierarchies.empty() || earlier.revision == live.revision) return nullptr;
  auto updated = std::make_shared<MetricDefinition>(earlier);
  updated->revision = live.revision;
  for (auto& hierarchy : updated->hierarchies) {
    const auto same =
        std::find_if(live.hierarchies.begin(), live.hierarchies.end(), [&](const auto& other) {
          return other->dimension() == hierarchy->dimension() &&
                 other->levels() == hierarchy->levels();
        });
    if (same == live.hierarchies.end()) return nullptr;
    hierarchy = *same;
  }
  return updated;
}

std::shared_ptr<const KpiDefinition> WithLiveMembers(std::shared_ptr<const KpiDefinition> earlier,
                                                     const Catalog& catalog) {
  std::shared_ptr<KpiDefinition> updated;
  const auto update = [&](auto member) {
    for (size_t i = 0; i < member(*earlier).size(); ++i) {
      const MetricDefinition& metric = *member(*earlier)[i].metric;
      const auto live = catalog.FindMetric(earlier->workspace, metric.id);
      auto replaced = live == nullptr ? nullptr : WithLiveMembers(metric, *live);
      if (replaced == nullptr) continue;
      if (updated == nullptr) updated = std::make_shared<KpiDefinition>(*earlier);
      member(*updated)[i].metric = std::move(replaced);
    }
  };
  update([](auto& kpi) -> auto& { return kpi.inputs; });
  update([](auto& kpi) -> auto& { return kpi.suppression.entities; });
  return updated == nullptr ? std::move(earlier) : updated;
}

}  // namespace

void KpiVersions::Load(const std::vector<SavedVersions>& saved) {
  for (const SavedVersions& versions : saved) {
    if (versions.versions.empty()) continue;
    Kept kept{.first_day = versions.versions.back().first_day};
    for (size_t i = 0; i + 1 < versions.versions.size(); ++i) {
      const SavedVersion& version = versions.versions[i];
      auto kpi = ResolveClosure(version.definitions, 0);
      if (kpi == nullptr) {
        LogError("an earlier version of a KPI cannot be read; the next one takes its periods",
                 {{"kpi", versions.kpi}, {"version", i}});
        continue;
      }
      kept.earlier.push_back({std::move(kpi), version.first_day, version.definitions});
    }
    if (!kept.earlier.empty()) kept_[versions.kpi] = std::move(kept);
  }
}

void KpiVersions::Adopt(const std::set<std::string>& kpis,
                        const std::vector<SavedVersions>& saved) {
  for (const std::string& kpi : kpis) {
    kept_.erase(kpi);
    unsaved_.erase(kpi);
  }
  std::vector<SavedVersions> theirs;
  for (const SavedVersions& versions : saved) {
    if (kpis.contains(versions.kpi)) theirs.push_back(versions);
  }
  Load(theirs);
}

std::set<ResourceName> KpiVersions::Follow(absl::Span<const v1::Definition> set,
                                           const CatalogChanges& changes, const Catalog& catalog,
                                           int64_t position) {
  const absl::Time stored = StoredTime(set);
  std::set<ResourceName> changed;
  for (const KpiChange& change : changes.kpis) {
    changed.insert(change.name);
    FollowKpi(change, changes, catalog, position, stored);
  }
  std::set<ResourceName> others;
  for (const MetricChange& metric : changes.metrics) {
    const bool lived_on = metric.before != nullptr && metric.after != nullptr;
    if (lived_on && metric.before->hierarchies.empty() && metric.after->hierarchies.empty()) {
      continue;
    }
    for (const auto& [name, kept] : kept_) {
      const auto kpi = ResourceName::Parse(name);
      if (!kpi.ok() || kpi->workspace != metric.name.workspace || changed.contains(*kpi)) continue;
      const bool reads =
          std::any_of(kept.earlier.begin(), kept.earlier.end(), [&](const Earlier& earlier) {
            return std::any_of(
                earlier.kpi->inputs.begin(), earlier.kpi->inputs.end(),
                [&](const MetricInput& input) { return input.metric->id == metric.name.id; });
          });
      if (reads) others.insert(*kpi);
    }
  }
  return others;
}

void KpiVersions::FollowKpi(const KpiChange& change, const CatalogChanges& changes,
                            const Catalog& catalog, int64_t position, absl::Time stored) {
  const std::string name = change.name.ToString();
  const auto& after = change.after;
  if (after == nullptr) {
    if (catalog.Find(change.name) == nullptr) Forget(name);
    return;
  }
  const auto kept = kept_.find(name);
  const auto known = change.before != nullptr || kept == kept_.end()
                         ? change.before
                         : kept->second.earlier.back().kpi;
  if (known == nullptr) return;
  const int32_t not_final = FirstDayNotFinal(name, known, stored);
  const bool same_periods = HaveSamePeriods(*known, *after);
  if (known->uid != after->uid || (!same_periods && not_final == INT32_MIN)) return Forget(name);
  if (change.before == nullptr) {
    if (same_periods && after->restate_history) Restate(name, not_final, *after);
    return;
  }
  const auto before = [&]() -> Earlier {
    return {
        .kpi = change.before,
        .definitions = ClosureOf(change.name, DefinitionsAt(changes, catalog)).SerializeAsString()};
  };
  const bool same_series = change.before->series_fingerprint == after->series_fingerprint;
  if (same_periods && same_series) {
    if (not_final != INT32_MIN) Keep(change, not_final, changes, catalog, before);
    if (after->restate_history) return Restate(name, not_final, *after);
    const bool moved =
        after->effective_from.has_value() && after->effective_from != change.before->effective_from;
    if (moved) MoveEffectiveFrom(name, not_final, *after);
    return;
  }
  int32_t first_day = not_final;
  if (same_periods && !after->restate_history) {
    first_day = std::max(first_day, after->effective_from.has_value()
                                        ? DayNumber(*after->effective_from)
                                        : FirstOpenDay(name, *change.before, position));
  }
  Begin(name, first_day, not_final, before(), *after);
  if (!HaveSameFinality(change.before->finality, after->finality)) SplitAt(name, not_final);
}

int32_t KpiVersions::FirstDayNotFinal(const std::string& name,
                                      const std::shared_ptr<const KpiDefinition>& known,
                                      absl::Time stored) const {
  const auto decisions = decisions_about_(name);
  if (!decisions.ok()) {
    LogError("the state log cannot be read; only final_after tells what is FINAL",
             {{"kpi", name}, {"status", decisions.status()}});
  }
  const KpiFinality finality(name, known->finality,
                             decisions.ok() ? *decisions : FinalityDecisions(),
                             EarlierFinalityFor(name, known));
  if (finality.never()) return INT32_MIN;
  // Days become FINAL in their order, and none that has not ended.
  int32_t final = DayNumber(kFirstDay);
  if (finality.FinalTimeOf(final) > stored) return INT32_MIN;
  int32_t open = DayNumber(known->calendar->DayOf(stored)) + 1;
  while (open - final > 1) {
    const int32_t middle = final + (open - final) / 2;
    (finality.FinalTimeOf(middle) <= stored ? final : open) = middle;
  }
  return open;
}

std::vector<EarlierFinality> KpiVersions::EarlierFinalityFor(
    const std::string& name, const std::shared_ptr<const KpiDefinition>& newest) const {
  const auto kept = kept_.find(name);
  if (kept == kept_.end()) return {};
  std::vector<KpiVersion> chain;
  for (const Earlier& earlier : kept->second.earlier) {
    chain.push_back({.kpi = earlier.kpi, .first_day = earlier.first_day});
  }
  chain.push_back({.kpi = newest, .first_day = kept->second.first_day});
  return EarlierFinalityOf(KeptDefinitions(chain));
}

void KpiVersions::Keep(const KpiChange& change, int32_t not_final, const CatalogChanges& changes,
                       const Catalog& catalog, absl::FunctionRef<Earlier()> before) {
  const std::string name = change.name.ToString();
  const bool same_rule = HaveSameFinality(change.before->finality, change.after->finality);
  const auto kept = kept_.find(name);
  if (kept == kept_.end() || kept->second.first_day < not_final) {
    const bool same =
        same_rule && SayTheSame(ClosureOf(change.name, DefinitionsAt(changes, catalog)),
                                ClosureOf(change.name, DefinitionsAt(catalog)));
    if (same) return;
    Earlier earlier = before();
    Kept& chain = kept_[name];
    earlier.first_day = std::exchange(chain.first_day, not_final);
    chain.earlier.push_back(std::move(earlier));
    unsaved_.insert(name);
    return;
  }
  if (!same_rule) SplitAt(name, not_final);
}

void KpiVersions::SplitAt(const std::string& kpi, int32_t day) {
  const auto kept = kept_.find(kpi);
  if (kept == kept_.end()) return;
  auto& earlier = kept->second.earlier;
  const auto next = std::find_if(earlier.begin(), earlier.end(),
                                 [&](const Earlier& version) { return version.first_day >= day; });
  const int32_t next_first = next == earlier.end() ? kept->second.first_day : next->first_day;
  if (next == earlier.begin() || next_first <= day) return;
  Earlier rest = *std::prev(next);
  rest.first_day = day;
  earlier.insert(next, std::move(rest));
  unsaved_.insert(kpi);
}

void KpiVersions::Restate(const std::string& kpi, int32_t first_day, const KpiDefinition& newest) {
  const auto kept = kept_.find(kpi);
  if (kept != kept_.end() && kept->second.first_day > first_day) {
    MoveBreak(kpi, first_day, first_day, newest);
  }
}

// A version that has a FINAL day has begun.
void KpiVersions::MoveEffectiveFrom(const std::string& kpi, int32_t not_final,
                                    const KpiDefinition& newest) {
  const auto kept = kept_.find(kpi);
  if (kept == kept_.end() || kept->second.first_day < not_final) return;
  if (ContinuesSeries(*kept->second.earlier.back().kpi, newest)) return;
  MoveBreak(kpi, std::max(not_final, DayNumber(*newest.effective_from)), not_final, newest);
}

void KpiVersions::Forget(const std::string& kpi) {
  if (kept_.erase(kpi) > 0) unsaved_.insert(kpi);
}

void KpiVersions::Begin(const std::string& kpi, int32_t first_day, int32_t not_final,
                        Earlier before, const KpiDefinition& newest) {
  Kept& kept = kept_[kpi];
  before.first_day = kept.first_day;
  kept.earlier.push_back(std::move(before));
  MoveBreak(kpi, first_day, not_final, newest);
}

// What begins on or after the newest version has no periods left. Where all between two versions of
// one series has none, the newest takes what is not FINAL.
void KpiVersions::MoveBreak(const std::string& kpi, int32_t first_day, int32_t not_final,
                            const KpiDefinition& newest) {
  unsaved_.insert(kpi);
  Kept& kept = kept_.at(kpi);
  auto& earlier = kept.earlier;
  const auto end_at = [&](int32_t day) {
    kept.first_day = day;
    std::erase_if(earlier, [&](const Earlier& version) { return version.first_day >= day; });
  };
  end_at(first_day);
  while (!earlier.empty() && kept.first_day > not_final &&
         ContinuesSeries(*earlier.back().kpi, newest)) {
    end_at(std::max(not_final, earlier.back().first_day));
  }
  if (earlier.empty()) kept_.erase(kpi);
}

int32_t KpiVersions::FirstOpenDay(const std::string& name, const KpiDefinition& before,
                                  int64_t position) const {
  int32_t first_open = INT32_MIN;
  for (const Window& window : before.windows) {
    const auto closed = last_closed_(name, window.id(), position);
    if (!closed.ok()) {
      LogError("the state log cannot be read; closed periods are computed again",
               {{"kpi", name}, {"status", closed.status()}});
      continue;
    }
    if (!closed->has_value()) continue;
    const Period period = window.At(*before.calendar, DayOfNumber(**closed));
    first_open = std::max(first_open, DayNumber(period.end_day));
  }
  return first_open;
}

std::vector<KpiVersion> KpiVersions::ChainOf(const std::shared_ptr<const KpiDefinition>& kpi,
                                             const Catalog& catalog) const {
  std::vector<KpiVersion> chain;
  KpiVersion newest{.kpi = kpi};
  if (const auto kept = kept_.find(kpi->resource_name()); kept != kept_.end()) {
    newest.first_day = kept->second.first_day;
    for (const Earlier& earlier : kept->second.earlier) {
      chain.push_back({.first_day = earlier.first_day});
      if (!CanBeEvaluated(*earlier.kpi, *kpi, catalog)) continue;
      std::shared_ptr<const KpiDefinition> version = earlier.kpi;
      if (version->suppression.fewest < kpi->suppression.fewest) {
        version = ResolveClosure(earlier.definitions, kpi->suppression.fewest);
      }
      if (version != nullptr) chain.back().kpi = WithLiveMembers(std::move(version), catalog);
    }
  }
  for (const auto& [id, rule] : kpi->component_finality) {
    const auto component = catalog.FindKpi(kpi->workspace, id);
    if (component == nullptr) continue;
    auto earlier = EarlierFinalityFor(component->resource_name(), component);
    if (!earlier.empty()) newest.component_finality[id] = std::move(earlier);
  }
  chain.push_back(std::move(newest));
  return chain;
}

std::vector<SavedVersions> KpiVersions::TakeUnsaved() {
  std::vector<SavedVersions> unsaved;
  for (const std::string& kpi : std::exchange(unsaved_, {})) {
    unsaved.push_back({.kpi = kpi});
    const auto kept = kept_.find(kpi);
    if (kept == kept_.end()) continue;
    for (const Earlier& earlier : kept->second.earlier) {
      unsaved.back().versions.push_back({earlier.first_day, earlier.definitions});
    }
    unsaved.back().versions.push_back({.first_day = kept->second.first_day});
  }
  return unsaved;
}

std::vector<SavedVersions> KpiVersions::All() const {
  KpiVersions copy(last_closed_, decisions_about_);
  copy.kept_ = kept_;
  for (const auto& [kpi, kept] : kept_) copy.unsaved_.insert(kpi);
  return copy.TakeUnsaved();
}

}  // namespace kpisuite
