#include "services/evaluation/versions/kpi_versions.h"

#include <algorithm>
#include <deque>
#include <utility>

#include "libs/base/log.h"
#include "libs/definitions/references.h"
#include "services/evaluation/engine/pane_table.h"
#include "services/evaluation/engine/state_text.h"

namespace kpisuite {
namespace {

using DefinitionPtr = std::shared_ptr<const v1::Definition>;

// The definitions as they were before a set.
class Before {
 public:
  Before(const CatalogChanges& changes, const Catalog& catalog)
      : replaced_(changes.replaced), catalog_(catalog) {}

  DefinitionPtr Find(const ResourceName& name) const {
    const auto replaced = replaced_.find(name);
    if (replaced != replaced_.end()) return replaced->second;
    const CatalogEntry* entry = catalog_.Find(name);
    return entry == nullptr ? nullptr : entry->definition;
  }

  std::vector<DefinitionPtr> TargetsOf(const ResourceName& kpi) const {
    std::vector<DefinitionPtr> targets;
    for (const DefinitionPtr& target : catalog_.TargetsOf(kpi)) {
      const auto name = ResourceName::Parse(target->name());
      if (name.ok() && !replaced_.contains(*name)) targets.push_back(target);
    }
    for (const auto& [name, definition] : replaced_) {
      const bool was_target = definition != nullptr && name.kind == DefinitionKind::kTarget &&
                              name.workspace == kpi.workspace &&
                              definition->target().kpi() == kpi.id;
      if (was_target) targets.push_back(definition);
    }
    return targets;
  }

