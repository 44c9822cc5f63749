#include "services/evaluation/engine/evaluate_kpi.h"

#include <algorithm>

#include "absl/strings/str_format.h"
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
                         .rows = inputs[i].rows});
  }
  return readiness;
}

ClosingRule ClosingRuleOf(const KpiDefinition& kpi) {
  ClosingRule rule{.final_after = kpi.final_after};
  for (const MetricInput& input : kpi.inputs) {
    const Timeliness& due = input.metric->timeliness;
    rule.wait = std::max(rule.wait, due.expected_lag + due.grace);
  }
  return rule;
}

// Evaluates the components and then the KPI itself, inputs first, formula last.
void EvaluateSteps(const EvaluationContext& context, KpiEvaluation& evaluation) {
  const KpiDefinition& kpi = *context.kpi;
  FormulaConstants constants;
  const bool reads_days = std::any_of(kpi.steps.begin(), kpi.steps.end(), [](const KpiStep& step) {
    return step.formula.uses_days() || step.formula.uses_working_days();
  });
  if (reads_days) {
    constants.days = Decimal::FromInt(DayCount(*kpi.calendar, context.period));
    constants.working_days = Decimal::FromInt(WorkingDayCount(*kpi.calendar, context.period));
  }
  std::vector<Value> operands;
  for (const KpiStep& step : kpi.steps) {
    operands.clear();
    for (const FormulaBinding& binding : step.bindings) {
      operands.push_back(binding.kind == FormulaBinding::Kind::kInput
                             ? evaluation.inputs[binding.index]
                             : evaluation.steps[binding.index]);
    }
    evaluation.steps.push_back(step.formula.Evaluate(operands, constants));
  }
}

// How far the value can be trusted; `inputs` as evaluated.
std::optional<Interval> IntervalOf(const KpiDefinition& kpi, absl::Span<const Value> inputs) {
  if (!kpi.sampling.has_value()) return std::nullopt;
  const SamplingRule& rule = *kpi.sampling;
  const Number part = inputs[rule.part].number();
  const Number whole = inputs[rule.whole].number();
  if (rule.method == IntervalMethod::kWilson) return WilsonInterval(part, whole);
  return NpsInterval(part, inputs[rule.against].number(), whole);
}

}  // namespace

KpiEvaluation EvaluateKpi(const EvaluationContext& context,
                          absl::Span<const InputAggregate> inputs) {
  const KpiDefinition& kpi = *context.kpi;
  KpiEvaluation evaluation;
  const std::vector<InputReadiness> readiness = ReadinessOf(context, inputs);
  evaluation.readiness = AssessReadiness(context.period, context.now, readiness);
  for (size_t i = 0; i < inputs.size(); ++i) {
    if (inputs[i].rows > 0) {
      evaluation.inputs.push_back(inputs[i].value);
    } else {
      const EmptyInput empty = ValueOfEmptyInput(context.period, inputs[i].watermark,
                                                 IsZeroWhenEmpty(kpi.inputs[i].aggregation.kind));
      evaluation.inputs.push_back(empty.reason.has_value() ? Value(*empty.reason)
                                                           : Value(Decimal()));
    }
    evaluation.rows += inputs[i].rows;
    evaluation.last_event = std::max(evaluation.last_event, inputs[i].last_event);
  }
  EvaluateSteps(context, evaluation);
  evaluation.value =
      context.period.exists() ? evaluation.steps.back() : Value(NdReason::kNotApplicable);
  std::optional<NdReason> reason;
  if (!evaluation.value.number().defined()) reason = evaluation.value.number().reason();
  evaluation.data_state = DataStateOf(context.period, evaluation.readiness, reason);

  const ClosingRule closing = ClosingRuleOf(kpi);
  const absl::Time watermark = evaluation.readiness.watermark;
  evaluation.phase = PhaseOf(context.period, context.now, watermark, closing, false);
  evaluation.target = kpi.targets.Resolve(*kpi.calendar, TargetRole::kCommitted, context.slice,
                                          context.period, kpi.nature);
  if (evaluation.value.is_decimal()) evaluation.interval = IntervalOf(kpi, evaluation.inputs);
  const bool low_n =
      evaluation.interval.has_value() && IsLowCount(*evaluation.interval, kpi.sampling->tolerance);
  evaluation.status =
      EvaluateStatus(kpi.status_rule, {.actual = evaluation.value,
                                       .target = evaluation.target,
                                       .data_state = evaluation.data_state,
                                       .readiness = evaluation.readiness,
                                       .flags = {.restated = context.restated, .low_n = low_n}});
  evaluation.next_change =
      std::min(NextReadinessChange(context.period, context.now, readiness),
               NextPhaseChange(context.period, context.now, watermark, closing, false));
  if (context.settles_at.has_value() && context.now < *context.settles_at &&
      evaluation.phase == PeriodPhase::kClosed && !evaluation.readiness.ready) {
    evaluation.phase = PeriodPhase::kClosing;
    evaluation.settling = true;
    evaluation.next_change = std::min(evaluation.next_change, *context.settles_at);
  }
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
