// KPIs inside a KPI: their inputs and formulas become those of the KPI that contains them.
#pragma once

#include <string>
#include <vector>

#include "libs/definitions/kpi.h"
#include "libs/definitions/kpi_builder.h"

namespace kpisuite {

// Where the operands of a component stand.
struct ComponentPlace {
  PeriodPath path;                             // from the root to the component's period
  std::vector<std::string> ignore_dimensions;  // sorted; besides those of its inputs
  bool in_result = false;  // its root is a part of the period that a RESULT aggregates
};

// The operand's window and offset, at most one hop. Adds what is wrong with them.
PeriodPath ReadPath(KpiDraft& draft, const std::string& field, const v1::Input& input);
// The operand's ignored dimensions, sorted. Adds what is wrong with them.
std::vector<std::string> ReadIgnored(KpiDraft& draft, const std::string& field,
                                     const v1::Input& input);

// Index of an equal input, which is added when there is none.
size_t AddMetricInput(KpiDefinition& built, MetricInput input);
// Takes over the steps of `child`; the index of its own.
size_t AddComponent(KpiDefinition& built, const KpiDefinition& child, const ComponentPlace& place);
// The finished values inside of `child`, which is read over that path, must be of periods that make
// up the windows there. Adds REFUSED where they are not; `draft.built.windows` are known.
void CheckResultsBelow(KpiDraft& draft, const std::string& field, const KpiDefinition& child,
                       const PeriodPath& path);
// Takes over `child` as a RESULT; the index of the ResultInput. Adds what is wrong with the
// operand; `draft.built.windows` are known.
size_t AddResult(KpiDraft& draft, const std::string& field, const v1::Input& input,
                 const KpiDefinition& child);

}  // namespace kpisuite
