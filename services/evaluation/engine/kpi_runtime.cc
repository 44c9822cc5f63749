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

bool ReachesBack(const KpiDefinition& kpi) {
  const auto leads_away = [](const auto& operand) { return !operand.path.empty(); };
  return std::any_of(kpi.inputs.begin(), kpi.inputs.end(), leads_away) ||
         std::any_of(kpi.results.begin(), kpi.results.end(), leads_away);
}

// Reads the panes of one slice.
class InputReader final : public InputSource {
 public:
  InputReader(const KpiDefinition& kpi, const RuntimeGrouping& grouping, const SliceStates& slice,
              absl::Span<const MetricFacts* const> facts, int64_t seq)
      : kpi_(kpi), grouping_(grouping), slice_(slice), facts_(facts), seq_(seq) {}

  absl::StatusOr<InputAggregate> Read(size_t input, const Window& window,
                                      const Period& root) const override {
    const PaneTable& table = *grouping_.tables[input];
    InputAggregate aggregate{.watermark = facts_[input]->watermark,
                             .metric_last_event = TimeOfNano(table.last_event_nano()),
                             .slice = slice_.input_slices[input],
                             .period = root};
    const auto end = FollowPath(*kpi_.calendar, window, root, kpi_.inputs[input].path);
    if (!end.has_value()) {
      aggregate.missing = NdReason::kNoComparable;
      return aggregate;
    }
    aggregate.period = PeriodOfDays(*kpi_.calendar, end->days);
    aggregate.period.id = end->period.id;
    ASSIGN_OR_RETURN(const PaneTable::Range range,
                     table.Over(aggregate.slice, DayNumber(end->days.first_day),
                                DayNumber(end->days.end_day), seq_));
    const AggregateResult result = range.state.Finalise();
    aggregate.value = result.value;
    aggregate.rows = result.rows;
    aggregate.last_event = TimeOfNano(range.last_time_nano);
    aggregate.method = result.method;
    aggregate.lower = result.lower;
    aggregate.upper = result.upper;
    return aggregate;
  }

 private:
  const KpiDefinition& kpi_;
  const RuntimeGrouping& grouping_;
  const SliceStates& slice_;
  const absl::Span<const MetricFacts* const> facts_;
  const int64_t seq_;
};

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
      memo_(std::move(memo)),
      reaches_back_(ReachesBack(*kpi_)) {}

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

Period KpiRuntime::ReachOf(const Window& window, const Period& period) const {
  const DayRange days = window.ReachOf(*kpi_->calendar, period);
  if (days == DayRange{period.first_day, period.end_day}) return period;
  return PeriodOfDays(*kpi_->calendar, days);
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
  const InputReader reader(*kpi_, groupings_[slice.grouping], slice, facts_, seq);
  for (size_t i = 0; i < kpi_->inputs.size(); ++i) {
    ASSIGN_OR_RETURN(InputAggregate input, reader.Read(i, kpi_->windows[window], period));
    computation.inputs.push_back(std::move(input));
  }
  const std::optional<int32_t> latest = LatestWithRows(slice, window);
  computation.context = {.kpi = kpi_.get(),
                         .window = &kpi_->windows[window],
                         .slice = slice.slice,
                         .period = period,
                         .reach = ReachOf(kpi_->windows[window], period),
                         .now = now,
                         .latest = !latest.has_value() || DayNumber(period.first_day) >= *latest};
  if (tracked != nullptr) {
    computation.context.restated = tracked->restated;
    computation.context.revision = tracked->revision;
    computation.context.closed_at = tracked->closed_at;
    const bool first = tracked->state == nullptr && !tracked->logged;
    if (first || tracked->backfilled) {
      computation.context.settles_at = (first ? now : tracked->changed_at) + kBackfillSettles;
    }
  }
  ASSIGN_OR_RETURN(computation.evaluation,
                   EvaluateKpi(computation.context, computation.inputs, reader));
  return computation;
}

}  // namespace kpisuite
