#include "services/evaluation/engine/input_reader.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/strings/match.h"
#include "libs/base/status_macros.h"
#include "libs/kpi/aggregate_frame.h"
#include "libs/kpi/comparator.h"

namespace kpisuite {
namespace {

absl::Time TimeOfNano(int64_t nano) {
  return nano == INT64_MIN ? absl::InfinitePast() : absl::FromUnixNanos(nano);
}

// What a time-weighted value is integrated to. Of an open period the slice's own data decides, not
// the clock, so that the value changes only when something is reported.
int64_t AsOfNano(int64_t end_nano, absl::Time now, absl::Time watermark, int64_t last_time_nano) {
  if (absl::FromUnixNanos(end_nano) <= now) return end_nano;
  const int64_t complete =
      watermark == absl::InfinitePast() ? INT64_MIN : absl::ToUnixNanos(watermark);
  return std::max(complete, last_time_nano);
}

// The days of the earlier period that a cohort was present in; nothing when there is none.
std::optional<DayRange> CohortDays(const Calendar& calendar, const PathEnd& end,
                                   const FrameRule& rule) {
  const Comparator earlier{.kind = rule.cohort_offset == CohortOffset::kYears
                                       ? ComparatorKind::kSamePeriodLastYear
                                       : ComparatorKind::kPreviousPeriod,
                           .count = rule.cohort_count};
  const Comparable comparable = ComparableOf(end.window, calendar, end.period, earlier);
  if (comparable.days.empty()) return std::nullopt;
  return DayRange{comparable.days.front().first_day, comparable.days.back().end_day};
}

void Finish(const MetricInput& input, const PaneTable::Range& own, const AggregateResult& result,
            InputAggregate& aggregate) {
  aggregate.value = result.value;
  if (input.keeps_spread) {
    aggregate.value = result.mean;
    aggregate.variance = result.value.number();
    aggregate.observations = result.n;
  }
  aggregate.rows = own.state.rows();
  aggregate.held_out = own.held_out;
  aggregate.kept = own.state.n();
  aggregate.last_event = TimeOfNano(own.last_time_nano);
  aggregate.method = result.method;
  aggregate.lower = result.lower;
  aggregate.upper = result.upper;
}

}  // namespace

int32_t DaysReachedAfter(int64_t nano) {
  constexpr int64_t kDayNano = 86'400'000'000'000;
  // A local day has at least 20 hours, and the first one after the end may have begun.
  return static_cast<int32_t>(nano / (kDayNano / 24 * 20)) + 1;
}

// Whether the input is not cut by all dimensions of a slice that is (other): what it has of those
// who count there cannot be told from what others have.
bool InputReader::CannotBeTold(size_t input) const {
  return tables_[input]->spec().roster == nullptr && absl::EndsWith(slices_[input], "=(other)") &&
         absl::c_any_of(tables_,
                        [](const PaneTable* table) { return table->spec().roster != nullptr; });
}

// What is known about the input without reading its panes.
InputAggregate InputReader::Unread(size_t input, const Period& period) const {
  return {.watermark = facts_[input]->watermark,
          .metric_last_event = TimeOfNano(tables_[input]->last_event_nano()),
          .slice = slices_[input],
          .period = period};
}

InputAggregate InputReader::NotKept(InputAggregate aggregate) const {
  misses_samples_ = true;
  aggregate.missing = NdReason::kNotKept;
  return aggregate;
}

bool InputReader::IsAcrossBreak(const Period& root, absl::CivilDay last_day) const {
  return DayNumber(last_day) < reads_from_ && DayNumber(root.end_day) > reads_from_;
}

absl::StatusOr<InputAggregate> InputReader::Read(size_t input, const Window& window,
                                                 const Period& root) const {
  const PeriodPath& path = inputs_[input].path;
  const auto end = FollowPath(calendar_, window, root, path);
  // The window's own days count as this version counts them, also those before it.
  const bool exists =
      end.has_value() && (path.empty() || !IsAcrossBreak(root, end->days.end_day - 1));
  if (exists && !CannotBeTold(input)) return ReadEnd(input, *end);
  InputAggregate aggregate = Unread(input, root);
  aggregate.missing = CannotBeTold(input) ? NdReason::kNotAggregatable : NdReason::kNoComparable;
  return aggregate;
}

absl::StatusOr<InputAggregate> InputReader::ReadEnd(size_t input, const PathEnd& end) const {
  InputAggregate aggregate = Unread(input, PeriodOfDays(calendar_, end.days));
  aggregate.period.id = end.period.id;
  ASSIGN_OR_RETURN(const PaneTable::Range own,
                   tables_[input]->Over(aggregate.slice, DayNumber(end.days.first_day),
                                        DayNumber(end.days.end_day), seq_));
  if (!own.is_kept) return NotKept(std::move(aggregate));
  const AggregationReach reach = ReachOf(inputs_[input].aggregation.kind, inputs_[input].frame);
  AggregateResult result = own.state.Finalise();
  if (reach.outside() || reach.needs_frame) {
    ASSIGN_OR_RETURN(result, ReadFramed(input, end, reach, own.last_time_nano));
    if (result.value == Value(NdReason::kNotKept)) return NotKept(std::move(aggregate));
    aggregate.members = result.members;
    aggregate.carried = result.carried;
  }
  Finish(inputs_[input], own, result, aggregate);
  return aggregate;
}

absl::StatusOr<InputAggregate> InputReader::ReadDays(size_t input,
                                                     absl::Span<const DayRange> days) const {
  const Period whole = PeriodOfDays(calendar_, {days.front().first_day, days.back().end_day});
  const AggregationReach reach = ReachOf(inputs_[input].aggregation.kind, inputs_[input].frame);
  const bool by_period = reach.periods_before > 0 || reach.cohort;
  if (days.size() == 1 && !by_period && !CannotBeTold(input)) {
    ASSIGN_OR_RETURN(const Window window, Window::Create({.grain = whole.grain}));
    return ReadEnd(input, {window, whole, days.front()});
  }
  InputAggregate aggregate = Unread(input, whole);
  if (reach.outside() || reach.needs_frame || CannotBeTold(input)) {
    aggregate.missing = NdReason::kNotAggregatable;
    return aggregate;
  }
  std::optional<PaneTable::Range> merged;
  for (const DayRange& range : days) {
    ASSIGN_OR_RETURN(PaneTable::Range own,
                     tables_[input]->Over(aggregate.slice, DayNumber(range.first_day),
                                          DayNumber(range.end_day), seq_));
    if (!own.is_kept) return NotKept(std::move(aggregate));
    if (!merged.has_value()) {
      merged = std::move(own);
      continue;
    }
    RETURN_IF_ERROR(merged->state.Merge(own.state));
    merged->last_time_nano = std::max(merged->last_time_nano, own.last_time_nano);
    merged->held_out += own.held_out;
  }
  Finish(inputs_[input], *merged, merged->state.Finalise(), aggregate);
  return aggregate;
}

// The value from a state over the period and what it sees around it, ND(NOT_KEPT) where that is not
// all there; `last_time_nano` is that of the latest sample in the period.
absl::StatusOr<AggregateResult> InputReader::ReadFramed(size_t input, const PathEnd& end,
                                                        const AggregationReach& reach,
                                                        int64_t last_time_nano) const {
  const PaneTable& table = *tables_[input];
  const FrameRule& rule = inputs_[input].frame;
  AggregateFrame frame{.start_nano = absl::ToUnixNanos(calendar_.StartOf(end.days.first_day)),
                       .end_nano = absl::ToUnixNanos(calendar_.StartOf(end.days.end_day)),
                       .cohort_measure = rule.cohort_measure,
                       .conversion_window_nano = rule.conversion_window_nano};
  frame.as_of_nano = AsOfNano(frame.end_nano, now_, facts_[input]->watermark, last_time_nano);
  int32_t first_day = DayNumber(end.days.first_day);
  int32_t end_day = DayNumber(end.days.end_day);
  if (rule.carry == CarryForward::kNone) frame.carry_from_nano = frame.start_nano;
  if (reach.periods_before > 0) {
    const Period from = ShiftPeriodFreely(calendar_, end.period, -reach.periods_before);
    frame.carry_from_nano = absl::ToUnixNanos(calendar_.StartOf(from.first_day));
    first_day = std::min(first_day, DayNumber(from.first_day));
  }
  if (reach.cohort) {
    const std::optional<DayRange> then = CohortDays(calendar_, end, rule);
    if (!then.has_value()) return AggregateResult{.value = NdReason::kNoComparable};
    frame.then_start_nano = absl::ToUnixNanos(calendar_.StartOf(then->first_day));
    frame.then_end_nano = absl::ToUnixNanos(calendar_.StartOf(then->end_day));
    first_day = std::min(first_day, DayNumber(then->first_day));
  }
  if (reach.after_nano > 0) end_day += DaysReachedAfter(reach.after_nano);
  ASSIGN_OR_RETURN(PaneTable::Range range, table.Over(slices_[input], first_day, end_day, seq_));
  if (reach.all_before) {
    ASSIGN_OR_RETURN(const PaneTable::Range before,
                     table.CarriedInto(slices_[input], first_day, seq_));
    range.is_kept = range.is_kept && before.is_kept;
    RETURN_IF_ERROR(range.state.Merge(before.state));
  }
  if (!range.is_kept) return AggregateResult{.value = NdReason::kNotKept};
  return range.state.Finalise(frame);
}

}  // namespace kpisuite
