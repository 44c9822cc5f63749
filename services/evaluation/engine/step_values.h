// From the aggregates of a KPI's inputs to the values of its formulas.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "libs/definitions/kpi.h"
#include "libs/kpi/period.h"
#include "libs/kpi/value.h"
#include "services/evaluation/engine/input_source.h"

namespace kpisuite {

// A finished value that a RESULT aggregates.
struct PartValue {
  std::string period;  // id
  Value value;
};

// Every value on the way to the last step, for one root period.
struct StepValues {
  std::vector<Value> inputs;                  // parallel to KpiDefinition::inputs, after ValueOf
  std::vector<std::optional<Value>> steps;    // parallel to steps; nothing for those in a RESULT
  std::vector<std::vector<PartValue>> parts;  // parallel to results
  std::vector<std::optional<Value>> results;  // parallel to results; nothing for those in a RESULT
  Value value = NdReason::kNotReady;          // of the KPI
};

// The value of an operand of one of the root's own steps.
const Value& OperandOf(const StepValues& values, const FormulaBinding& binding);

// What an input is worth, rows or not, by its watermark.
Value ValueOf(const MetricInput& input, const InputAggregate& aggregate);

// `inputs` are those of the root, parallel to KpiDefinition::inputs; `source` gives those of the
// parts of a RESULT, of which those that begin before `now` count. A value that misses samples is
// ND(NOT_KEPT), whatever the formula says. Errors: those of the source.
absl::StatusOr<StepValues> EvaluateSteps(const KpiDefinition& kpi, const Window& window,
                                         const Period& root, absl::Time now,
                                         absl::Span<const InputAggregate> inputs,
                                         const InputSource& source);

}  // namespace kpisuite
