// PartitionEngine: KPIs come, change and go.
#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/status_macros.h"
#include "services/evaluation/engine/partition_engine.h"

namespace kpisuite {
namespace {

// Period memos depend on these alone.
std::string MemoKey(const Calendar& calendar) {
  const CalendarSpec& spec = calendar.spec();
  return absl::StrCat(static_cast<int>(spec.type), "/", spec.first_month, "/",
                      static_cast<int>(spec.week_start), "/", static_cast<int>(spec.year_label),
                      "/", calendar.year_key());
}

// Whether the KPI's calendar knows the period by this id on this day.
bool HasPeriod(const KpiDefinition& kpi, size_t window, const std::string& id, int32_t first_day) {
  const Period period = kpi.windows[window].At(*kpi.calendar, DayOfNumber(first_day));
  return period.id == id && DayNumber(period.first_day) == first_day;
}

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

std::vector<std::string> Without(const std::vector<std::string>& dimensions,
                                 const std::vector<std::string>& ignored) {
  std::vector<std::string> rest;
  std::set_difference(dimensions.begin(), dimensions.end(), ignored.begin(), ignored.end(),
                      std::back_inserter(rest));
  return rest;
}

}  // namespace

void PartitionEngine::Seed(LoggedState logged) {
  seeds_[logged.id.kpi].push_back(std::move(logged));
}

absl::StatusOr<PartitionEngine::TableEntry*> PartitionEngine::TableFor(PaneSpec spec) {
  const std::string key = spec.Key();
  const auto it = tables_.find(key);
  if (it != tables_.end()) return it->second.get();
  const std::string metric = MetricKey(spec.workspace, spec.metric);
  auto entry = std::make_unique<TableEntry>();
  ASSIGN_OR_RETURN(entry->table, PaneTable::Create(std::move(spec)));
  TableEntry* created = entry.get();
  metrics_[metric].tables.push_back(created);
  tables_.emplace(key, std::move(entry));
  AskForTable(*created);
  return created;
}

void PartitionEngine::SetFinality(absl::string_view kpi, FinalityDecisions decisions) {
  decisions_[kpi] = std::move(decisions);
}

KpiRuntime::Finalities PartitionEngine::FinalitiesOf(const KpiDefinition& kpi) const {
  KpiRuntime::Finalities finalities;
  const auto add = [&](const std::string& id, const FinalityRule& rule) {
    const std::string name = absl::StrCat("workspaces/", kpi.workspace, "/kpis/", id);
    const auto decided = decisions_.find(name);
    finalities.push_back(std::make_shared<const KpiFinality>(
        name, rule, decided == decisions_.end() ? FinalityDecisions() : decided->second));
  };
  add(kpi.id, kpi.finality);
  for (const auto& [id, rule] : kpi.component_finality) add(id, rule);
  return finalities;
}

absl::StatusOr<std::vector<RuntimeGrouping>> PartitionEngine::Bind(
    const KpiDefinition& kpi, const KpiRuntime::Finalities& finalities) {
  std::vector<RuntimeGrouping> groupings;
  groupings.push_back({});
  for (const auto& dimensions : kpi.groupings) {
    if (!dimensions.empty()) groupings.push_back({.dimensions = dimensions});
  }
  for (RuntimeGrouping& grouping : groupings) {
    const auto bind = [&](const MetricInput& input) -> absl::StatusOr<PaneTable*> {
      PaneSpec spec{.workspace = kpi.workspace,
                    .metric = input.metric->id,
                    .aggregation = input.aggregation,
                    .filter = input.filter,
                    .group_by = Without(grouping.dimensions, input.ignore_dimensions),
                    .calendar = kpi.calendar,
                    .finality = FinalityOf(kpi, input, finalities)};
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

absl::Status PartitionEngine::SetKpi(std::shared_ptr<const KpiDefinition> kpi) {
  const std::string name = kpi->resource_name();
  KpiRuntime::Finalities finalities = FinalitiesOf(*kpi);
  // Bound before the old runtime goes, so that tables which both use are kept.
  ASSIGN_OR_RETURN(std::vector<RuntimeGrouping> groupings, Bind(*kpi, finalities));
  std::vector<const MetricFacts*> facts;
  const int64_t id = next_id_++;
  for (const MetricInput& input : kpi->inputs) {
    MetricEntry& metric = metrics_[MetricKey(kpi->workspace, input.metric->id)];
    metric.runtimes.insert(id);
    facts.push_back(&metric.facts);
  }
  std::shared_ptr<PeriodMemo>& memo = memos_[MemoKey(*kpi->calendar)];
  if (memo == nullptr) memo = std::make_shared<PeriodMemo>();
  auto runtime = std::make_unique<KpiRuntime>(id, std::move(kpi), std::move(groupings),
                                              std::move(facts), memo);
  runtime->SetFinalities(std::move(finalities));
  runtimes_by_id_[id] = runtime.get();
  AddReader(*runtime);
  for (size_t g = 0; g < runtime->groupings().size(); ++g) {
    for (const PaneTable* table : runtime->groupings()[g].AllTables()) {
      TableEntry& entry = *tables_.at(table->spec().Key());
      const bool known = std::any_of(
          entry.dependents.begin(), entry.dependents.end(), [&](const Dependent& dependent) {
            return dependent.runtime == runtime.get() && dependent.grouping == g;
          });
      if (!known) entry.dependents.push_back({runtime.get(), g});
      if (table->loaded()) TouchAll(entry, {runtime.get(), g});
    }
  }
  const auto old_runtime = runtimes_.find(name);
  // The same definition again: its finality has changed, or that of a KPI which it contains.
  const bool redefined =
      old_runtime == runtimes_.end() || &old_runtime->second->kpi() != &runtime->kpi();
  if (old_runtime != runtimes_.end()) {
    Inherit(*old_runtime->second, *runtime);
    Drop(*old_runtime->second, false);
  }
  ApplySeeds(*runtime);
  MarkAllReaders(*runtime, redefined);
  runtimes_[name] = std::move(runtime);
  return absl::OkStatus();
}

void PartitionEngine::TouchAll(TableEntry& entry, const Dependent& dependent) {
  for (const auto& [text, panes] : entry.table->slices()) {
    for (const auto& [day, pane] : panes.days) Touch(dependent, panes.slice, day);
  }
}

// What was said about a state stays known when its KPI changes; states whose window, slice or
// period (of another calendar) is no longer declared are announced as removed.
void PartitionEngine::Inherit(KpiRuntime& old_runtime, KpiRuntime& runtime) {
  const bool redefined = &old_runtime.kpi() != &runtime.kpi();
  // Decisions come one by one: a new one is the newest.
  const auto release = runtime.decisions() > old_runtime.decisions()
                           ? runtime.ReleaseSince(old_runtime.NewestDecision())
                           : nullptr;
  for (SliceStates& old_slice : old_runtime.slices()) {
    const std::optional<size_t> grouping = runtime.GroupingOf(old_slice.slice);
    for (size_t w = 0; w < old_slice.windows.size(); ++w) {
      const std::optional<size_t> window = runtime.WindowIndex(old_runtime.kpi().windows[w].id());
      for (auto& [first_day, old_state] : old_slice.windows[w]) {
        const Period period =
            old_runtime.kpi().windows[w].At(*old_runtime.kpi().calendar, DayOfNumber(first_day));
        const bool kept = grouping.has_value() && window.has_value() &&
                          HasPeriod(runtime.kpi(), *window, period.id, first_day);
        if (!kept) {
          removals_.push_back(
              {.id = {old_runtime.kpi().resource_name(), old_runtime.kpi().windows[w].id(),
                      old_slice.slice.ToString(), period.id},
               .first_day = first_day,
               .removed = true});
          continue;
        }
        const size_t slice = SliceIndex(runtime, *grouping, old_slice.slice);
        MarkDirty(runtime, slice, *window, first_day, redefined);
        TrackedState& state = runtime.slices()[slice].windows[*window][first_day];
        const bool dirty = state.dirty;
        state = old_state;
        state.dirty = dirty;
        state.definition_changed = redefined || old_state.definition_changed;
        if (release != nullptr) state.release = release;
        state.wakeup = absl::InfiniteFuture();
        state.stale = false;
        state.point = nullptr;
      }
    }
  }
}

// Seeds of windows, slices and periods that this revision does not declare wait for one that does.
void PartitionEngine::ApplySeeds(KpiRuntime& runtime) {
  const auto seeds = seeds_.find(runtime.kpi().resource_name());
  if (seeds == seeds_.end()) return;
  std::vector<LoggedState> waiting;
  for (LoggedState& logged : seeds->second) {
    if (!ApplySeed(runtime, logged)) waiting.push_back(std::move(logged));
  }
  seeds->second = std::move(waiting);
  if (seeds->second.empty()) seeds_.erase(seeds);
}

// False when the KPI does not declare the state.
bool PartitionEngine::ApplySeed(KpiRuntime& runtime, const LoggedState& logged) {
  const std::optional<size_t> window = runtime.WindowIndex(logged.id.window);
  const auto slice = Slice::Parse(logged.id.slice);
  if (!window.has_value() || logged.id.window.empty() || !slice.ok()) return false;
  const std::optional<size_t> grouping = runtime.GroupingOf(*slice);
  if (!grouping.has_value()) return false;
  if (!HasPeriod(runtime.kpi(), *window, logged.id.period, logged.first_day)) return false;
  const size_t index = SliceIndex(runtime, *grouping, *slice);
  MarkDirty(runtime, index, *window, logged.first_day, false);
  TrackedState& state = runtime.slices()[index].windows[*window][logged.first_day];
  state.logged = true;
  state.logged_status = logged.status;
  state.logged_value = logged.value;
  state.revision = logged.revision;
  state.restated = logged.restated;
  state.restatement = logged.restatement;
  state.final = logged.final;
  state.release = runtime.ReleaseSince(logged.record_time);
  state.closed_at = logged.closed_at;
  const Period period =
      runtime.kpi().windows[*window].At(*runtime.kpi().calendar, DayOfNumber(logged.first_day));
  state.backfilled = logged.revision == 0 && logged.record_time >= period.end;
  state.changed_at = logged.record_time;
  return true;
}

void PartitionEngine::RemoveKpi(absl::string_view resource_name) {
  const auto it = runtimes_.find(resource_name);
  if (it == runtimes_.end()) return;
  Drop(*it->second, true);
  MarkAllReaders(*it->second, true);
  runtimes_.erase(it);
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
  std::erase_if(loads_, [&](const auto& load) { return load.second.entry == &entry; });
  tables_.erase(spec.Key());
}

}  // namespace kpisuite
