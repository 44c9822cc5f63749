#include "services/evaluation/engine/evaluate_kpi.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "libs/base/status_macros.h"
#include "services/evaluation/engine/pane_table.h"
#include "services/evaluation/engine/state_targets.h"
#include "services/evaluation/engine/state_text.h"

namespace kpisuite {
namespace {

std::vector<InputReadiness> ReadinessOf(const EvaluationContext& context,
                                        absl::Span<const InputAggregate> inputs) {
  std::vector<InputReadiness> readiness;
  readiness.reserve(inputs.size());
  for (size_t i = 0; i < inputs.size(); ++i) {
    const Timeliness& due = context.kpi->inputs[i].metric->timeliness;
    readiness.push_back({.watermark = inputs[i].watermark,
                         .expected_lag = due.expected_lag,
                         .grace = due.grace,
                         .max_age = context.latest ? due.max_age : absl::InfiniteDuration(),
                         .last_update = std::max(inputs[i].metric_last_event, inputs[i].watermark),
                         .rows = inputs[i].rows + inputs[i].members});
  }
  return readiness;
}

// How far the value can be trusted; `inputs` as evaluated from `aggregates`.
std::optional<Interval> IntervalOf(const KpiDefinition& kpi, absl::Span<const Value> inputs,
                                   absl::Span<const InputAggregate> aggregates) {
  if (!kpi.sampling.has_value()) return std::nullopt;
  const SamplingRule& rule = *kpi.sampling;
  if (rule.method == IntervalMethod::kStudentT) {
    const InputAggregate& mean = aggregates[rule.part];
    return MeanInterval(inputs[rule.part].number(), mean.variance,
                        Decimal::FromMantissa(absl::MakeInt128(0, mean.observations), 0));
  }
  const Number part = inputs[rule.part].number();
  const Number whole = inputs[rule.whole].number();
  if (rule.method == IntervalMethod::kWilson) return WilsonInterval(part, whole);
  return NpsInterval(part, inputs[rule.against].number(), whole);
}

// What of the inputs' estimates is seen in the value.
void EvaluateBounds(const EvaluationContext& context, absl::Span<const InputAggregate> inputs,
                    KpiEvaluation& evaluation) {
  std::set<std::string> methods;
  for (const InputAggregate& input : inputs) {
    if (!input.has_data() || input.method == ApproximationMethod::kExact) continue;
    methods.insert(absl::StrCat(ApproximationMethodName(input.method), "(",
                                ApproximationPrecision(input.method), ")"));
  }
  evaluation.approximation = absl::StrJoin(methods, "+");
  const KpiStep& step = context.kpi->step();
  const bool as_it_is = step.bindings.size() == 1 &&
                        step.bindings[0].kind == FormulaBinding::Kind::kInput &&
                        step.formula.canonical_text() == step.bindings[0].alias;
  if (methods.empty() || !as_it_is) return;
  evaluation.lower = inputs[step.bindings[0].index].lower;
  evaluation.upper = inputs[step.bindings[0].index].upper;
}

// Leaves nothing of the values that are behind a withheld one. The finished values behind any value
// of a KPI that withholds some are not told: they are of shorter periods, with fewer people.
void Withhold(const EvaluationContext& context, StepValues& steps) {
  if (context.kpi->suppression.fewest == 0) return;
  const Value suppressed = NdReason::kSuppressed;
  for (auto& parts : steps.parts) {
    for (PartValue& part : parts) part.value = suppressed;
  }
  if (!context.withheld) return;
  std::fill(steps.inputs.begin(), steps.inputs.end(), suppressed);
  for (auto* values : {&steps.steps, &steps.results}) {
    for (std::optional<Value>& value : *values) {
      if (value.has_value()) value = suppressed;
    }
  }
  steps.value = suppressed;
}

// The KPI as a function of its inputs; NOT_READY where these do not say enough.
Number FormulaOver(const EvaluationContext& context, const InputSource& source,
                   absl::Span<const Number> values) {
  std::vector<InputAggregate> inputs;
  for (const Number& value : values) {
    InputAggregate input{.period = context.period};
    if (value.defined()) {
      input.value = value.value();
      input.rows = 1;
    } else {
      input.missing = value.reason();
    }
    inputs.push_back(std::move(input));
  }
  const auto steps =
      EvaluateSteps(*context.kpi, *context.window, context.period, context.now, inputs, source);
  return steps.ok() ? steps->value.number() : Number(NdReason::kNotReady);
}

PaceResult PaceOf(const EvaluationContext& context, const ResolvedTarget& target,
                  const InputSource& source) {
  const KpiDefinition& kpi = *context.kpi;
  const PaceInput input{.rule = &*kpi.pace,
                        .calendar = kpi.calendar.get(),
                        .period = context.period,
                        .as_of = context.pace->as_of,
                        .nature = kpi.nature,
                        .to_date = context.pace->to_date,
                        .operands = context.pace->operands,
                        .target = target,
                        .status_rule = &kpi.status_rule};
  return AssessPace(
      input, [&](absl::Span<const Number> values) { return FormulaOver(context, source, values); });
}

Number PointOf(const ResolvedTarget& target) {
  if (!target.value.has_value()) return target.reason.value_or(NdReason::kNoTarget);
  return target.value->is_range ? Number(NdReason::kNotApplicable) : Number(target.value->point());
}

// Under the basis PACE the complete days of an open period are judged by what is due after them;
// a period that is over, and a window that is always full, by the state's target.
StatusResult JudgeByPace(const KpiDefinition& kpi, const KpiEvaluation& evaluation,
                         const Number& to_date, StatusInput input) {
  input.band_reference = PointOf(evaluation.target);
  StatusResult whole = EvaluateStatus(kpi.status_rule, input);
  if (!evaluation.pace.has_value() || !evaluation.value.is_decimal()) return whole;
  input.too_early = evaluation.pace->too_early.has_value();
  input.band_reference =
      to_date.defined() ? PointOf(evaluation.pace->to_date_target) : Number(to_date.reason());
  if (to_date.defined()) input.actual = to_date.value();
  StatusResult paced = EvaluateStatus(kpi.status_rule, input);
  paced.variance = std::move(whole.variance);
  return paced;
}

// What the period would be on the chart.
SeriesPoint DrawnPoint(const EvaluationContext& context, const KpiEvaluation& evaluation) {
  SeriesPoint point{.has_rows = evaluation.rows > 0,
                    .target = evaluation.target.value,
                    .judged_by = context.kpi,
                    .grain = context.window->grain()};
  // Neither a value that does not count nor a zero that nobody reported, of a late period or by
  // TREAT_AS_ZERO, is a point of a chart.
  const bool counts = evaluation.data_state == DataState::kOk ||
                      evaluation.data_state == DataState::kProvisional ||
                      evaluation.data_state == DataState::kLate;
  if (counts && evaluation.value.is_decimal()) {
    point.control.value = evaluation.value.decimal().ToDouble();
  }
  point.control.starts_segment = StartsSegment(context);
  point.control.excluded_from_baseline = context.kpi->process_control.has_value() &&
                                         context.kpi->process_control->IsExcluded(context.period);
  return point;
}

// sigma_hat of the chart that the state shows: its own period is on it once it is closed.
Number SigmaOf(const EvaluationContext& context, const KpiEvaluation& evaluation,
               const SeriesCarry& before) {
  if (!ShowsControl(*context.kpi, *context.window)) return NdReason::kNotApplicable;
  SeriesCarry carry = before;
  if (IsClosed(evaluation.phase)) {
    carry.Append(DayNumber(context.period.first_day), DrawnPoint(context, evaluation));
  } else if (StartsSegment(context)) {
    return NdReason::kPending;
  }
  const std::optional<ControlLimits> limits = carry.control().limits;
  if (!limits.has_value()) return NdReason::kPending;
  const absl::StatusOr<Decimal> sigma = Decimal::FromDouble(limits->sigma);
  return sigma.ok() ? Number(*sigma) : Number(NdReason::kDomain);
}

StatusResult StatusOf(const EvaluationContext& context, const KpiEvaluation& evaluation,
                      const SeriesCarry* before) {
  const KpiDefinition& kpi = *context.kpi;
  const bool low_n =
      evaluation.interval.has_value() && IsLowCount(*evaluation.interval, kpi.sampling->tolerance);
  StatusInput input{.actual = evaluation.value,
                    .target = evaluation.target,
                    .data_state = evaluation.data_state,
                    .readiness = evaluation.readiness,
                    .flags = {.restated = context.restated, .low_n = low_n},
                    .bands = BandsFor(kpi.status_rule, context.slice, context.ancestors)};
  if (before != nullptr) {
    if (!StartsSegment(context)) input.fold = before->fold();
    input.last = before->LastAsOf(context.period);
  }
  const Bands* bands = input.bands->bands;
  if (bands != nullptr && bands->basis() == BandBasis::kSigma && before != nullptr) {
    input.band_reference = SigmaOf(context, evaluation, *before);
  }
  if (bands == nullptr || bands->basis() != BandBasis::kPace) {
    return EvaluateStatus(kpi.status_rule, input);
  }
  const Number to_date =
      context.pace == nullptr ? Number(NdReason::kNotReady) : context.pace->to_date;
  return JudgeByPace(kpi, evaluation, to_date, std::move(input));
}

SeriesPoint PointOf(const EvaluationContext& context, const KpiEvaluation& evaluation) {
  SeriesPoint point = DrawnPoint(context, evaluation);
  point.judged = evaluation.status.judged.has_value();
  point.status = evaluation.status.status;
  point.fold = evaluation.status.fold;
  return point;
}

SeriesView ViewOf(const SeriesCarry& carry) {
  return {.control = carry.control(),
          .goal = carry.goal(),
          .status = carry.last().status,
          .last_day = carry.last_day().value_or(0),
          .trend = carry.trend()};
}

void AssessPhase(const EvaluationContext& context, KpiEvaluation& evaluation) {
  const ClosingRule closing = ClosingRuleOf(*context.kpi);
  const absl::Time watermark = evaluation.readiness.watermark;
  const bool finalised = context.final_time <= context.now;
  evaluation.phase = PhaseOf(context.period, context.now, watermark, closing, finalised);
  evaluation.next_change =
      std::min(evaluation.next_change,
               NextPhaseChange(context.period, context.now, watermark, closing, finalised));
  if (!finalised) evaluation.next_change = std::min(evaluation.next_change, context.final_time);
  if (context.settles_at.has_value() && context.now < *context.settles_at &&
      evaluation.phase == PeriodPhase::kClosed && !evaluation.readiness.ready) {
    evaluation.phase = PeriodPhase::kClosing;
    evaluation.settling = true;
    evaluation.next_change = std::min(evaluation.next_change, *context.settles_at);
  }
}

void EvaluateSeries(const EvaluationContext& context, const SeriesCarry& before,
                    KpiEvaluation& evaluation) {
  evaluation.point = PointOf(context, evaluation);
  const KpiDefinition& kpi = *context.kpi;
  if (&before.kpi() != &kpi) return;  // a period on the way to another, that nobody keeps
  const int32_t first_day = DayNumber(context.period.first_day);
  const bool charted = ShowsControl(kpi, *context.window);
  const bool maintained =
      ShowsMaintain(kpi, *context.window) && first_day >= kpi.maintain->first_days.front();
  if (!charted && !maintained) return;
  SeriesCarry carry = before;
  if (IsClosed(evaluation.phase)) carry.Append(first_day, evaluation.point);
  if (charted) evaluation.series = ViewOf(carry);
  if (maintained) evaluation.maintain = carry.maintain();
}

}  // namespace

bool IsClosed(PeriodPhase phase) {
  return phase == PeriodPhase::kClosed || phase == PeriodPhase::kFinal;
}

bool StartsSegment(const EvaluationContext& context) {
  const std::optional<ProcessControlRule>& control = context.kpi->process_control;
  return control.has_value() && !control->rebases.empty() &&
         control->StartsSegment(PreviousPeriod(*context.kpi->calendar, context.period),
                                context.period);
}

ClosingRule ClosingRuleOf(const KpiDefinition& kpi) {
  ClosingRule rule;
  for (const MetricInput& input : kpi.inputs) {
    const Timeliness& due = input.metric->timeliness;
    rule.wait = std::max(rule.wait, due.expected_lag + due.grace);
  }
  return rule;
}

absl::StatusOr<KpiEvaluation> EvaluateKpi(const EvaluationContext& context,
                                          absl::Span<const InputAggregate> inputs,
                                          const InputSource& source,
                                          const TargetEnvironment& environment,
                                          const SeriesCarry* before) {
  const KpiDefinition& kpi = *context.kpi;
  KpiEvaluation evaluation;
  const std::vector<InputReadiness> readiness = ReadinessOf(context, inputs);
  evaluation.readiness = AssessReadiness(context.reach, context.now, readiness);
  std::map<absl::string_view, int64_t> held_out;
  for (size_t i = 0; i < inputs.size(); ++i) {
    if (ReadsEarlierPeriod(kpi.inputs[i].path)) continue;
    int64_t& of_metric = held_out[kpi.inputs[i].metric->id];
    of_metric = std::max(of_metric, inputs[i].held_out);
    evaluation.rows += inputs[i].rows;
    evaluation.carried += inputs[i].carried;
    const bool trailing = context.window->kind() == WindowKind::kTrailing;
    evaluation.carries_on |=
        (trailing && inputs[i].rows > 0) ||
        (inputs[i].members > 0 &&
         ReachOf(kpi.inputs[i].aggregation.kind, kpi.inputs[i].frame).all_before);
    evaluation.last_event = std::max(evaluation.last_event, inputs[i].last_event);
  }
  for (const auto& [metric, count] : held_out) evaluation.held_out += count;
  ASSIGN_OR_RETURN(evaluation.steps, EvaluateSteps(kpi, *context.window, context.period,
                                                   context.now, inputs, source));
  Withhold(context, evaluation.steps);
  if (!context.withheld) EvaluateBounds(context, inputs, evaluation);
  evaluation.value =
      context.period.exists() ? evaluation.steps.value : Value(NdReason::kNotApplicable);
  std::optional<NdReason> reason;
  if (!evaluation.value.number().defined()) reason = evaluation.value.number().reason();
  evaluation.data_state = DataStateOf(context.reach, evaluation.readiness, reason);

  evaluation.next_change = NextReadinessChange(context.reach, context.now, readiness);
  AssessPhase(context, evaluation);
  StateTargets targets(context, evaluation.readiness.watermark, environment);
  if (context.pace != nullptr && !context.withheld) {
    evaluation.pace = PaceOf(context, targets.Whole(), source);
  }
  for (const TargetRole role : kAllTargetRoles) {
    ResolvedTarget target =
        targets.ToDate(role, evaluation.pace.has_value() ? &*evaluation.pace : nullptr);
    if (evaluation.phase == PeriodPhase::kFinal && context.final_targets != nullptr) {
      target = KeptTarget(context.final_targets->at(static_cast<size_t>(role)), std::move(target));
    }
    if (role == TargetRole::kCommitted) {
      evaluation.target = std::move(target);
    } else {
      evaluation.other_targets.push_back(std::move(target));
    }
  }
  if (evaluation.value.is_decimal()) {
    evaluation.interval = IntervalOf(kpi, evaluation.steps.inputs, inputs);
  }
  evaluation.next_change = std::min(evaluation.next_change, targets.next_change());
  evaluation.status = StatusOf(context, evaluation, before);
  // What is still to come will be held out.
  if (evaluation.phase == PeriodPhase::kFinal) evaluation.status.flags.provisional = false;
  if (before != nullptr) EvaluateSeries(context, *before, evaluation);
  return evaluation;
}

std::string StatePlace::Version() const {
  return absl::StrFormat("%010d%010d%020d%020d", incarnation, definition_position, seq,
                         absl::ToUnixMillis(tick));
}

void AppendPlace(const StatePlace& place, std::string* state) {
  v1::KpiState suffix;
  suffix.set_definition_position(place.definition_position);
  suffix.mutable_position()->set_part(place.part);
  suffix.mutable_position()->set_incarnation(place.incarnation);
  suffix.mutable_position()->set_seq(place.seq);
  *suffix.mutable_tick() = ToTimestamp(place.tick);
  suffix.set_version(place.Version());
  suffix.AppendToString(state);
}

}  // namespace kpisuite
