#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "libs/kpi/bands.h"
#include "services/evaluation/engine/evaluate_kpi.h"
#include "services/evaluation/engine/make_control.h"
#include "services/evaluation/engine/make_observation.h"
#include "services/evaluation/engine/make_pace.h"
#include "services/evaluation/engine/pane_table.h"
#include "services/evaluation/engine/state_text.h"

namespace kpisuite {
namespace {

// Domain enums count from 0 in the order of the proto, whose first value is UNSPECIFIED.
template <typename Proto, typename Domain>
Proto Shifted(Domain value) {
  return static_cast<Proto>(static_cast<int>(value) + 1);
}

void FillPeriod(const Period& period, PeriodPhase phase, v1::Period* out) {
  out->set_id(period.id);
  out->set_grain(Shifted<v1::Grain>(period.grain));
  *out->mutable_start_time() = ToTimestamp(period.start);
  *out->mutable_end_time() = ToTimestamp(period.end);
  out->set_life(Shifted<v1::PeriodLife>(phase));
}

void FillFlags(const StatusFlags& flags, v1::KpiState* state) {
  if (flags.provisional) state->add_flags(v1::STATE_FLAG_PROVISIONAL);
  if (flags.stale) state->add_flags(v1::STATE_FLAG_STALE);
  if (flags.restated) state->add_flags(v1::STATE_FLAG_RESTATED);
  if (flags.suppressed) state->add_flags(v1::STATE_FLAG_SUPPRESSED);
  if (flags.overridden) state->add_flags(v1::STATE_FLAG_OVERRIDDEN);
  if (flags.low_n) state->add_flags(v1::STATE_FLAG_LOW_N);
}

void FillTarget(const KpiDefinition& kpi, TargetRole role, const ResolvedTarget& resolved,
                v1::ResolvedTarget* target) {
  if (resolved.value->is_range) {
    target->set_lo(TextOf(resolved.value->low));
    target->set_hi(TextOf(resolved.value->high));
  } else {
    target->set_value(TextOf(resolved.value->low));
  }
  target->set_definition(resolved.target_id);
  target->set_role(Shifted<v1::TargetRole>(role));
  target->set_rule(resolved.rule);
  const auto origin = kpi.target_origins.find(resolved.target_id);
  if (origin != kpi.target_origins.end()) target->set_revision(origin->second.revision);
}

void FillTargets(const KpiDefinition& kpi, const KpiEvaluation& evaluation, v1::KpiState* state) {
  if (evaluation.target.value.has_value()) {
    FillTarget(kpi, TargetRole::kCommitted, evaluation.target, state->mutable_target());
  }
  for (size_t i = 0; i < evaluation.other_targets.size(); ++i) {
    const ResolvedTarget& other = evaluation.other_targets[i];
    if (!other.value.has_value()) continue;
    FillTarget(kpi, kAllTargetRoles[i + 1], other, state->add_other_targets());
  }
}

void FillCuts(const Bands& bands, const BandHit& hit, v1::BandHit* out) {
  for (size_t i = 0; i < bands.bands().size(); ++i) {
    const Band& band = bands.bands()[i];
    if (!band.cut.has_value()) continue;
    v1::Cut* cut = out->add_cuts();
    cut->set_status(Shifted<v1::Status>(band.status));
    cut->set_cut(band.cut->ToString());
    if (i >= hit.thresholds.size()) continue;
    const Threshold& threshold = hit.thresholds[i];
    cut->set_threshold(TextOf(threshold.low.has_value() ? threshold.low : threshold.high));
    if (threshold.low.has_value()) cut->set_upper_threshold(TextOf(threshold.high));
  }
}

void FillBand(const StatusResult& status, v1::KpiState* state) {
  if (!status.hit.has_value()) return;
  const Bands& bands = *status.bands.bands;
  v1::BandHit* out = state->mutable_band();
  out->set_rule(status.bands.rule);
  out->set_basis(Shifted<v1::BandBasis>(bands.basis()));
  out->set_basis_value(status.hit->basis_value.ToString());
  FillCuts(bands, *status.hit, out);
  const bool last = status.hit->band + 1 == bands.bands().size();
  out->set_hit(last ? -1 : static_cast<int32_t>(status.hit->band));
  if (status.hit->next_better.has_value()) {
    out->set_distance_to_better(status.hit->next_better->distance.ToString());
  }
  if (status.hit->next_worse.has_value()) {
    out->set_distance_to_worse(status.hit->next_worse->distance.ToString());
  }
}

void FillHysteresis(const BandFold& fold, v1::HysteresisState* out) {
  if (fold.band.has_value()) out->set_band(static_cast<int32_t>(*fold.band));
  out->set_worse_periods(fold.worse_periods);
  out->set_better_periods(fold.better_periods);
  out->set_candidate(static_cast<int32_t>(fold.candidate));
}

void FillSeries(const EvaluationContext& context, const SeriesView& view, v1::KpiState* state) {
  const Calendar& calendar = *context.kpi->calendar;
  const auto period_at = [&](int64_t index) {
    return ShiftPeriodFreely(calendar, context.window->At(calendar, DayOfNumber(view.last_day)),
                             static_cast<int>(index + 1 - view.control.points));
  };
  *state->mutable_control() =
      MakeControlChart(*context.kpi->process_control, view.control, view.goal, view.status,
                       context.window->grain(), period_at);
  *state->mutable_trend() = MakeTrend(view.trend);
}

void FillMaintain(const KpiDefinition& kpi, const MaintainResult& result, v1::KpiState* state) {
  v1::MaintainProgress* out = state->mutable_maintain();
  out->set_met(result.met);
  out->set_elapsed(result.elapsed);
  out->set_total(static_cast<int32_t>(kpi.maintain->first_days.size()));
  out->set_progress(TextOf(result.progress));
}

// Signals of process control outrank the direction of travel: beside one it is not mentioned.
void AddSeriesReasons(const SeriesView& view, v1::KpiState* state) {
  state->add_reasons(state->control().text());
  const bool moves = view.trend.verdict != TrendVerdict::kNoEvidence &&
                     view.trend.verdict != TrendVerdict::kTooFewPoints;
  const bool signals =
      !view.control.last_is_missing && view.control.last->signals.label().has_value();
  if (!moves || signals) return;
  state->add_reasons(absl::StrCat("the last ", view.trend.points, " values are ",
                                  absl::AsciiStrToLower(TrendVerdictName(view.trend.verdict))));
}

std::string HeldOutReason(int64_t count) {
  if (count == 1) return "1 sample that came after its day was final is held out";
  return absl::StrCat(count, " samples that came after their day was final are held out");
}

void FillValue(const KpiEvaluation& evaluation, v1::KpiState* state) {
  const Number value = evaluation.value.number();
  if (value.defined()) {
    state->set_value(value.value().ToString());
    state->set_value_double(value.value().ToDouble());
  } else {
    state->set_nd_reason(ToProto(value.reason()));
  }
  state->set_approximate(!evaluation.approximation.empty());
  state->set_approximation(evaluation.approximation);
  if (value.defined()) {
    state->set_lower_bound(TextOf(evaluation.lower));
    state->set_upper_bound(TextOf(evaluation.upper));
  }
  const StatusResult& status = evaluation.status;
  state->set_status(Shifted<v1::Status>(status.status));
  state->set_raw_status(Shifted<v1::Status>(status.raw_status));
  state->set_status_label(status.label);
  state->set_data_state(Shifted<v1::DataState>(evaluation.data_state));
  FillFlags(status.flags, state);
  state->set_variance(TextOf(status.variance.variance));
  state->set_favourable_variance(TextOf(status.variance.favourable));
  state->set_fvp(TextOf(status.variance.fvp));
  state->set_attainment(TextOf(status.variance.attainment));
  state->set_score(TextOf(status.score));
}

void FillInterval(const Interval& interval, v1::Interval* out) {
  out->set_method(std::string(IntervalMethodName(interval.method)));
  out->set_n(TextOf(interval.n));
  if (!interval.half_width.defined()) {
    out->set_nd_reason(ToProto(interval.half_width.reason()));
    return;
  }
  out->set_lo(TextOf(interval.lo));
  out->set_hi(TextOf(interval.hi));
  out->set_half_width(TextOf(interval.half_width));
  out->set_standard_error(TextOf(interval.standard_error));
}

void FillDefinition(const KpiDefinition& kpi, v1::KpiState* state) {
  state->set_unit(kpi.unit_text);
  state->set_definition_revision(kpi.revision);
  state->set_fingerprint(kpi.fingerprint);
  if (!kpi.objective.empty()) {
    state->set_objective("workspaces/" + kpi.workspace + "/objectives/" + kpi.objective);
  }
  state->set_owner(kpi.owner);
  state->set_perspective(kpi.perspective);
  state->set_display_name(kpi.display_name);
  state->set_display_decimals(kpi.display_decimals);
  state->set_direction(Shifted<v1::Direction>(kpi.status_rule.direction.kind));
  state->set_additive(kpi.additive_over_slices);
}

void FillInput(const MetricInput& input, const std::string& alias, const Value& value,
               const InputAggregate& aggregate, v1::ExplainedInput* out) {
  out->set_alias(alias);
  out->set_source(input.metric->resource_name());
  out->set_aggregation(ToProto(input.aggregation.kind));
  if (input.aggregation.kind == AggregationKind::kPercentile) {
    out->set_percentile(
        Decimal::FromMantissa(input.aggregation.percentile_millionths, 4).ToString());
  }
  out->set_where(input.filter.canonical_text());
  if (value.number().defined()) {
    out->set_value(value.number().value().ToString());
  } else {
    out->set_nd_reason(ToProto(value.number().reason()));
  }
  out->set_unit(input.unit.ToString());
  out->set_row_count(static_cast<int64_t>(aggregate.rows));
  out->set_member_count(static_cast<int64_t>(aggregate.members));
  out->set_carried_count(static_cast<int64_t>(aggregate.carried));
  if (aggregate.watermark != absl::InfinitePast()) {
    *out->mutable_watermark() = ToTimestamp(aggregate.watermark);
  }
  if (aggregate.rows > 0) *out->mutable_last_event_time() = ToTimestamp(aggregate.last_event);
  out->set_slice(aggregate.slice);
  out->set_period(aggregate.period.id);
  if (!aggregate.missing.has_value()) {
    out->set_first_date(FormatDay(aggregate.period.first_day));
    out->set_end_date(FormatDay(aggregate.period.end_day));
  }
  if (!aggregate.has_data() || aggregate.method == ApproximationMethod::kExact) return;
  out->set_approximate(true);
  out->set_lower_bound(TextOf(aggregate.lower));
  out->set_upper_bound(TextOf(aggregate.upper));
  out->set_method(std::string(ApproximationMethodName(aggregate.method)));
  out->set_precision(std::string(ApproximationPrecision(aggregate.method)));
}

template <typename Out>
void SetValue(const Value& value, Out* out) {
  const Number number = value.number();
  if (number.defined()) {
    out->set_value(number.value().ToString());
  } else {
    out->set_nd_reason(ToProto(number.reason()));
  }
}

v1::ExplainedKpi* AddComponent(const KpiDefinition& kpi, const KpiStep& step,
                               const FormulaBinding& binding, const Value& value,
                               google::protobuf::RepeatedPtrField<v1::ExplainedKpi>* out) {
  v1::ExplainedKpi* component = out->Add();
  component->set_alias(binding.alias);
  component->set_kpi("workspaces/" + kpi.workspace + "/kpis/" + step.kpi);
  component->set_formula(step.formula.canonical_text());
  SetValue(value, component);
  return component;
}

void FillParts(const KpiDefinition& kpi, const KpiEvaluation& evaluation, size_t index,
               v1::ExplainedKpi* component) {
  component->set_aggregation(ToProto(kpi.results[index].aggregation));
  for (const PartValue& part : evaluation.steps.parts[index]) {
    v1::PeriodValue* out = component->add_parts();
    out->set_period(part.period);
    SetValue(part.value, out);
  }
}

// Adds the operands of step `index` to `out`, an Explanation or an ExplainedKpi.
template <typename Out>
void FillOperands(const KpiDefinition& kpi, const KpiEvaluation& evaluation,
                  absl::Span<const InputAggregate> inputs, size_t index, Out* out) {
  const StepValues& values = evaluation.steps;
  for (const FormulaBinding& binding : kpi.steps[index].bindings) {
    switch (binding.kind) {
      case FormulaBinding::Kind::kInput:
        FillInput(kpi.inputs[binding.index], binding.alias, values.inputs[binding.index],
                  inputs[binding.index], out->add_inputs());
        break;
      case FormulaBinding::Kind::kStep:
        FillOperands(kpi, evaluation, inputs, binding.index,
                     AddComponent(kpi, kpi.steps[binding.index], binding,
                                  *values.steps[binding.index], out->mutable_components()));
        break;
      case FormulaBinding::Kind::kResult:
        FillParts(kpi, evaluation, binding.index,
                  AddComponent(kpi, kpi.steps[kpi.results[binding.index].step], binding,
                               *values.results[binding.index], out->mutable_components()));
        break;
    }
  }
}

}  // namespace

v1::KpiState MakeState(const EvaluationContext& context, const KpiEvaluation& evaluation) {
  const KpiDefinition& kpi = *context.kpi;
  v1::KpiState state;
  state.set_kpi(kpi.resource_name());
  state.set_window(context.window->id());
  state.set_slice(context.slice.ToString());
  if (context.view.has_value()) {
    state.set_hierarchy_view(Shifted<v1::HierarchyView>(*context.view));
  }
  state.set_members_missing(context.members_missing);
  state.set_other_members(context.other_members);
  FillPeriod(context.period, evaluation.phase, state.mutable_period());
  FillValue(evaluation, &state);
  if (evaluation.interval.has_value()) {
    FillInterval(*evaluation.interval, state.mutable_interval());
  }
  FillTargets(kpi, evaluation, &state);
  if (evaluation.pace.has_value()) {
    *state.mutable_pace() = MakePace(*kpi.pace, context.pace->as_of, *evaluation.pace);
  }
  FillBand(evaluation.status, &state);
  if (context.member_missing) state.add_flags(v1::STATE_FLAG_MISSING_MEMBER);
  if (kpi.status_rule.hysteresis.has_value()) {
    FillHysteresis(evaluation.status.fold, state.mutable_hysteresis());
  }
  if (evaluation.series.has_value()) FillSeries(context, *evaluation.series, &state);
  if (evaluation.maintain.has_value()) FillMaintain(kpi, *evaluation.maintain, &state);
  FillDefinition(kpi, &state);
  const uint64_t rows = context.withheld ? 0 : evaluation.rows;
  state.set_row_count(static_cast<int64_t>(rows));
  state.set_completeness(evaluation.readiness.completeness.ToString());
  const absl::Time watermark = evaluation.readiness.watermark;
  if (watermark != absl::InfinitePast() && watermark != absl::InfiniteFuture()) {
    *state.mutable_watermark() = ToTimestamp(watermark);
  }
  if (rows > 0) *state.mutable_last_event_time() = ToTimestamp(evaluation.last_event);
  for (const v1::ObservationFlag flag : ObservationFlagsOf(context, evaluation)) {
    state.add_observation_flags(flag);
  }
  state.set_revision(context.revision);
  if (context.closed_at.has_value()) *state.mutable_closed_at() = ToTimestamp(*context.closed_at);
  if (evaluation.phase == PeriodPhase::kFinal) {
    *state.mutable_final_time() = ToTimestamp(context.final_time);
  }
  // What is withheld now was so before.
  const bool withheld = context.withheld || evaluation.status.flags.suppressed;
  if (!withheld) state.set_held_out(evaluation.held_out);
  if (!withheld && context.restatement.has_value()) {
    *state.mutable_restatement() = MakeRestatement(*context.restatement);
    if (context.withheld) state.mutable_restatement()->clear_old_value();
  }
  for (std::string& reason : ReasonsOf(kpi, evaluation)) state.add_reasons(std::move(reason));
  if (context.starts_version) {
    state.add_reasons("the definition changed: a new series begins with this period");
  }
  if (context.kept_definition) {
    state.add_reasons("what was defined after the period became final does not reach it");
  }
  if (state.held_out() > 0) state.add_reasons(HeldOutReason(state.held_out()));
  if (evaluation.series.has_value() && evaluation.series->control.points > 0) {
    AddSeriesReasons(*evaluation.series, &state);
  }
  return state;
}

v1::Explanation MakeExplanation(const EvaluationContext& context, const KpiEvaluation& evaluation,
                                absl::Span<const InputAggregate> inputs) {
  const KpiDefinition& kpi = *context.kpi;
  v1::Explanation explanation;
  explanation.set_formula(kpi.formula().canonical_text());
  FillOperands(kpi, evaluation, inputs, kpi.steps.size() - 1, &explanation);
  auto& constants = *explanation.mutable_constants();
  constants["days"] = std::to_string(DayCount(*kpi.calendar, context.reach));
  constants["working_days"] = std::to_string(WorkingDayCount(*kpi.calendar, context.reach));
  *explanation.mutable_definition() = kpi.definition->kpi();
  explanation.set_target_text(TargetInWords(kpi, evaluation));
  explanation.set_band_text(BandInWords(kpi, evaluation));
  explanation.set_distance_text(DistanceInWords(kpi, evaluation));
  for (std::string& note : DataNotes(context, evaluation, inputs)) {
    explanation.add_data_notes(std::move(note));
  }
  explanation.set_time_zone(kpi.calendar->spec().time_zone);
  explanation.set_calendar(kpi.calendar_id);
  return explanation;
}

}  // namespace kpisuite
