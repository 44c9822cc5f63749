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
  const auto parsed = Slice::Parse(slice);
  const std::optional<Slice> other = parsed.ok() ? runtime.OtherFor(*parsed) : std::nullopt;
  if (other.has_value()) {
    return MakeError(absl::StatusCode::kNotFound, "NOT_FOUND",
                     absl::StrCat("slice: ", runtime.kpi().resource_name(), " keeps the first ",
                                  runtime.max_slices(), " slices of that grouping; what \"", slice,
                                  "\" has counts in \"", other->ToString(), "\""),
                     {{"slice", std::string(slice)}});
  }
  return MakeError(absl::StatusCode::kNotFound, "NOT_FOUND",
                   absl::StrCat("slice: ", runtime.kpi().resource_name(), " has no samples in \"",
                                slice, "\" or does not declare that grouping"),
                   {{"slice", std::string(slice)}});
}

// The states of a slice that is kept, or of one that is not.
class SliceToRead {
 public:
  static absl::StatusOr<SliceToRead> Create(const KpiRuntime& runtime, absl::string_view slice,
                                            size_t window, const Period& period, absl::Time now,
                                            int64_t seq) {
    SliceToRead read;
    const std::optional<size_t> index = runtime.FindSlice(slice);
    if (index.has_value()) {
      read.kept_ = &runtime.slices()[*index];
      return read;
    }
    // A slice that another version of the KPI knows has no rows in this one.
    const auto parsed = Slice::Parse(slice);
    std::optional<size_t> grouping;
    if (slice.empty()) grouping = 0;
    if (parsed.ok() && runtime.chain() != nullptr && IsKnown(*runtime.chain(), slice)) {
      grouping = runtime.GroupingOf(*parsed);
    }
    if (!grouping.has_value()) return UnknownSlice(runtime, slice, window, period, now, seq);
    read.made_ = runtime.MakeSlice(*grouping, *parsed);
    return read;
  }
  const SliceStates& operator*() const { return kept_ != nullptr ? *kept_ : *made_; }

 private:
  static bool IsKnown(const VersionChain& chain, absl::string_view slice) {
    return std::any_of(chain.links().begin(), chain.links().end(), [&](const auto& link) {
      return link.runtime != nullptr && link.runtime->FindSlice(slice).has_value();
    });
  }

  const SliceStates* kept_ = nullptr;
  std::optional<SliceStates> made_;
};

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
  return it == runtimes_.end() || it->second.empty() ? nullptr : it->second.back().get();
}

const KpiRuntime* PartitionEngine::Find(absl::string_view resource_name,
                                        MembershipView view) const {
  if (view == MembershipView::kAsIs) return Find(resource_name);
  const auto it = as_was_.find(resource_name);
  return it == as_was_.end() ? nullptr : it->second.back().get();
}

std::vector<const KpiRuntime*> PartitionEngine::Runtimes() const {
  std::vector<const KpiRuntime*> runtimes;
  for (const auto& [name, versions] : runtimes_) runtimes.push_back(versions.back().get());
  return runtimes;
}

absl::StatusOr<std::shared_ptr<const std::string>> PartitionEngine::Read(const KpiRuntime& runtime,
                                                                         absl::string_view slice,
                                                                         size_t window,
                                                                         const Period& period,
                                                                         absl::Time now) {
  ASSIGN_OR_RETURN(const auto version, VersionFor(runtime, window, period));
  const auto& [owner, owned_window] = version;
  now = std::max(now_, now);
  ASSIGN_OR_RETURN(const SliceToRead states,
                   SliceToRead::Create(*owner, slice, owned_window, period, now, seq_));
  const TrackedState* tracked = KeptState(*owner, *states, owned_window, period);
  if (tracked != nullptr && tracked->state != nullptr) return tracked->state;
  now_ = now;
  ASSIGN_OR_RETURN(const KpiRuntime::Computation computed,
                   owner->Compute(*states, owned_window, period, nullptr, now_, seq_));
  std::string bytes = MakeState(computed.context, computed.evaluation).SerializeAsString();
  AppendPlace(Place(), &bytes);
  return std::make_shared<const std::string>(std::move(bytes));
}

absl::StatusOr<v1::Explanation> PartitionEngine::Explain(const KpiRuntime& runtime,
                                                         absl::string_view slice, size_t window,
                                                         const Period& period, absl::Time now,
                                                         absl::Span<const Comparator> comparators) {
  ASSIGN_OR_RETURN(const auto version, VersionFor(runtime, window, period));
  const auto& [owner, owned_window] = version;
  now_ = std::max(now_, now);
  ASSIGN_OR_RETURN(const SliceToRead states,
                   SliceToRead::Create(*owner, slice, owned_window, period, now_, seq_));
  const TrackedState* tracked = KeptState(*owner, *states, owned_window, period);
  ASSIGN_OR_RETURN(const KpiRuntime::Computation computed,
                   owner->Compute(*states, owned_window, period, tracked, now_, seq_));
  v1::Explanation explanation =
      MakeExplanation(computed.context, computed.evaluation, computed.inputs);
  const PeriodValues values = owner->ValuesAt(owned_window, now_, seq_);
  for (const Comparator& comparator : comparators) {
    ASSIGN_OR_RETURN(*explanation.add_comparisons(),
                     MakeComparison(computed.context, computed.evaluation, values, comparator));
  }
  if (tracked != nullptr && !tracked->dirty && tracked->state != nullptr) {
    if (computed.misses_samples && tracked->revision >= 1) {
      explanation.add_data_notes(
          "samples behind it are past their retention: the state stays as it was told, the inputs "
          "are what is left");
    }
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
        out->push_back(UpdateOf(
            {runtime.kpi().resource_name(), window.id(), slice.slice.ToString(), period.id},
            first_day, state));
      }
    }
  }
}

std::vector<ChangedState> PartitionEngine::Snapshot(MembershipView view) const {
  std::vector<ChangedState> states;
  const auto& runtimes = view == MembershipView::kAsIs ? runtimes_ : as_was_;
  for (const auto& [name, versions] : runtimes) {
    for (const auto& version : versions) AddStates(*version, &states);
  }
  return states;
}

}  // namespace kpisuite
