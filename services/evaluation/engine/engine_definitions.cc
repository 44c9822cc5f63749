// PartitionEngine: KPIs come, change and go.
#include <algorithm>
#include <iterator>
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
                .aggregation = input.aggregation,
                .group_by = Without(dimensions, input),
                .calendar = kpi.calendar};
  ASSIGN_OR_RETURN(spec.filter, WithoutLevels(input.filter, metric.hierarchies, metric.dimensions,
                                              metric.scale, membership.as_is));
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

// The last day on which an entry begins, of those up to `today`, and the next one after it.
struct MembershipDays {
  absl::CivilDay last = absl::CivilDay::min();
  std::optional<absl::CivilDay> next;
};
MembershipDays DaysAround(const KpiDefinition& kpi, absl::Time now) {
  MembershipDays days;
  for (const auto& hierarchy : HierarchiesOf(kpi)) {
    for (const absl::CivilDay day : hierarchy->changes()) {
      if (kpi.calendar->StartOf(day) <= now) {
        days.last = std::max(days.last, day);
      } else {
        days.next = std::min(days.next.value_or(day), day);
      }
    }
  }
  return days;
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

absl::StatusOr<std::vector<RuntimeGrouping>> PartitionEngine::Bind(const KpiDefinition& kpi,
                                                                   const Membership& membership) {
  std::vector<RuntimeGrouping> groupings;
  groupings.push_back({});
  for (const auto& dimensions : kpi.groupings) {
    if (!dimensions.empty()) groupings.push_back({.dimensions = dimensions});
  }
  for (RuntimeGrouping& grouping : groupings) {
    const auto bind = [&](const MetricInput& input) -> absl::StatusOr<PaneTable*> {
      ASSIGN_OR_RETURN(PaneSpec spec, SpecOf(kpi, input, grouping.dimensions, membership));
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
  const MembershipDays days = DaysAround(*kpi, now_);
  ASSIGN_OR_RETURN(std::unique_ptr<KpiRuntime> runtime,
                   MakeRuntime(kpi, {MembershipView::kAsIs, days.last}));
  const auto old_runtime = runtimes_.find(name);
  if (old_runtime != runtimes_.end()) {
    Inherit(*old_runtime->second, *runtime);
    Drop(*old_runtime->second, false);
  }
  ApplySeeds(*runtime);
  MarkAllReaders(*runtime);
  runtimes_[name] = std::move(runtime);
  RETURN_IF_ERROR(SetAsWas(kpi, days.last));
  std::erase_if(regroupings_, [&](const auto& next) { return next.second == name; });
  if (days.next.has_value()) regroupings_.emplace(kpi->calendar->StartOf(*days.next), name);
  return absl::OkStatus();
}

// The same KPI with the membership of each day, next to the one that is logged and published. A KPI
// that withholds values has none: what a slice differs by in the two views would tell about those
// who moved.
absl::Status PartitionEngine::SetAsWas(const std::shared_ptr<const KpiDefinition>& kpi,
                                       absl::CivilDay as_is) {
  const std::string name = kpi->resource_name();
  std::unique_ptr<KpiRuntime> runtime;
  if (IsCutByLevels(*kpi) && kpi->suppression.fewest == 0) {
    ASSIGN_OR_RETURN(runtime, MakeRuntime(kpi, {MembershipView::kAsWas, as_is}));
  }
  const auto old_runtime = as_was_.find(name);
  if (old_runtime != as_was_.end()) {
    Drop(*old_runtime->second, false);
    as_was_.erase(old_runtime);
  }
  if (runtime != nullptr) as_was_[name] = std::move(runtime);
  return absl::OkStatus();
}

// A runtime that is bound to its tables; those of an old one of the same name are still there, so
// that tables which both use are kept.
absl::StatusOr<std::unique_ptr<KpiRuntime>> PartitionEngine::MakeRuntime(
    std::shared_ptr<const KpiDefinition> kpi, const Membership& membership) {
  ASSIGN_OR_RETURN(std::vector<RuntimeGrouping> groupings, Bind(*kpi, membership));
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
                                              std::move(facts), memo, membership);
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
  return runtime;
}

// Members that move today belong somewhere else from now on.
void PartitionEngine::Regroup() {
  while (!regroupings_.empty() && regroupings_.begin()->first <= now_) {
    const std::string name = regroupings_.begin()->second;
    regroupings_.erase(regroupings_.begin());
    const auto runtime = runtimes_.find(name);
    if (runtime == runtimes_.end()) continue;
    // It cannot fail: a definition with a filter that has no form on some day is refused.
    SetKpi(runtime->second->definition()).IgnoreError();
  }
}

void PartitionEngine::TouchAll(TableEntry& entry, const Dependent& dependent) {
  for (const auto& [text, panes] : entry.table->slices()) {
    for (const auto& [day, pane] : panes.days) Touch(dependent, panes.slice, day);
  }
}

// What was said about a state stays known when its KPI changes; states whose window, slice or
// period (of another calendar) is no longer declared are announced as removed.
void PartitionEngine::Inherit(KpiRuntime& old_runtime, KpiRuntime& runtime) {
  for (SliceStates& old_slice : old_runtime.slices()) {
    const std::optional<size_t> grouping = runtime.GroupingOf(old_slice.slice);
    for (size_t w = 0; w < old_slice.windows.size(); ++w) {
      const std::optional<size_t> window = runtime.WindowIndex(old_runtime.kpi().windows[w].id());
      for (auto& [first_day, old_state] : old_slice.windows[w]) {
        // Before the clock was known members may have been put where they do not belong yet.
        if (!ticked_ && old_state.state == nullptr && !old_state.logged) continue;
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
        MarkDirty(runtime, slice, *window, first_day, true);
        TrackedState& state = runtime.slices()[slice].windows[*window][first_day];
        const bool dirty = state.dirty;
        state = old_state;
        state.dirty = dirty;
        state.definition_changed = true;
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
  MarkAllReaders(*it->second);
  runtimes_.erase(it);
  const auto as_was = as_was_.find(resource_name);
  if (as_was == as_was_.end()) return;
  Drop(*as_was->second, false);
  as_was_.erase(as_was);
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
