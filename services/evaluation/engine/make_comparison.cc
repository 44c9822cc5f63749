#include "services/evaluation/engine/make_comparison.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "libs/base/status_macros.h"
#include "libs/kpi/comparison.h"
#include "libs/kpi/variance.h"
#include "services/evaluation/engine/state_text.h"

namespace kpisuite {
namespace {

// Both sides of a comparison.
struct Sides {
  std::vector<DayRange> own;
  std::vector<DayRange> other;
  bool whole = true;  // neither is cut
  // Why there is nothing to compare.
  std::optional<NdReason> reason;
};

// The parts of the ranges before a day.
std::vector<DayRange> Before(const std::vector<DayRange>& ranges, absl::CivilDay end) {
  std::vector<DayRange> before;
  for (const DayRange& range : ranges) {
    if (range.first_day >= end) break;
    before.push_back({range.first_day, std::min(range.end_day, end)});
  }
  return before;
}

// Values are kept by day: a cut within a day is moved to the nearer end of the day, from its middle
// on to the later one.
std::vector<DayRange> WholeDays(const Calendar& calendar, ComparableCut cut) {
  if (!cut.last_day.has_value()) return std::move(cut.days);
  const absl::CivilDay day = *cut.last_day;
  const absl::Time start = calendar.StartOf(day);
  if (2 * (cut.until - start) < calendar.StartOf(day + 1) - start) return std::move(cut.days);
  if (!cut.days.empty() && cut.days.back().end_day == day) {
    cut.days.back().end_day = day + 1;
  } else {
    cut.days.push_back({day, day + 1});
  }
  return std::move(cut.days);
}

Sides SidesOf(const EvaluationContext& context, const KpiEvaluation& evaluation,
              const Comparator& comparator, const Comparable& comparable) {
  Sides sides{.own = comparable.own_days, .other = comparable.days};
  if (comparable.days.empty() || comparable.own_days.empty()) {
    sides.reason = NdReason::kNoComparable;
    return sides;
  }
  const absl::Time watermark = evaluation.readiness.watermark;
  const absl::Time as_of =
      watermark == absl::InfinitePast() ? context.now : std::min(context.now, watermark);
  const bool closed =
      evaluation.phase == PeriodPhase::kClosed || evaluation.phase == PeriodPhase::kFinal;
  if (closed || as_of >= context.reach.end) return sides;
  sides.whole = false;
  const Calendar& calendar = *context.kpi->calendar;
  const absl::CivilDay open_day = calendar.DayOf(as_of);
  sides.own = Before(comparable.own_days, open_day);
  sides.other = WholeDays(calendar, CutComparable(*context.window, calendar, context.period,
                                                  comparator, calendar.StartOf(open_day)));
  if (sides.own.empty() || sides.other.empty()) sides.reason = NdReason::kNotReady;
  return sides;
}

bool AreDaysOf(const std::vector<DayRange>& days, const DayRange& reach) {
  return days.size() == 1 && days.front() == reach;
}

absl::StatusOr<Number> OwnValue(const EvaluationContext& context, const KpiEvaluation& evaluation,
                                const PeriodValues& values, const Sides& sides) {
  const DayRange reach = context.window->ReachOf(*context.kpi->calendar, context.period);
  if (sides.whole && AreDaysOf(sides.own, reach)) return evaluation.value.number();
  ASSIGN_OR_RETURN(const PeriodValue own, values.ValueOverDays(context.slice, sides.own));
  return own.value;
}

absl::StatusOr<Number> OtherValue(const EvaluationContext& context, const PeriodValues& values,
                                  const Comparable& comparable, const Sides& sides) {
  const auto& period = comparable.period;
  const bool is_period =
      sides.whole && period.has_value() && period->grain == context.window->grain() &&
      AreDaysOf(sides.other, context.window->ReachOf(*context.kpi->calendar, *period));
  const Period whole =
      period.has_value() ? *period : PeriodOfDays(*context.kpi->calendar, sides.other.back());
  ASSIGN_OR_RETURN(const PeriodValue other,
                   is_period ? values.ValueIn(context.slice, *period)
                             : values.OtherDays(context.slice, whole, sides.other));
  return other.value;
}

// For two-sided KPIs: both against the target of the state.
std::optional<FavourablePair> FavourableOf(const EvaluationContext& context,
                                           const KpiEvaluation& evaluation, const Number& own,
                                           const Number& other) {
  const StatusRule& rule = context.kpi->status_rule;
  if (!evaluation.target.value.has_value() || !own.defined() || !other.defined()) {
    return std::nullopt;
  }
  const Goal goal{.direction = rule.direction,
                  .target = *evaluation.target.value,
                  .baseline = rule.baseline,
                  .scale_type = rule.scale_type};
  return FavourablePair{ComputeVariance(own.value(), goal).favourable,
                        ComputeVariance(other.value(), goal).favourable};
}

void FillDays(const std::vector<DayRange>& days,
              google::protobuf::RepeatedPtrField<v1::DateRange>* out) {
  for (const DayRange& range : days) {
    v1::DateRange* added = out->Add();
    added->set_start_date(FormatDay(range.first_day));
    added->set_end_date(FormatDay(range.end_day));
  }
}

}  // namespace

absl::StatusOr<std::vector<Comparator>> ReadComparators(
    const google::protobuf::RepeatedPtrField<v1::Comparator>& comparators) {
  if (comparators.empty()) {
    return std::vector<Comparator>{{.kind = ComparatorKind::kPreviousPeriod},
                                   {.kind = ComparatorKind::kSamePeriodLastYear}};
  }
  if (comparators.size() > kMostComparators) {
    return InvalidFields({{.field = "comparators",
                           .description = absl::StrCat("got ", comparators.size(),
                                                       ", want at most ", kMostComparators)}});
  }
  std::vector<Comparator> read;
  for (int i = 0; i < comparators.size(); ++i) {
    const v1::Comparator& asked = comparators[i];
    const std::string field = absl::StrCat("comparators[", i, "].");
    if (asked.kind() == v1::COMPARATOR_KIND_UNSPECIFIED ||
        !v1::ComparatorKind_IsValid(asked.kind())) {
      return InvalidFields({{.field = field + "kind", .description = "got none, want a kind"}});
    }
    const Comparator comparator{.kind = static_cast<ComparatorKind>(asked.kind() - 1),
                                .count = asked.has_count() ? asked.count() : 1,
                                .proportional = asked.proportional()};
    const absl::Status valid = ValidateComparator(comparator);
    if (!valid.ok()) {
      return InvalidFields(
          {{.field = field + "count", .description = std::string(valid.message())}});
    }
    read.push_back(comparator);
  }
  return read;
}

absl::StatusOr<v1::Comparison> MakeComparison(const EvaluationContext& context,
                                              const KpiEvaluation& evaluation,
                                              const PeriodValues& values,
                                              const Comparator& comparator) {
  const KpiDefinition& kpi = *context.kpi;
  const Comparable comparable =
      ComparableOf(*context.window, *kpi.calendar, context.period, comparator);
  const Sides sides = SidesOf(context, evaluation, comparator, comparable);
  Number own = sides.reason.value_or(NdReason::kNotReady);
  Number other = own;
  if (!sides.reason.has_value()) {
    own = NdReason::kSuppressed;
    if (!context.withheld) {
      ASSIGN_OR_RETURN(own, OwnValue(context, evaluation, values, sides));
    }
    ASSIGN_OR_RETURN(other, OtherValue(context, values, comparable, sides));
  }
  v1::Comparison comparison;
  comparison.mutable_comparator()->set_kind(
      static_cast<v1::ComparatorKind>(static_cast<int>(comparator.kind) + 1));
  comparison.mutable_comparator()->set_count(comparator.count);
  if (comparator.proportional) comparison.mutable_comparator()->set_proportional(true);
  if (comparable.period.has_value()) comparison.set_period_id(comparable.period->id);
  FillDays(sides.other, comparison.mutable_days());
  FillDays(sides.own, comparison.mutable_own_days());
  comparison.set_own_value(TextOf(own));
  comparison.set_value(TextOf(other));
  if (!other.defined()) comparison.set_nd_reason(ToProto(other.reason()));
  const Delta delta = DeltaOf(own, other, kpi.status_rule.scale_type);
  comparison.set_delta(TextOf(delta.delta));
  comparison.set_delta_pct(TextOf(delta.delta_pct));
  if (!delta.delta_pct.defined()) {
    comparison.set_delta_pct_nd_reason(ToProto(delta.delta_pct.reason()));
  }
  comparison.set_movement(
      static_cast<v1::Movement>(MovementOf(delta, kpi.status_rule.direction, kpi.flat_epsilon,
                                           FavourableOf(context, evaluation, own, other))));
  comparison.set_clipped(comparable.clipped);
  comparison.set_partial(comparable.partial);
  if (!sides.whole && !sides.other.empty() && sides.other != comparable.days) {
    *comparison.mutable_cut_time() = ToTimestamp(kpi.calendar->StartOf(sides.other.back().end_day));
  }
  return comparison;
}

}  // namespace kpisuite
