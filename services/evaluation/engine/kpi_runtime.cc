#include "services/evaluation/engine/kpi_runtime.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/status_macros.h"
#include "services/evaluation/engine/restatement.h"

namespace kpisuite {
namespace {

bool ReachesBack(const KpiDefinition& kpi) {
  return std::any_of(kpi.inputs.begin(), kpi.inputs.end(),
                     [](const MetricInput& input) {
                       const AggregationReach reach =
                           kpisuite::ReachOf(input.aggregation.kind, input.frame);
                       return !input.path.empty() || reach.all_before || reach.periods_before > 0 ||
                              reach.cohort;
                     }) ||
         std::any_of(kpi.results.begin(), kpi.results.end(),
                     [](const ResultInput& result) { return !result.path.empty(); });
}

// Days after a period from which samples can still enter it.
int32_t DaysAfter(const KpiDefinition& kpi) {
  int64_t nano = 0;
  for (const MetricInput& input : kpi.inputs) {
    nano = std::max(nano, kpisuite::ReachOf(input.aggregation.kind, input.frame).after_nano);
  }
  return nano == 0 ? 0 : DaysReachedAfter(nano);
}

// What is behind a withheld value is withheld too.
void Withhold(std::vector<InputAggregate>& inputs) {
  for (InputAggregate& input : inputs) {
    input = {.value = NdReason::kSuppressed,
             .watermark = input.watermark,
             .metric_last_event = input.metric_last_event,
             .slice = std::move(input.slice),
             .period = input.period,
             .missing = input.missing};
  }
}

}  // namespace

std::string StateId::Key() const {
  return absl::StrCat(kpi, "\n", window, "\n", slice, "\n", period);
}

std::vector<PaneTable*> RuntimeGrouping::AllTables() const {
  std::vector<PaneTable*> all = tables;
  all.insert(all.end(), entity_tables.begin(), entity_tables.end());
  return all;
}

bool CanGoStale(const KpiDefinition& kpi) {
  return std::any_of(kpi.inputs.begin(), kpi.inputs.end(), [](const MetricInput& input) {
    return input.metric->timeliness.max_age < absl::InfiniteDuration();
  });
}

int32_t PeriodMemo::FirstDay(const Calendar& calendar, Grain grain, int32_t day) {
  const auto [it, fresh] = first_days_.try_emplace({static_cast<int>(grain), day});
  if (fresh) it->second = DayNumber(PeriodOf(calendar, grain, DayOfNumber(day)).first_day);
  return it->second;
}

KpiRuntime::KpiRuntime(int64_t id, std::shared_ptr<const KpiDefinition> kpi,
                       std::vector<RuntimeGrouping> groupings,
                       std::vector<const MetricFacts*> facts, std::shared_ptr<PeriodMemo> memo,
                       Membership membership)
    : id_(id),
      kpi_(std::move(kpi)),
      groupings_(std::move(groupings)),
      facts_(std::move(facts)),
      memo_(std::move(memo)),
      membership_(membership),
      hierarchies_(HierarchiesOf(*kpi_)),
      target_reads_(kpi_->targets.Reads()),
      reaches_back_(ReachesBack(*kpi_) || target_reads_.earlier),
      builds_on_history_(BuildsOnHistory(*kpi_)),
      days_after_(DaysAfter(*kpi_)),
      slice_counts_(groupings_.size()),
      groupings_above_(GroupingsAbove()) {
  for (const size_t input : kpi_->suppression.denominators) {
    entity_facts_.push_back(facts_[input]);
  }
}

SliceStates KpiRuntime::MakeSlice(size_t grouping, const Slice& slice) const {
  SliceStates states{.slice = slice, .grouping = grouping};
  for (const PaneTable* table : groupings_[grouping].tables) {
    states.input_slices.push_back(slice.Project(table->spec().group_by).ToString());
  }
  for (const PaneTable* table : groupings_[grouping].entity_tables) {
    states.entity_slices.push_back(slice.Project(table->spec().group_by).ToString());
  }
  states.windows.resize(kpi_->windows.size());
  if (builds_on_history_) states.histories.resize(kpi_->windows.size());
  if (kpi_->pace.has_value()) states.pasts.resize(kpi_->windows.size());
  return states;
}

size_t KpiRuntime::SliceIndex(size_t grouping, const Slice& slice) {
  const auto [it, fresh] = slice_index_.try_emplace(slice.ToString(), slices_.size());
  if (!fresh) return it->second;
  slices_.push_back(MakeSlice(grouping, slice));
  if (!IsOtherSlice(slice)) {
    ++slice_counts_[grouping];
    AddToParents(it->second);
  }
  return it->second;
}

std::optional<Number> KpiRuntime::ToldValue(const Slice& slice, const Window& window,
                                            const Period& period) const {
  if (kpi_->restate_history) return std::nullopt;
  const std::optional<size_t> index = FindSlice(slice.ToString());
  const std::optional<size_t> shape = WindowIndex(window.id());
  if (!index.has_value() || !shape.has_value()) return std::nullopt;
  const auto& periods = slices_[*index].windows[*shape];
  const auto found = periods.find(DayNumber(period.first_day));
  if (found == periods.end() || found->second.revision == 0) return std::nullopt;
  if (kpi_->windows[*shape].At(*kpi_->calendar, period.first_day).id != period.id) {
    return std::nullopt;
  }
  return NumberOfLogText(found->second.logged_value);
}

std::optional<size_t> KpiRuntime::FindSlice(absl::string_view slice) const {
  const auto it = slice_index_.find(slice);
  if (it == slice_index_.end()) return std::nullopt;
  return it->second;
}

std::optional<size_t> KpiRuntime::GroupingWith(const Slice& slice) const {
  for (size_t g = 0; g < groupings_.size(); ++g) {
    const std::vector<std::string>& dimensions = groupings_[g].dimensions;
    const bool same = dimensions.size() == slice.members().size() &&
                      std::all_of(dimensions.begin(), dimensions.end(),
                                  [&](const auto& name) { return slice.Find(name) != nullptr; });
    if (same) return g;
  }
  return std::nullopt;
}

std::optional<size_t> KpiRuntime::GroupingOf(const Slice& slice) const {
  const std::optional<size_t> grouping = GroupingWith(slice);
  return OtherFor(slice).has_value() ? std::nullopt : grouping;
}

std::optional<Slice> KpiRuntime::OtherFor(const Slice& slice) const {
  const std::optional<size_t> grouping = GroupingWith(slice);
  if (!grouping.has_value() || groupings_[*grouping].roster == nullptr) return std::nullopt;
  const SliceRoster& roster = *groupings_[*grouping].roster;
  if (roster.Contains(slice) || slice == roster.other()) return std::nullopt;
  return roster.other();
}

int32_t KpiRuntime::OtherMembersIn(const SliceStates& slice, const Period& reach) const {
  if (!IsOtherSlice(slice.slice)) return 0;
  absl::flat_hash_set<absl::string_view> members;
  for (const PaneTable* table : groupings_[slice.grouping].tables) {
    table->AddOtherMembers(DayNumber(reach.first_day), DayNumber(reach.end_day), members);
  }
  return static_cast<int32_t>(members.size());
}

std::optional<size_t> KpiRuntime::WindowIndex(absl::string_view id) const {
  if (id.empty()) return 0;
  for (size_t w = 0; w < kpi_->windows.size(); ++w) {
    if (kpi_->windows[w].id() == id) return w;
  }
  return std::nullopt;
}

int32_t KpiRuntime::FirstDay(size_t window, int32_t day) {
  return memo_->FirstDay(*kpi_->calendar, kpi_->windows[window].grain(), day);
}

Period KpiRuntime::ReachOf(const Window& window, const Period& period) const {
  const DayRange days = window.ReachOf(*kpi_->calendar, period);
  if (days == DayRange{period.first_day, period.end_day}) return period;
  return PeriodOfDays(*kpi_->calendar, days);
}

std::vector<int32_t> KpiRuntime::GapsAround(const SliceStates& slice, size_t window,
                                            int32_t first_day) const {
  std::vector<int32_t> days;
  const auto fill = [&](int32_t from, int32_t to) {
    const size_t begin = days.size();
    Period next =
        NextPeriod(*kpi_->calendar, kpi_->windows[window].At(*kpi_->calendar, DayOfNumber(from)));
    for (; next.first_day < next.end_day && DayNumber(next.first_day) < to;
         next = NextPeriod(*kpi_->calendar, next)) {
      if (days.size() - begin == kMaxSeriesGap) return days.resize(begin);
      days.push_back(DayNumber(next.first_day));
    }
  };
  const auto& periods = slice.windows[window];
  const auto it = periods.find(first_day);
  if (it != periods.begin()) fill(std::prev(it)->first, first_day);
  if (std::next(it) != periods.end()) fill(first_day, std::next(it)->first);
  return days;
}

std::optional<int32_t> KpiRuntime::LatestWithRows(const SliceStates& slice, size_t window) const {
  const auto& periods = slice.windows[window];
  for (auto it = periods.rbegin(); it != periods.rend(); ++it) {
    if (it->second.rows > 0) return it->first;
  }
  return std::nullopt;
}

absl::StatusOr<KpiRuntime::Computation> KpiRuntime::Compute(const SliceStates& slice, size_t window,
                                                            const Period& period,
                                                            const TrackedState* tracked,
                                                            absl::Time now, int64_t seq) const {
  if (!builds_on_history_) {
    return ComputeAfter(nullptr, slice, window, period, tracked, now, seq);
  }
  // A finer period within a step builds on the steps before that.
  const Period step = kpi_->windows[window].At(*kpi_->calendar, period.last_day());
  const SeriesCarry& kept = slice.histories[window].Before(
      DefinitionFor(kpi_->windows[window], step), slice.windows[window], DayNumber(step.first_day));
  ASSIGN_OR_RETURN(const std::optional<SeriesCarry> beyond,
                   CarryBeyondKept(kept, slice, window, step, now, seq));
  return ComputeAfter(beyond.has_value() ? &*beyond : &kept, slice, window, period, tracked, now,
                      seq);
}

absl::StatusOr<std::optional<SeriesCarry>> KpiRuntime::CarryBeyondKept(
    const SeriesCarry& kept, const SliceStates& slice, size_t window, const Period& step,
    absl::Time now, int64_t seq) const {
  const auto& periods = slice.windows[window];
  if (periods.empty() || periods.rbegin()->first >= DayNumber(step.first_day)) return std::nullopt;
  const Calendar& calendar = *kpi_->calendar;
  std::optional<SeriesCarry> carry;
  int count = 0;
  Period next = NextPeriod(
      calendar, kpi_->windows[window].At(calendar, DayOfNumber(periods.rbegin()->first)));
  for (; next.first_day < step.first_day && next.end <= now; next = NextPeriod(calendar, next)) {
    if (!carry.has_value()) carry = kept;
    if (++count > kMaxSeriesGap) {
      carry = kept;
      carry->AppendGap();
      break;
    }
    ASSIGN_OR_RETURN(const Computation computed,
                     ComputeAfter(&*carry, slice, window, next, nullptr, now, seq));
    if (IsClosed(computed.evaluation.phase)) {
      carry->Append(DayNumber(next.first_day), computed.evaluation.point);
    } else {
      carry->AppendNotClosed();
    }
  }
  return carry;
}

absl::StatusOr<KpiRuntime::Computation> KpiRuntime::ComputeAfter(
    const SeriesCarry* before, const SliceStates& slice, size_t window, const Period& period,
    const TrackedState* tracked, absl::Time now, int64_t seq) const {
  Computation computation;
  const InputReader reader = ReaderOf(slice, now, seq);
  for (size_t i = 0; i < kpi_->inputs.size(); ++i) {
    ASSIGN_OR_RETURN(InputAggregate input, reader.Read(i, kpi_->windows[window], period));
    computation.inputs.push_back(std::move(input));
  }
  const KpiDefinition& kpi = DefinitionFor(kpi_->windows[window], period);
  const std::optional<int32_t> latest = LatestWithRows(slice, window);
  const bool is_latest = (!latest.has_value() || DayNumber(period.first_day) >= *latest) &&
                         !LaterVersionHasRows(slice, window);
  computation.context = {.kpi = &kpi,
                         .window = &kpi_->windows[window],
                         .slice = slice.slice,
                         .period = period,
                         .reach = ReachOf(kpi_->windows[window], period),
                         .now = now,
                         .latest = is_latest,
                         .starts_version = StartsVersion(kpi_->windows[window], period),
                         .superseded = !is_newest(),
                         .kept_definition = &kpi != kpi_.get()};
  computation.context.final_time = FinalTimeOf(computation.context.reach);
  if (!hierarchies_.empty()) {
    if (HasLevel(slice.slice)) computation.context.view = view();
    const bool banded = !kpi.status_rule.slice_bands.empty();
    if (banded) computation.context.ancestors = AncestorsOf(slice.slice, period.last_day());
  }
  if (tracked != nullptr) {
    computation.context.restated = tracked->restated;
    computation.context.revision = tracked->revision;
    computation.context.closed_at = tracked->closed_at;
    computation.context.restatement = tracked->restatement;
    const bool released =
        tracked->release != nullptr && tracked->release->Touches(computation.context.reach);
    if (!released && !target_reads_.kpis.empty()) {
      computation.context.final_targets = tracked->final_targets;
    }
    const bool first = tracked->state == nullptr && !tracked->logged;
    if (first || tracked->backfilled) {
      computation.context.settles_at = (first ? now : tracked->changed_at) + kBackfillSettles;
    }
  }
  if (suppresses()) {
    ASSIGN_OR_RETURN(computation.context.withheld,
                     withheld_.Contains(*this, slice, kpi_->windows[window], period, now, seq));
  }
  if (!computation.context.withheld) {
    computation.context.other_members = OtherMembersIn(slice, computation.context.reach);
    RETURN_IF_ERROR(FillMembers(slice, window, computation.context));
  }
  if (&kpi == kpi_.get()) {
    ASSIGN_OR_RETURN(computation.context.pace, ReadPace(*this, slice, window, period, now, seq));
  }
  const PeriodValues values = ValuesAt(window, now, seq);
  ASSIGN_OR_RETURN(computation.evaluation,
                   EvaluateKpi(computation.context, computation.inputs, reader, values, before));
  RETURN_IF_ERROR(values.status());
  computation.misses_samples = reader.misses_samples() || values.misses_samples();
  if (computation.context.withheld) Withhold(computation.inputs);
  computation.evaluation.next_change =
      std::min({computation.evaluation.next_change, values.next_change(),
                computation.context.members_until});
  if (computation.context.pace != nullptr) {
    computation.evaluation.next_change =
        std::min(computation.evaluation.next_change, computation.context.pace->next_change);
  }
  return computation;
}

}  // namespace kpisuite
