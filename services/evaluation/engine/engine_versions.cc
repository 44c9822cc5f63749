// PartitionEngine: the versions of a KPI. Each has a runtime of its own, with its own inputs, panes
// and series, and keeps the states of its periods.
#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
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

}  // namespace

absl::Status PartitionEngine::SetKpi(std::shared_ptr<const KpiDefinition> kpi) {
  return SetVersions({{.kpi = std::move(kpi)}});
}

absl::Status PartitionEngine::SetVersions(const std::vector<KpiVersion>& versions) {
  const std::string name = versions.back().kpi->resource_name();
  // Bound before the old runtimes go, so that tables which both use are kept.
  ASSIGN_OR_RETURN(Versions made, MakeVersions(versions, MembershipView::kAsIs));
  Versions old = std::exchange(runtimes_[name], {});
  // The same definition again: its finality has changed, or that of a KPI which it contains.
  const bool redefined = old.empty() || &old.back()->kpi() != &made.back()->kpi() ||
                         old.back()->membership().as_is != made.back()->membership().as_is;
  for (const auto& runtime : old) Inherit(*runtime, *made.back());
  for (const auto& runtime : old) Drop(*runtime, false);
  ApplySeeds(*made.back());
  MarkAllReaders(*made.back(), redefined);
  runtimes_[name] = std::move(made);
  return SetAsWas(versions);
}

absl::StatusOr<PartitionEngine::Versions> PartitionEngine::MakeVersions(
    const std::vector<KpiVersion>& versions, MembershipView view) {
  const Versions* old = FindVersions(versions.back().kpi->resource_name(), view);
  const std::vector<VersionGroup> groups = GroupVersions(versions);
  const Rosters rosters = old == nullptr ? Rosters() : RostersFor(groups, *old);
  Versions made;
  std::vector<VersionChain::Link> links;
  for (const VersionGroup& group : groups) {
    links.push_back({.first_day = group.first_day});
    if (group.kpi == nullptr) continue;
    const Membership membership{view, MembershipDayOf(*group.kpi, MembershipTime())};
    ASSIGN_OR_RETURN(std::unique_ptr<KpiRuntime> runtime,
                     MakeRuntime(group.kpi, versions, membership, rosters));
    runtime->SetKept(group.kept);
    links.back().runtime = runtime.get();
    made.push_back(std::move(runtime));
  }
  if (links.size() > 1) {
    const auto chain = std::make_shared<const VersionChain>(std::move(links));
    for (const auto& runtime : made) runtime->SetChain(chain);
  }
  const std::string name = versions.back().kpi->resource_name();
  // What can fail comes before anything else refers to the runtimes.
  RETURN_IF_ERROR(CompleteSeeds(name, made));
  ASSIGN_OR_RETURN(const RecordedValues* recorded, RecordedFor(name, made));
  for (const auto& runtime : made) runtime->SetRecorded(recorded);
  for (const auto& runtime : made) runtimes_by_id_[runtime->id()] = runtime.get();
  for (const auto& runtime : made) Connect(*runtime);
  return made;
}

absl::StatusOr<std::unique_ptr<KpiRuntime>> PartitionEngine::MakeRuntime(
    std::shared_ptr<const KpiDefinition> kpi, const std::vector<KpiVersion>& versions,
    const Membership& membership, const Rosters& rosters) {
  KpiRuntime::Finalities finalities = FinalitiesOf(*kpi, versions);
  ASSIGN_OR_RETURN(std::vector<RuntimeGrouping> groupings,
                   Bind(*kpi, finalities, membership, rosters));
  std::vector<const MetricFacts*> facts;
  const int64_t id = next_id_++;
  for (const MetricInput& input : kpi->inputs) {
    facts.push_back(&metrics_[MetricKey(kpi->workspace, input.metric->id)].facts);
  }
  std::shared_ptr<PeriodMemo>& memo = memos_[MemoKey(*kpi->calendar)];
  if (memo == nullptr) memo = std::make_shared<PeriodMemo>();
  auto runtime = std::make_unique<KpiRuntime>(id, std::move(kpi), std::move(groupings),
                                              std::move(facts), memo, membership);
  runtime->SetFinalities(std::move(finalities));
  return runtime;
}

