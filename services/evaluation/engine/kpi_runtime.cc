#include "services/evaluation/engine/kpi_runtime.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/status_macros.h"

namespace kpisuite {
namespace {

absl::Time TimeOfNano(int64_t nano) {
  return nano == INT64_MIN ? absl::InfinitePast() : absl::FromUnixNanos(nano);
}

}  // namespace

std::string StateId::Key() const {
  return absl::StrCat(kpi, "\n", window, "\n", slice, "\n", period);
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
                       std::vector<const MetricFacts*> facts, std::shared_ptr<PeriodMemo> memo)
    : id_(id),
      kpi_(std::move(kpi)),
      groupings_(std::move(groupings)),
      facts_(std::move(facts)),
      memo_(std::move(memo)) {}

SliceStates KpiRuntime::MakeSlice(size_t grouping, const Slice& slice) const {
  SliceStates states{.slice = slice, .grouping = grouping};
  for (const PaneTable* table : groupings_[grouping].tables) {
    states.input_slices.push_back(slice.Project(table->spec().group_by).ToString());
  }
  states.windows.resize(kpi_->windows.size());
  return states;
}

size_t KpiRuntime::SliceIndex(size_t grouping, const Slice& slice) {
  const auto [it, fresh] = slice_index_.try_emplace(slice.ToString(), slices_.size());
  if (fresh) slices_.push_back(MakeSlice(grouping, slice));
  return it->second;
}

std::optional<size_t> KpiRuntime::FindSlice(absl::string_view slice) const {
  const auto it = slice_index_.find(slice);
  if (it == slice_index_.end()) return std::nullopt;
  return it->second;
}

std::optional<size_t> KpiRuntime::GroupingOf(const Slice& slice) const {
  for (size_t g = 0; g < groupings_.size(); ++g) {
    const std::vector<std::string>& dimensions = groupings_[g].dimensions;
    const bool same = dimensions.size() == slice.members().size() &&
                      std::all_of(dimensions.begin(), dimensions.end(),
                                  [&](const auto& name) { return slice.Find(name) != nullptr; });
    if (same) return g;
  }
  return std::nullopt;
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
  Computation computation;
  const int32_t first = DayNumber(period.first_day);
  const int32_t end = DayNumber(period.end_day);
  const RuntimeGrouping& grouping = groupings_[slice.grouping];
  for (size_t i = 0; i < grouping.tables.size(); ++i) {
    const PaneTable& table = *grouping.tables[i];
    ASSIGN_OR_RETURN(const PaneTable::Range range,
                     table.Over(slice.input_slices[i], first, end, seq));
    const AggregateResult result = range.state.Finalise();
    computation.inputs.push_back({.value = result.value,
                                  .rows = result.rows,
                                  .last_event = TimeOfNano(range.last_time_nano),
                                  .watermark = facts_[i]->watermark,
                                  .metric_last_event = TimeOfNano(table.last_event_nano()),
                                  .slice = slice.input_slices[i],
                                  .method = result.method,
                                  .lower = result.lower,
                                  .upper = result.upper});
  }
  const std::optional<int32_t> latest = LatestWithRows(slice, window);
  computation.context = {.kpi = kpi_.get(),
                         .window = &kpi_->windows[window],
                         .slice = slice.slice,
                         .period = period,
                         .now = now,
                         .latest = !latest.has_value() || first >= *latest};
  if (tracked != nullptr) {
    computation.context.restated = tracked->restated;
    computation.context.revision = tracked->revision;
    computation.context.closed_at = tracked->closed_at;
    const bool first = tracked->state == nullptr && !tracked->logged;
    if (first || tracked->backfilled) {
      computation.context.settles_at = (first ? now : tracked->changed_at) + kBackfillSettles;
    }
  }
  computation.evaluation = EvaluateKpi(computation.context, computation.inputs);
  return computation;
}

}  // namespace kpisuite
