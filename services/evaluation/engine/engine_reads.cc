// PartitionEngine: what has been evaluated is read.
#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "libs/base/status_macros.h"
#include "services/evaluation/engine/make_comparison.h"
#include "services/evaluation/engine/partition_engine.h"

namespace kpisuite {
namespace {

// Which slices there are is known only when the inputs are in memory: until then their error.
absl::Status UnknownSlice(const KpiRuntime& runtime, absl::string_view slice, size_t window,
                          const Period& period, absl::Time now, int64_t seq) {
  RETURN_IF_ERROR(
      runtime.Compute(runtime.MakeSlice(0, Slice()), window, period, nullptr, now, seq).status());
  return MakeError(absl::StatusCode::kNotFound, "NOT_FOUND",
                   absl::StrCat("slice: ", runtime.kpi().resource_name(), " has no samples in \"",
                                slice, "\" or does not declare that grouping"),
                   {{"slice", std::string(slice)}});
}

// The state that is kept for a period; null for one that is not, or that only stands for a part of
// its window's step.
const TrackedState* KeptState(const KpiRuntime& runtime, const SliceStates& states, size_t window,
                              const Period& period) {
  const auto& periods = states.windows[window];
  const auto it = periods.find(DayNumber(period.first_day));
  if (it == periods.end()) return nullptr;
  const KpiDefinition& kpi = runtime.kpi();
  return kpi.windows[window].At(*kpi.calendar, period.first_day) == period ? &it->second : nullptr;
}

}  // namespace

const KpiRuntime* PartitionEngine::Find(absl::string_view resource_name) const {
  const auto it = runtimes_.find(resource_name);
  return it == runtimes_.end() ? nullptr : it->second.get();
}

const KpiRuntime* PartitionEngine::Find(absl::string_view resource_name,
                                        MembershipView view) const {
  if (view == MembershipView::kAsIs) return Find(resource_name);
  const auto it = as_was_.find(resource_name);
  return it == as_was_.end() ? nullptr : it->second.get();
}

std::vector<const KpiRuntime*> PartitionEngine::Runtimes() const {
  std::vector<const KpiRuntime*> runtimes;
  for (const auto& [name, runtime] : runtimes_) runtimes.push_back(runtime.get());
  return runtimes;
}

absl::StatusOr<std::shared_ptr<const std::string>> PartitionEngine::Read(const KpiRuntime& runtime,
                                                                         absl::string_view slice,
                                                                         size_t window,
                                                                         const Period& period,
                                                                         absl::Time now) {
  const std::optional<size_t> index = runtime.FindSlice(slice);
  if (!index.has_value() && !slice.empty()) {
    return UnknownSlice(runtime, slice, window, period, std::max(now_, now), seq_);
  }
  const SliceStates& states =
      index.has_value() ? runtime.slices()[*index] : runtime.MakeSlice(0, Slice());
  const TrackedState* tracked = KeptState(runtime, states, window, period);
  if (tracked != nullptr && tracked->state != nullptr) return tracked->state;
  now_ = std::max(now_, now);
  ASSIGN_OR_RETURN(const KpiRuntime::Computation computed,
                   runtime.Compute(states, window, period, nullptr, now_, seq_));
  std::string bytes = MakeState(computed.context, computed.evaluation).SerializeAsString();
  AppendPlace(Place(), &bytes);
  return std::make_shared<const std::string>(std::move(bytes));
}

absl::StatusOr<v1::Explanation> PartitionEngine::Explain(const KpiRuntime& runtime,
                                                         absl::string_view slice, size_t window,
                                                         const Period& period, absl::Time now,
                                                         absl::Span<const Comparator> comparators) {
  const std::optional<size_t> index = runtime.FindSlice(slice);
  if (!index.has_value() && !slice.empty()) {
    return UnknownSlice(runtime, slice, window, period, std::max(now_, now), seq_);
  }
  const SliceStates& states =
      index.has_value() ? runtime.slices()[*index] : runtime.MakeSlice(0, Slice());
  const TrackedState* tracked = KeptState(runtime, states, window, period);
  now_ = std::max(now_, now);
  ASSIGN_OR_RETURN(const KpiRuntime::Computation computed,
                   runtime.Compute(states, window, period, tracked, now_, seq_));
  v1::Explanation explanation =
      MakeExplanation(computed.context, computed.evaluation, computed.inputs);
  const PeriodValues values = runtime.ValuesAt(window, now_, seq_);
  for (const Comparator& comparator : comparators) {
    ASSIGN_OR_RETURN(*explanation.add_comparisons(),
                     MakeComparison(computed.context, computed.evaluation, values, comparator));
  }
  if (tracked != nullptr && !tracked->dirty && tracked->state != nullptr) {
    explanation.mutable_state()->ParseFromString(*tracked->state);
    return explanation;
  }
  std::string bytes = MakeState(computed.context, computed.evaluation).SerializeAsString();
  AppendPlace(Place(), &bytes);
  explanation.mutable_state()->ParseFromString(bytes);
  return explanation;
}

void PartitionEngine::AddStates(const KpiRuntime& runtime, std::vector<ChangedState>* out) const {
  for (const SliceStates& slice : runtime.slices()) {
    for (size_t w = 0; w < slice.windows.size(); ++w) {
      const Window& window = runtime.kpi().windows[w];
      for (const auto& [first_day, state] : slice.windows[w]) {
        if (state.state == nullptr) continue;
        const Period period = window.At(*runtime.kpi().calendar, DayOfNumber(first_day));
        out->push_back(
            {.id = {runtime.kpi().resource_name(), window.id(), slice.slice.ToString(), period.id},
             .first_day = first_day,
             .has_rows = state.rows > 0,
             .status = state.status,
             .version = state.version,
             .state = state.state});
      }
    }
  }
}

std::vector<ChangedState> PartitionEngine::Snapshot(MembershipView view) const {
  std::vector<ChangedState> states;
  const auto& runtimes = view == MembershipView::kAsIs ? runtimes_ : as_was_;
  for (const auto& [name, runtime] : runtimes) AddStates(*runtime, &states);
  return states;
}

}  // namespace kpisuite