absl::StatusOr<RecordedValues*> PartitionEngine::RecordedFor(const std::string& name,
                                                             const Versions& made) {
  const bool wanted = std::any_of(
      made.begin(), made.end(), [](const auto& runtime) { return runtime->target_reads().frozen; });
  const auto known = recorded_.find(name);
  if (!wanted) {
    if (known != recorded_.end()) recorded_.erase(known);
    return nullptr;
  }
  if (known != recorded_.end()) return &known->second;
  RecordedValues recorded;
  if (recorded_lookup_ != nullptr) {
    ASSIGN_OR_RETURN(recorded, recorded_lookup_(name));
  }
  return &(recorded_[name] = std::move(recorded));
}

// Reads what FINAL states told, where their targets are made of other KPIs.
absl::Status PartitionEngine::CompleteSeeds(const std::string& name, const Versions& made) {
  const auto seeds = seeds_.find(name);
  const bool wanted = std::any_of(made.begin(), made.end(), [](const auto& runtime) {
    return !runtime->target_reads().kpis.empty();
  });
  if (!wanted || seeds == seeds_.end() || !told_.can_read()) return absl::OkStatus();
  absl::flat_hash_map<std::string, LoggedState*> finals;
  for (LoggedState& seed : seeds->second) {
    if (seed.final && seed.state == nullptr) finals[seed.id.Key()] = &seed;
  }
  if (finals.empty()) return absl::OkStatus();
  ASSIGN_OR_RETURN(std::vector<LoggedState> told, told_.FinalOf(name));
  for (LoggedState& logged : told) {
    const auto seed = finals.find(logged.id.Key());
    if (seed != finals.end()) seed->second->state = std::move(logged.state);
  }
  return absl::OkStatus();
}

std::vector<KpiVersion> PartitionEngine::VersionsOf(const Versions& versions) {
  const KpiRuntime& newest = *versions.back();
  std::vector<KpiVersion> defined;
  const auto add = [&defined](const KpiRuntime* runtime, int32_t first_day) {
    VersionGroup group{.first_day = first_day};
    if (runtime != nullptr) {
      group.kpi = runtime->definition();
      group.kept = runtime->kept();
    }
    for (KpiVersion& version : UngroupVersions(group)) defined.push_back(std::move(version));
  };
  if (newest.chain() == nullptr) {
    add(&newest, INT32_MIN);
  } else {
    for (const VersionChain::Link& link : newest.chain()->links()) {
      add(link.runtime, link.first_day);
    }
  }
  size_t place = 1;
  for (const auto& [id, rule] : newest.kpi().component_finality) {
    defined.back().component_finality[id] = newest.finalities()[place++]->earlier();
  }
  return defined;
}

void PartitionEngine::Connect(KpiRuntime& runtime) {
  for (const MetricInput& input : runtime.kpi().inputs) {
    metrics_.at(MetricKey(runtime.kpi().workspace, input.metric->id)).runtimes.insert(runtime.id());
  }
  AddReader(runtime);
  for (size_t g = 0; g < runtime.groupings().size(); ++g) {
    for (const PaneTable* table : runtime.groupings()[g].AllTables()) {
      TableEntry& entry = *tables_.at(table->spec().Key());
      const bool known = std::any_of(
          entry.dependents.begin(), entry.dependents.end(), [&](const Dependent& dependent) {
            return dependent.runtime == &runtime && dependent.grouping == g;
          });
      if (!known) entry.dependents.push_back({&runtime, g});
      if (table->loaded()) TouchAll(entry, {&runtime, g});
    }
  }
}

