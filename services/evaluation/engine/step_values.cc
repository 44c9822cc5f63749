#include "services/evaluation/engine/step_values.h"

#include <utility>

#include "libs/base/status_macros.h"
#include "libs/kpi/data_state.h"
#include "libs/kpi/finished_values.h"

namespace kpisuite {
namespace {

// Evaluates the steps of one root period.
class RootEvaluator {
 public:
  // Only `source` is read for a part of a RESULT; the root itself has its `inputs`.
  RootEvaluator(const KpiDefinition& kpi, const Window& window, const Period& root, absl::Time now,
                const InputSource& source)
      : kpi_(kpi), window_(window), root_(root), now_(now), source_(source) {
    values_.inputs.resize(kpi.inputs.size(), NdReason::kNotReady);
    known_.resize(kpi.inputs.size(), false);
    values_.steps.resize(kpi.steps.size());
    values_.parts.resize(kpi.results.size());
    values_.results.resize(kpi.results.size());
  }

  void SetInputs(absl::Span<const InputAggregate> inputs) {
    for (size_t i = 0; i < inputs.size(); ++i) {
      values_.inputs[i] = ValueOf(kpi_.inputs[i], inputs[i]);
      known_[i] = true;
    }
  }

  absl::StatusOr<Value> Step(size_t index) {
    if (values_.steps[index].has_value()) return *values_.steps[index];
    const KpiStep& step = kpi_.steps[index];
    std::vector<Value> operands;
    for (const FormulaBinding& binding : step.bindings) {
      ASSIGN_OR_RETURN(Value operand, Operand(binding));
      operands.push_back(std::move(operand));
    }
    const std::optional<FormulaConstants> constants = ConstantsOf(step);
    Value value = constants.has_value() ? step.formula.Evaluate(operands, *constants)
                                        : Value(NdReason::kNoComparable);
    values_.steps[index] = value;
    return value;
  }

  StepValues Take() { return std::move(values_); }

 private:
  absl::StatusOr<Value> Operand(const FormulaBinding& binding) {
    switch (binding.kind) {
      case FormulaBinding::Kind::kInput: return Input(binding.index);
      case FormulaBinding::Kind::kStep: return Step(binding.index);
      case FormulaBinding::Kind::kResult: break;
    }
    return Result(binding.index);
  }

  absl::StatusOr<Value> Input(size_t index) {
    if (!known_[index]) {
      ASSIGN_OR_RETURN(const InputAggregate aggregate, source_.Read(index, window_, root_));
      values_.inputs[index] = ValueOf(kpi_.inputs[index], aggregate);
      known_[index] = true;
    }
    return values_.inputs[index];
  }

  absl::StatusOr<Value> Result(size_t index) {
    if (values_.results[index].has_value()) return *values_.results[index];
    const ResultInput& result = kpi_.results[index];
    const Calendar& calendar = *kpi_.calendar;
    const auto end = FollowPath(calendar, window_, root_, result.path);
    Value value = NdReason::kNoComparable;
    if (end.has_value()) {
      ASSIGN_OR_RETURN(const Window grain, Window::Create({.grain = result.grain}));
      std::vector<Value> finished;
      for (Period part = PeriodOf(calendar, result.grain, end->days.first_day);
           part.first_day < end->days.end_day && part.start < now_;
           part = NextPeriod(calendar, part)) {
        if (source_.IsAcrossBreak(root_, part.last_day())) {
          values_.results[index] = NdReason::kNoComparable;
          return *values_.results[index];
        }
        RootEvaluator evaluator(kpi_, grain, part, now_, source_);
        ASSIGN_OR_RETURN(Value one, evaluator.Step(result.step));
        finished.push_back(one);
        values_.parts[index].push_back({part.id, std::move(one)});
      }
      value = AggregateFinishedValues(result.aggregation, finished);
    }
    values_.results[index] = value;
    return value;
  }

  // Nothing when the step's period does not exist.
  std::optional<FormulaConstants> ConstantsOf(const KpiStep& step) const {
    FormulaConstants constants;
    if (!step.formula.uses_days() && !step.formula.uses_working_days()) return constants;
    const Calendar& calendar = *kpi_.calendar;
    const auto end = FollowPath(calendar, window_, root_, step.path);
    if (!end.has_value()) return std::nullopt;
    const Period period = PeriodOfDays(calendar, end->days);
    constants.days = Decimal::FromInt(DayCount(calendar, period));
    constants.working_days = Decimal::FromInt(WorkingDayCount(calendar, period));
    return constants;
  }

  const KpiDefinition& kpi_;
  const Window& window_;
  const Period& root_;
  const absl::Time now_;
  const InputSource& source_;
  StepValues values_;
  std::vector<bool> known_;
};

}  // namespace

const Value& OperandOf(const StepValues& values, const FormulaBinding& binding) {
  switch (binding.kind) {
    case FormulaBinding::Kind::kInput: return values.inputs[binding.index];
    case FormulaBinding::Kind::kStep: return *values.steps[binding.index];
    case FormulaBinding::Kind::kResult: break;
  }
  return *values.results[binding.index];
}

Value ValueOf(const MetricInput& input, const InputAggregate& aggregate) {
  if (aggregate.missing.has_value()) return *aggregate.missing;
  if (aggregate.has_data()) return aggregate.value;
  const EmptyInput empty = ValueOfEmptyInput(aggregate.period, aggregate.watermark,
                                             IsZeroWhenEmpty(input.aggregation.kind));
  return empty.reason.has_value() ? Value(*empty.reason) : Value(Decimal());
}

absl::StatusOr<StepValues> EvaluateSteps(const KpiDefinition& kpi, const Window& window,
                                         const Period& root, absl::Time now,
                                         absl::Span<const InputAggregate> inputs,
                                         const InputSource& source) {
  RootEvaluator evaluator(kpi, window, root, now, source);
  evaluator.SetInputs(inputs);
  ASSIGN_OR_RETURN(const Value value, evaluator.Step(kpi.steps.size() - 1));
  StepValues values = evaluator.Take();
  values.value = source.misses_samples() ? Value(NdReason::kNotKept) : value;
  return values;
}

}  // namespace kpisuite
