#include "services/evaluation/engine/period_values.h"

#include <algorithm>
#include <string>
#include <utility>

#include "libs/base/status_macros.h"
#include "services/evaluation/engine/evaluate_kpi.h"
#include "services/evaluation/engine/kpi_runtime.h"

namespace kpisuite {
namespace {

bool ReadsOtherPeriods(const KpiDefinition& kpi) {
  return std::any_of(kpi.inputs.begin(), kpi.inputs.end(),
                     [](const MetricInput& input) { return !input.path.empty(); }) ||
         std::any_of(kpi.results.begin(), kpi.results.end(),
                     [](const ResultInput& result) { return !result.path.empty(); });
}

// Whether a value over days with gaps would be of other days than its formula counts.
bool CountsDays(const KpiDefinition& kpi) {
  return !kpi.results.empty() ||
         std::any_of(kpi.steps.begin(), kpi.steps.end(), [](const KpiStep& step) {
           return step.formula.uses_days() || step.formula.uses_working_days();
         });
}

// Ranges that touch become one.
std::vector<DayRange> Joined(absl::Span<const DayRange> days) {
  std::vector<DayRange> joined;
  for (const DayRange& range : days) {
    if (!joined.empty() && joined.back().end_day == range.first_day) {
      joined.back().end_day = range.end_day;
    } else {
      joined.push_back(range);
    }
  }
  return joined;
}

// Whether finished values are aggregated of periods of which the days are only a part.
bool CutsResults(const KpiDefinition& kpi, const std::vector<DayRange>& days) {
  return std::any_of(kpi.results.begin(), kpi.results.end(), [&](const ResultInput& result) {
    const DayRange whole{PeriodOf(*kpi.calendar, result.grain, days.front().first_day).first_day,
                         PeriodOf(*kpi.calendar, result.grain, days.back().end_day - 1).end_day};
    return days.size() > 1 || whole != days.front();
  });
}

// What a period of another version is worth to this one; it will not change.
PeriodValue AcrossBreak() {
  return {.value = NdReason::kNoComparable, .phase = PeriodPhase::kClosed};
}

// Whether both cut time into the same periods by the same names.
bool SameCalendar(const KpiDefinition& a, const KpiDefinition& b) {
  return a.calendar_id == b.calendar_id &&
         a.calendar->spec().time_zone == b.calendar->spec().time_zone;
}

}  // namespace

Window PeriodValues::WindowFor(const Period& period) const {
  if (period.grain == window_.grain()) return window_;
  const absl::StatusOr<Window> whole = Window::Create({.grain = period.grain});
  return whole.ok() ? *whole : window_;
}

Number PeriodValues::Keep(const absl::Status& error) const {
  status_.Update(error);
  return NdReason::kPending;
}

absl::StatusOr<PeriodValue> PeriodValues::ValueOf(const KpiRuntime& runtime, const Slice& slice,
                                                  const Window& window,
                                                  const Period& period) const {
  const std::optional<size_t> grouping = runtime.GroupingOf(slice);
  if (!grouping.has_value()) return PeriodValue{.value = NdReason::kPending};
  const SliceStates states = runtime.MakeSlice(*grouping, slice);
  const InputReader reader = runtime.ReaderOf(states, now_, seq_);
  std::vector<InputAggregate> inputs;
  for (size_t i = 0; i < runtime.kpi().inputs.size(); ++i) {
    ASSIGN_OR_RETURN(InputAggregate input, reader.Read(i, window, period));
    inputs.push_back(std::move(input));
  }
  const bool missed_before = misses_samples_;
  ASSIGN_OR_RETURN(PeriodValue answer, Finish(runtime, window, period, inputs, reader));
  if (reader.misses_samples()) {
    const std::optional<Number> told = runtime.ToldValue(slice, window, period);
    if (told.has_value()) {
      answer.value = *told;
      misses_samples_ = missed_before;
      return answer;
    }
  }
  if (!runtime.suppresses()) return answer;
  ASSIGN_OR_RETURN(const bool withheld,
                   runtime.withheld().Contains(runtime, states, window, period, now_, seq_));
  if (withheld) answer.value = NdReason::kSuppressed;
  return answer;
}

absl::StatusOr<PeriodValue> PeriodValues::Finish(const KpiRuntime& runtime, const Window& window,
                                                 const Period& period,
                                                 const std::vector<InputAggregate>& inputs,
                                                 const InputReader& reader) const {
  const KpiDefinition& kpi = runtime.DefinitionFor(window, period);
  PeriodValue answer;
  absl::Time watermark = absl::InfiniteFuture();
  for (size_t i = 0; i < inputs.size(); ++i) {
    watermark = std::min(watermark, inputs[i].watermark);
    if (!ReadsEarlierPeriod(kpi.inputs[i].path)) answer.rows += inputs[i].rows;
  }
  ASSIGN_OR_RETURN(const StepValues steps,
                   EvaluateSteps(kpi, window, period, now_, inputs, reader));
  answer.value = period.exists() ? steps.value.number() : Number(NdReason::kNotApplicable);
  misses_samples_ = misses_samples_ || reader.misses_samples();
  const ClosingRule closing = ClosingRuleOf(kpi);
  answer.phase = PhaseOf(period, now_, watermark, closing, false);
  next_change_ = std::min(next_change_, NextPhaseChange(period, now_, watermark, closing, false));
  return answer;
}

absl::StatusOr<PeriodValue> PeriodValues::ValueOverDays(const Slice& slice,
                                                        absl::Span<const DayRange> days) const {
  const KpiDefinition& kpi = runtime_.kpi();
  const std::vector<DayRange> joined = Joined(days);
  if (ReadsOtherPeriods(kpi) || CutsResults(kpi, joined) ||
      (joined.size() > 1 && CountsDays(kpi))) {
    return PeriodValue{.value = NdReason::kNotAggregatable};
  }
  const std::optional<size_t> grouping = runtime_.GroupingOf(slice);
  if (!grouping.has_value()) return PeriodValue{.value = NdReason::kPending};
  const SliceStates states = runtime_.MakeSlice(*grouping, slice);
  const InputReader reader = runtime_.ReaderOf(states, now_, seq_);
  std::vector<InputAggregate> inputs;
  for (size_t i = 0; i < kpi.inputs.size(); ++i) {
    ASSIGN_OR_RETURN(InputAggregate input, reader.ReadDays(i, joined));
    inputs.push_back(std::move(input));
  }
  const Period whole =
      PeriodOfDays(*kpi.calendar, {joined.front().first_day, joined.back().end_day});
  ASSIGN_OR_RETURN(const Window window, Window::Create({.grain = whole.grain}));
  ASSIGN_OR_RETURN(PeriodValue answer, Finish(runtime_, window, whole, inputs, reader));
  if (!runtime_.suppresses()) return answer;
  ASSIGN_OR_RETURN(const bool withheld,
                   runtime_.withheld().ContainsOverDays(runtime_, states, joined, now_, seq_));
  if (withheld) answer.value = NdReason::kSuppressed;
  return answer;
}

absl::StatusOr<PeriodValue> PeriodValues::ValueIn(const Slice& slice, const Period& period) const {
  const Window window = WindowFor(period);
  if (!runtime_.MayCompareWith(window, period)) return AcrossBreak();
  return ValueOf(*runtime_.VersionOf(window, period), slice, window, period);
}

absl::StatusOr<PeriodValue> PeriodValues::OtherDays(const Slice& slice, const Period& period,
                                                    absl::Span<const DayRange> days) const {
  const Window window = WindowFor(period);
  if (!runtime_.MayCompareWith(window, period)) return AcrossBreak();
  const KpiRuntime& version = *runtime_.VersionOf(window, period);
  if (&version == &runtime_) return ValueOverDays(slice, days);
  const PeriodValues values(version, window, now_, seq_, lookup_);
  absl::StatusOr<PeriodValue> value = values.ValueOverDays(slice, days);
  next_change_ = std::min(next_change_, values.next_change());
  misses_samples_ = misses_samples_ || values.misses_samples();
  return value;
}

Number PeriodValues::Closed(absl::StatusOr<PeriodValue> answer) const {
  if (!answer.ok()) return Keep(answer.status());
  const bool closed = answer->phase == PeriodPhase::kClosed || answer->phase == PeriodPhase::kFinal;
  return closed ? answer->value : Number(NdReason::kPending);
}

Number PeriodValues::ClosedValue(const Slice& slice, const Period& period,
                                 const Period& target_period, TargetVintage vintage) const {
  const bool missed_before = misses_samples_;
  const Number latest = Closed(ValueIn(slice, period));
  const Window window = WindowFor(period);
  if (vintage == TargetVintage::kLatest || now_ < target_period.start || !status_.ok() ||
      latest == Number(NdReason::kSuppressed) || !runtime_.MayCompareWith(window, period)) {
    return latest;
  }
  // What was recorded is AS_IS.
  if (runtime_.view() == MembershipView::kAsWas && runtime_.HasLevel(slice)) return latest;
  const RecordedValues* recorded = runtime_.VersionOf(window, period)->recorded();
  if (recorded == nullptr) return latest;
  const StateId id{runtime_.kpi().resource_name(), window.id(), slice.ToString(), period.id};
  const std::optional<Number> told = recorded->AsOf(id, target_period.start);
  if (!told.has_value()) return latest;
  misses_samples_ = missed_before;
  return *told;
}

Number PeriodValues::ClosedDays(const Slice& slice, absl::Span<const DayRange> days) const {
  return Closed(ValueOverDays(slice, days));
}

Number PeriodValues::ValueOver(const Slice& slice, const Period& first, const Period& last) const {
  const DayRange days{first.first_day, last.end_day};
  return Closed(OtherDays(slice, last, absl::MakeConstSpan(&days, 1)));
}

Number PeriodValues::KpiValue(absl::string_view kpi, const Slice& slice,
                              const Period& period) const {
  const KpiRuntime* other = lookup_ == nullptr ? nullptr : lookup_(kpi);
  if (other == nullptr || !SameCalendar(other->kpi(), runtime_.kpi())) return NdReason::kPending;
  const Window window = WindowFor(period);
  const KpiRuntime* version = other->VersionOf(window, period);
  if (version == nullptr || !(version->kpi().unit == other->kpi().unit)) {
    return NdReason::kNoComparable;
  }
  const absl::StatusOr<PeriodValue> answer = ValueOf(*version, slice, window, period);
  return answer.ok() ? answer->value : Keep(answer.status());
}

std::vector<Slice> PeriodValues::Ancestors(const Slice& slice, absl::CivilDay day) const {
  return runtime_.AncestorsOf(slice, day);
}

std::optional<std::vector<Slice>> PeriodValues::Children(const Slice& slice,
                                                         absl::string_view dimension,
                                                         const Period& period) const {
  std::vector<std::string> dimensions = {std::string(dimension)};
  for (const auto& [name, member] : slice.members()) dimensions.push_back(name);
  std::sort(dimensions.begin(), dimensions.end());
  if (slice.Find(dimension) != nullptr || IsOtherSlice(slice) ||
      !runtime_.kpi().HasGrouping(dimensions)) {
    return std::nullopt;
  }
  std::vector<Slice> children;
  const bool whole = slice.members().empty();
  for (const RuntimeGrouping& grouping : runtime_.groupings()) {
    // Of some it is not known to which slice they belong.
    if (grouping.dimensions == dimensions && grouping.roster != nullptr && !whole) {
      return std::nullopt;
    }
  }
  for (const SliceStates& states : runtime_.slices()) {
    if (runtime_.groupings()[states.grouping].dimensions != dimensions) continue;
    if (!slice.Contains(states.slice)) continue;
    const absl::StatusOr<PeriodValue> answer = ValueIn(states.slice, period);
    if (!answer.ok()) {
      Keep(answer.status());
      return std::nullopt;
    }
    if (answer->rows > 0) children.push_back(states.slice);
  }
  std::sort(children.begin(), children.end());
  return children;
}

}  // namespace kpisuite