 private:
  const std::map<ResourceName, DefinitionPtr>& replaced_;
  const Catalog& catalog_;
};

// The KPI, its Targets and everything that these need, so that a catalog of them alone resolves it.
std::string ClosureOf(const ResourceName& kpi, const Before& before) {
  v1::BatchGetDefinitionsResponse closure;
  std::set<ResourceName> known;
  std::deque<ResourceName> to_follow;
  const auto add = [&](const ResourceName& name, bool follow) {
    const DefinitionPtr definition = before.Find(name);
    if (definition == nullptr || !known.insert(name).second) return;
    *closure.add_definitions() = *definition;
    if (follow) to_follow.push_back(name);
  };
  add(kpi, true);
  for (const DefinitionPtr& target : before.TargetsOf(kpi)) {
    const auto name = ResourceName::Parse(target->name());
    if (name.ok()) add(*name, true);
  }
  // What must only exist is not followed.
  std::vector<ResourceName> exist;
  while (!to_follow.empty()) {
    const ResourceName name = std::move(to_follow.front());
    to_follow.pop_front();
    for (const Reference& reference : ReferencesOf(name, *before.Find(name))) {
      if (reference.use == Reference::Use::kContent) {
        add(reference.name, true);
      } else {
        exist.push_back(reference.name);
      }
    }
  }
  for (const ResourceName& name : exist) add(name, false);
  return closure.SerializeAsString();
}

absl::Time StoredTime(absl::Span<const v1::Definition> set) {
  absl::Time time = absl::InfinitePast();
  for (const v1::Definition& definition : set) {
    time = std::max(time, FromTimestamp(definition.update_time()));
  }
  return time;
}

std::shared_ptr<const KpiDefinition> Resolve(const std::string& definitions) {
  v1::BatchGetDefinitionsResponse closure;
  if (!closure.ParseFromString(definitions) || closure.definitions().empty()) return nullptr;
  const auto name = ResourceName::Parse(closure.definitions(0).name());
  if (!name.ok()) return nullptr;
  const std::vector<v1::Definition> set(closure.definitions().begin(), closure.definitions().end());
  Catalog catalog;
  catalog.Apply(set, 0);
  return catalog.FindKpi(name->workspace, name->id);
}

// Whether the samples that it reads are still there, with the KPI's present ones.
bool CanBeEvaluated(const KpiDefinition& earlier, const KpiDefinition& kpi,
                    const Catalog& catalog) {
  if (earlier.partition_group != kpi.partition_group) return false;
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
      auto kpi = Resolve(version.definitions);
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
  const KpiDefinition* known = change.before.get();
  if (known == nullptr && kept != kept_.end()) known = kept->second.earlier.back().kpi.get();
  if (known == nullptr) return;
  if (known->uid != after->uid || !HaveSamePeriods(*known, *after)) return Forget(name);
  const int32_t not_final = FirstDayNotFinal(name, *known, stored);
  const bool same_series =
      change.before == nullptr || change.before->series_fingerprint == after->series_fingerprint;
  if (same_series) {
    if (after->restate_history) return Restate(name, not_final);
    const bool moved = change.before != nullptr && after->effective_from.has_value() &&
                       after->effective_from != change.before->effective_from &&
                       kept != kept_.end();
    if (moved) MoveBreak(name, std::max(not_final, DayNumber(*after->effective_from)));
    return;
  }
  int32_t first_day = not_final;
  if (!after->restate_history) {
    first_day = std::max(first_day, after->effective_from.has_value()
                                        ? DayNumber(*after->effective_from)
                                        : FirstOpenDay(name, *change.before, position));
  }
  Begin(name, first_day,
        {.kpi = change.before, .definitions = ClosureOf(change.name, Before(changes, catalog))});
}

int32_t KpiVersions::FirstDayNotFinal(const std::string& name, const KpiDefinition& known,
                                      absl::Time stored) const {
  const auto decisions = decisions_about_(name);
  if (!decisions.ok()) {
    LogError("the state log cannot be read; only final_after tells what is FINAL",
             {{"kpi", name},
              {"status", decisions.status().ToString(absl::StatusToStringMode::kWithNoExtraData)}});
  }
  const KpiFinality finality(name, known.finality,
                             decisions.ok() ? *decisions : FinalityDecisions());
  if (finality.never()) return INT32_MIN;
  // Days become FINAL in their order, and none that has not ended.
  int32_t final = DayNumber(kFirstDay);
  if (finality.FinalTimeOf(final) > stored) return INT32_MIN;
  int32_t open = DayNumber(known.calendar->DayOf(stored)) + 1;
  while (open - final > 1) {
    const int32_t middle = final + (open - final) / 2;
    (finality.FinalTimeOf(middle) <= stored ? final : open) = middle;
  }
  return open;
}

void KpiVersions::Restate(const std::string& kpi, int32_t first_day) {
  const auto kept = kept_.find(kpi);
  if (kept != kept_.end() && kept->second.first_day > first_day) MoveBreak(kpi, first_day);
}

void KpiVersions::Forget(const std::string& kpi) {
  if (kept_.erase(kpi) > 0) unsaved_.insert(kpi);
}

void KpiVersions::Begin(const std::string& kpi, int32_t first_day, Earlier before) {
  Kept& kept = kept_[kpi];
  before.first_day = kept.first_day;
  kept.earlier.push_back(std::move(before));
  MoveBreak(kpi, first_day);
}

// What begins on or after the newest version has no periods left.
void KpiVersions::MoveBreak(const std::string& kpi, int32_t first_day) {
  unsaved_.insert(kpi);
  Kept& kept = kept_.at(kpi);
  kept.first_day = first_day;
  std::erase_if(kept.earlier,
                [&](const Earlier& earlier) { return earlier.first_day >= first_day; });
  if (kept.earlier.empty()) kept_.erase(kpi);
}

int32_t KpiVersions::FirstOpenDay(const std::string& name, const KpiDefinition& before,
                                  int64_t position) const {
  int32_t first_open = INT32_MIN;
  for (const Window& window : before.windows) {
    const auto closed = last_closed_(name, window.id(), position);
    if (!closed.ok()) {
      LogError("the state log cannot be read; closed periods are computed again",
               {{"kpi", name},
                {"status", closed.status().ToString(absl::StatusToStringMode::kWithNoExtraData)}});
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
  const auto kept = kept_.find(kpi->resource_name());
  if (kept == kept_.end()) return {{.kpi = kpi}};
  std::vector<KpiVersion> chain;
  for (const Earlier& earlier : kept->second.earlier) {
    const bool usable = CanBeEvaluated(*earlier.kpi, *kpi, catalog);
    chain.push_back({.kpi = usable ? WithLiveMembers(earlier.kpi, catalog) : nullptr,
                     .first_day = earlier.first_day});
  }
  chain.push_back({.kpi = kpi, .first_day = kept->second.first_day});
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