KpiRuntime* PartitionEngine::Mutable(const KpiRuntime* runtime) const {
  return runtime == nullptr ? nullptr : runtimes_by_id_.at(runtime->id());
}

std::optional<PartitionEngine::Home> PartitionEngine::HomeOf(const KpiRuntime& newest,
                                                             const Slice& slice,
                                                             absl::string_view window,
                                                             const std::string& period,
                                                             int32_t first_day) const {
  const std::optional<size_t> declared = newest.WindowIndex(window);
  if (!declared.has_value() || window.empty()) return std::nullopt;
  if (!HasPeriod(newest.kpi(), *declared, period, first_day)) return std::nullopt;
  const Window& shape = newest.kpi().windows[*declared];
  KpiRuntime* owner =
      Mutable(newest.VersionOf(shape, shape.At(*newest.kpi().calendar, DayOfNumber(first_day))));
  if (owner == nullptr) return std::nullopt;
  const std::optional<size_t> grouping = owner->GroupingOf(slice);
  if (!grouping.has_value()) return std::nullopt;
  return Home{owner, *grouping, *owner->WindowIndex(window)};
}

// A later version got its first rows, or lost its last: which earlier periods can be stale changes.
void PartitionEngine::MarkLatestOfEarlier(const KpiRuntime& runtime, const SliceStates& slice,
                                          size_t window) {
  if (runtime.chain() == nullptr) return;
  const std::string text = slice.slice.ToString();
  for (const VersionChain::Link& link : runtime.chain()->links()) {
    if (link.runtime == &runtime) return;
    if (link.runtime == nullptr || !CanGoStale(link.runtime->kpi())) continue;
    const std::optional<size_t> index = link.runtime->FindSlice(text);
    const std::optional<size_t> other =
        link.runtime->WindowIndex(runtime.kpi().windows[window].id());
    if (!index.has_value() || !other.has_value()) continue;
    const auto latest = link.runtime->LatestWithRows(link.runtime->slices()[*index], *other);
    auto& periods = link.runtime->slices()[*index].windows[*other];
    for (auto it = periods.lower_bound(latest.value_or(INT32_MIN)); it != periods.end(); ++it) {
      MarkDirty(*link.runtime, *index, *other, it->first, false);
    }
  }
}

// A series goes on into this period, of whatever version it is.
void PartitionEngine::MarkNext(KpiRuntime& runtime, const SliceStates& slice, size_t window,
                               const Period& period) {
  const Window& shape = runtime.kpi().windows[window];
  const auto home = HomeOf(runtime.chain() == nullptr ? runtime : runtime.chain()->newest(),
                           slice.slice, shape.id(), period.id, DayNumber(period.first_day));
  if (!home.has_value()) return;
  const size_t index = SliceIndex(*home->runtime, home->grouping, slice.slice);
  MarkDirty(*home->runtime, index, home->window, DayNumber(period.first_day), false);
}

absl::StatusOr<std::pair<const KpiRuntime*, size_t>> PartitionEngine::VersionFor(
    const KpiRuntime& runtime, size_t window, const Period& period) const {
  if (overflowing_.contains(runtime.kpi().resource_name())) {
    return MakeError(absl::StatusCode::kFailedPrecondition, "NOT_READY",
                     "which slices the KPI keeps is being found out");
  }
  const Window& shape = runtime.kpi().windows[window];
  const KpiRuntime* version = runtime.VersionOf(shape, period);
  const std::optional<size_t> index =
      version == nullptr ? std::nullopt : version->WindowIndex(shape.id());
  if (index.has_value()) return std::make_pair(version, *index);
  return MakeError(absl::StatusCode::kNotFound, "NOT_FOUND",
                   absl::StrCat("period: ", period.id, " of ", runtime.kpi().resource_name(),
                                " is kept as it was under a definition whose data is gone, or "
                                "whose calendar or time zone was another; its history tells what "
                                "was said"),
                   {{"period", period.id}});
}

}  // namespace kpisuite
