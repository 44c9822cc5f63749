// PartitionEngine: KPIs come, change and go.
#include <algorithm>
#include <iterator>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/status_macros.h"
#include "services/evaluation/engine/partition_engine.h"

namespace kpisuite {
namespace {

// What binds an input: the finality of the KPI and of those through which it reads the input.
std::shared_ptr<const PaneFinality> FinalityOf(const KpiDefinition& kpi, const MetricInput& input,
                                               const KpiRuntime::Finalities& finalities) {
  KpiRuntime::Finalities owners = {finalities.front()};
  size_t place = 1;
  for (const auto& [id, rule] : kpi.component_finality) {
    const auto& components = input.components;
    if (std::binary_search(components.begin(), components.end(), id)) {
      owners.push_back(finalities[place]);
    }
    ++place;
  }
  return PaneFinality::Of(std::move(owners));
}

// Whether a version is computed by another definition than before. Versions that were superseded
// are read again from what was saved, so that theirs are other objects that say the same; of
// theirs only the hierarchies change.
bool IsRedefined(const KpiRuntime& before, const KpiRuntime& after) {
  if (&before.kpi() == &after.kpi()) return false;
  return after.is_newest() || before.kpi().revision != after.kpi().revision ||
         HierarchiesOf(before.kpi()) != HierarchiesOf(after.kpi());
}

// Whether members have moved since the state was what it is.
bool IsRegrouped(const KpiRuntime& before, const KpiRuntime& after, const TrackedState& state) {
  const absl::CivilDay day = after.membership().as_is;
  return before.membership().as_is < day && state.changed_at < after.kpi().calendar->StartOf(day);
}

// One about the period itself is not forgotten for another.
void NoteRelease(const KpiRuntime& before, const KpiRuntime& after, const Period& reach,
                 TrackedState& state) {
  auto release = after.ReleaseBeyond(before, reach);
  if (release == nullptr) return;
  if (state.release != nullptr && state.release->Touches(reach) && !release->Touches(reach)) return;
  state.release = std::move(release);
}

std::vector<std::string> Without(const std::vector<std::string>& dimensions,
                                 const MetricInput& input) {
  std::vector<std::string> rest;
  std::copy_if(dimensions.begin(), dimensions.end(), std::back_inserter(rest),
               [&](const std::string& name) { return !input.Ignores(name); });
  return rest;
}

// What an input reads for one grouping. A filter tests levels AS_IS in either view: which samples a
// KPI is about is not a matter of how it is sliced.
absl::StatusOr<PaneSpec> SpecOf(const KpiDefinition& kpi, const MetricInput& input,
                                const std::vector<std::string>& dimensions,
                                const Membership& membership) {
  const MetricDefinition& metric = *input.metric;
  PaneSpec spec{.workspace = kpi.workspace,
                .metric = metric.id,
                .aggregation = input.StateSpec(),
                .derived = input.derived,
                .group_by = Without(dimensions, input),
                .calendar = kpi.calendar};
  ASSIGN_OR_RETURN(spec.filter, WithoutLevels(input.filter, metric.hierarchies, metric.dimensions,
                                              input.aggregation.scale, membership.as_is));
  for (const auto& hierarchy : metric.hierarchies) {
    const bool used = std::any_of(
        spec.group_by.begin(), spec.group_by.end(),
        [&](const std::string& name) { return hierarchy->LevelIndex(name).has_value(); });
    if (used) spec.hierarchies.push_back(hierarchy);
  }
  if (!spec.has_levels()) return spec;
  spec.metric_revision = metric.revision;
  if (membership.view == MembershipView::kAsIs) spec.as_is = membership.as_is;
  return spec;
}

}  // namespace

void PartitionEngine::Seed(LoggedState logged) {
  seeds_[logged.id.kpi].push_back(std::move(logged));
}

absl::StatusOr<PartitionEngine::TableEntry*> PartitionEngine::TableFor(PaneSpec spec) {
  const std::string key = spec.Key();
  const auto it = tables_.find(key);
  if (it != tables_.end()) return it->second.get();
  MetricEntry& metric = metrics_[MetricKey(spec.workspace, spec.metric)];
  auto entry = std::make_unique<TableEntry>();
  ASSIGN_OR_RETURN(entry->table, PaneTable::Create(std::move(spec)));
  TableEntry* created = entry.get();
  if (metric.kept.has_value()) created->table->Keep(*metric.kept);
  metric.tables.push_back(created);
  tables_.emplace(key, std::move(entry));
  AskForTable(*created);
  return created;
}

void PartitionEngine::SetFinality(absl::string_view kpi, FinalityDecisions decisions) {
  decisions_[kpi] = std::move(decisions);
}

KpiRuntime::Finalities PartitionEngine::FinalitiesOf(
    const KpiDefinition& kpi, const std::vector<KpiVersion>& versions) const {
  const std::vector<KeptDefinition> kept = KeptDefinitions(versions);
  KpiRuntime::Finalities finalities;
  const auto add = [&](const std::string& id, const FinalityRule& rule,
                       std::vector<EarlierFinality> earlier) {
    const std::string name = absl::StrCat("workspaces/", kpi.workspace, "/kpis/", id);
    const auto decided = decisions_.find(name);
    finalities.push_back(std::make_shared<const KpiFinality>(
        name, rule, decided == decisions_.end() ? FinalityDecisions() : decided->second,
        std::move(earlier)));
  };
  add(kpi.id, versions.back().kpi->finality, EarlierFinalityOf(kept));
  const auto& of_components = versions.back().component_finality;
  for (const auto& [id, rule] : kpi.component_finality) {
    // A component is read as it stands; and the KPI's own FINAL days keep how it stood.
    std::vector<EarlierFinality> earlier;
    if (const auto own = of_components.find(id); own != of_components.end()) {
      earlier = own->second;
    }
    for (const KeptDefinition& one : kept) {
      const auto known = one.kpi->component_finality.find(id);
      if (known == one.kpi->component_finality.end()) continue;
      if (!earlier.empty() && earlier.back().end_day >= one.end_day) continue;
      earlier.push_back({one.end_day, known->second});
    }
    add(id, rule, std::move(earlier));
  }
  return finalities;
}

absl::StatusOr<std::vector<RuntimeGrouping>> PartitionEngine::Bind(
    const KpiDefinition& kpi, const KpiRuntime::Finalities& finalities,
    const Membership& membership, const Rosters& rosters) {
  std::vector<RuntimeGrouping> groupings;
  groupings.push_back({});
  for (const auto& dimensions : kpi.groupings) {
    if (!dimensions.empty()) groupings.push_back({.dimensions = dimensions});
  }
  for (RuntimeGrouping& grouping : groupings) {
    const auto roster = rosters.find(grouping.dimensions);
    if (roster != rosters.end()) grouping.roster = roster->second;
    const auto bind = [&](const MetricInput& input) -> absl::StatusOr<PaneTable*> {
      ASSIGN_OR_RETURN(PaneSpec spec, SpecOf(kpi, input, grouping.dimensions, membership));
      spec.finality = FinalityOf(kpi, input, finalities);
      if (spec.group_by == grouping.dimensions) spec.roster = grouping.roster;
      ASSIGN_OR_RETURN(TableEntry * entry, TableFor(std::move(spec)));
      return entry->table.get();
    };
    for (const MetricInput& input : kpi.inputs) {
      ASSIGN_OR_RETURN(grouping.tables.emplace_back(), bind(input));
    }
    for (const MetricInput& input : kpi.suppression.entities) {
      ASSIGN_OR_RETURN(grouping.entity_tables.emplace_back(), bind(input));
    }
  }
  return groupings;
}

void PartitionEngine::TouchAll(TableEntry& entry, const Dependent& dependent) {
  // Newest first: what changes because of a day ends with the next one.
  for (const auto& [text, panes] : entry.table->slices()) {
    for (auto day = panes.days.rbegin(); day != panes.days.rend(); ++day) {
      Touch(dependent, panes.slice, day->first);
    }
  }
  // Days on which a slice no longer reports are not in the table any more.
  KpiRuntime& runtime = *dependent.runtime;
  for (size_t s = 0; s < runtime.slices().size(); ++s) {
    if (runtime.slices()[s].grouping != dependent.grouping) continue;
    const absl::btree_set<int32_t> known = runtime.slices()[s].reports;
    for (auto day = known.rbegin(); day != known.rend(); ++day) NoteReport(runtime, s, *day);
  }
}

// What was said about a state stays known when its KPI changes; states whose window, slice or
// period (of another calendar) is no longer declared are announced as removed.
void PartitionEngine::Inherit(KpiRuntime& old_runtime, KpiRuntime& newest) {
  const KpiDefinition& kpi = old_runtime.kpi();
  for (SliceStates& old_slice : old_runtime.slices()) {
    for (size_t w = 0; w < old_slice.windows.size(); ++w) {
      const std::string& window = kpi.windows[w].id();
      for (auto& [first_day, old_state] : old_slice.windows[w]) {
        // Before the clock was known members may have been put where they do not belong yet.
        const bool said = old_state.state != nullptr || old_state.logged;
        if (!ticked_ && !said) continue;
        const Period period = kpi.windows[w].At(*kpi.calendar, DayOfNumber(first_day));
        const auto home = HomeOf(newest, old_slice.slice, window, period.id, first_day);
        if (!home.has_value()) {
          // Of slices that are too many nothing was said yet.
          if (!said) continue;
          removals_.push_back(
              {.id = {kpi.resource_name(), window, old_slice.slice.ToString(), period.id},
               .first_day = first_day,
               .removed = true});
          continue;
        }
        const bool redefined = IsRedefined(old_runtime, *home->runtime) ||
                               IsRegrouped(old_runtime, *home->runtime, old_state);
        const size_t slice = SliceIndex(*home->runtime, home->grouping, old_slice.slice);
        MarkDirty(*home->runtime, slice, home->window, first_day, redefined);
        TrackedState& state = home->runtime->slices()[slice].windows[home->window][first_day];
        const bool dirty = state.dirty;
        state = old_state;
        state.dirty = dirty;
        state.definition_changed = redefined || old_state.definition_changed;
        if (!redefined) {
          const Window& shape = kpi.windows[w];
          NoteRelease(old_runtime, *home->runtime, old_runtime.ReachOf(shape, period), state);
        }
        state.wakeup = absl::InfiniteFuture();
        state.stale = false;
        state.point = nullptr;
      }
    }
  }
}

// Seeds of windows, slices and periods that this revision does not declare wait for one that does.
void PartitionEngine::ApplySeeds(KpiRuntime& newest) {
  const auto seeds = seeds_.find(newest.kpi().resource_name());
  if (seeds == seeds_.end()) return;
  std::vector<LoggedState> waiting;
  for (LoggedState& logged : seeds->second) {
    if (!ApplySeed(newest, logged)) waiting.push_back(std::move(logged));
  }
  seeds->second = std::move(waiting);
  if (seeds->second.empty()) seeds_.erase(seeds);
}

// False when the KPI does not declare the state.
bool PartitionEngine::ApplySeed(KpiRuntime& newest, const LoggedState& logged) {
  const auto parsed = Slice::Parse(logged.id.slice);
  if (!parsed.ok()) return false;
  const auto home = HomeOf(newest, *parsed, logged.id.window, logged.id.period, logged.first_day);
  if (!home.has_value()) return false;
  KpiRuntime& runtime = *home->runtime;
  const size_t slice = SliceIndex(runtime, home->grouping, *parsed);
  MarkDirty(runtime, slice, home->window, logged.first_day, false);
  TrackedState& state = runtime.slices()[slice].windows[home->window][logged.first_day];
  state.logged = true;
  state.logged_status = logged.status;
  state.logged_value = logged.value;
  state.revision = logged.revision;
  state.restated = logged.restated;
  state.restatement = logged.restatement;
  state.final = logged.final;
  if (logged.final && logged.state != nullptr) {
    v1::KpiState told;
    if (told.ParseFromString(*logged.state)) {
      state.final_targets = std::make_shared<const FinalTargets>(FinalTargetsOf(told));
    }
  }
  state.closed_at = logged.closed_at;
  const Window& shape = runtime.kpi().windows[home->window];
  const Period period = shape.At(*runtime.kpi().calendar, DayOfNumber(logged.first_day));
  state.release = runtime.ReleaseSince(logged.record_time, runtime.ReachOf(shape, period));
  state.backfilled = logged.revision == 0 && logged.record_time >= period.end;
  state.changed_at = logged.record_time;
  return true;
}

void PartitionEngine::RemoveKpi(absl::string_view resource_name) {
  const auto it = runtimes_.find(resource_name);
  if (it == runtimes_.end()) return;
  for (const auto& version : it->second) Drop(*version, true);
  MarkAllReaders(*it->second.back(), true);
  runtimes_.erase(it);
  recorded_.erase(resource_name);
  DropAsWas(resource_name);
}

// Takes a runtime out of every index; tables that nobody reads any more go with it. Its timers
// and touched states are found void when their turn comes.
void PartitionEngine::Drop(KpiRuntime& runtime, bool announce) {
  if (announce) {
    std::vector<ChangedState> states;
    AddStates(runtime, &states);
    for (ChangedState& update : states) {
      update.removed = true;
      update.state = nullptr;
      removals_.push_back(std::move(update));
    }
  }
  runtimes_by_id_.erase(runtime.id());
  RemoveReader(runtime);
  for (const MetricInput& input : runtime.kpi().inputs) {
    MetricEntry& metric = metrics_.at(MetricKey(runtime.kpi().workspace, input.metric->id));
    metric.runtimes.erase(runtime.id());
    absl::erase_if(metric.stale, [&](const StateRef& ref) { return ref.runtime == runtime.id(); });
  }
  absl::flat_hash_set<std::string> keys;
  for (const RuntimeGrouping& grouping : runtime.groupings()) {
    for (const PaneTable* table : grouping.AllTables()) keys.insert(table->spec().Key());
  }
  for (const std::string& key : keys) Unbind(*tables_.at(key), runtime);
  TrimBacklog();
}

void PartitionEngine::Unbind(TableEntry& entry, const KpiRuntime& runtime) {
  std::erase_if(entry.dependents,
                [&](const Dependent& dependent) { return dependent.runtime == &runtime; });
  if (!entry.dependents.empty()) return;
  const PaneSpec& spec = entry.table->spec();
  std::erase(metrics_.at(MetricKey(spec.workspace, spec.metric)).tables, &entry);
  std::erase_if(loads_, [&](const auto& load) {
    if (load.second.entry != &entry) return false;
    asked_.erase({load.second.asked_at_seq, load.first});
    return true;
  });
  tables_.erase(spec.Key());
}

}  // namespace kpisuite
