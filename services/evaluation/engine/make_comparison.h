// A state next to those of comparable periods (SEMANTICS 3.4.6, 3.10.1).
#pragma once

#include <vector>

#include "absl/status/statusor.h"
#include "google/protobuf/repeated_ptr_field.h"
#include "kpisuite/v1/comparison.pb.h"
#include "libs/kpi/comparator.h"
#include "services/evaluation/engine/evaluate_kpi.h"
#include "services/evaluation/engine/period_values.h"

namespace kpisuite {

inline constexpr int kMostComparators = 10;

// What a request asks for; PREVIOUS_PERIOD and SAME_PERIOD_LAST_YEAR when it names nothing.
// INVALID_ARGUMENT (InvalidFields, paths `comparators[i].kind` and so on); UNIMPLEMENTED for
// `proportional`.
absl::StatusOr<std::vector<Comparator>> ReadComparators(
    const google::protobuf::RepeatedPtrField<v1::Comparator>& comparators);

// The comparator is valid; `values` are those of the context's KPI and window. A state that is
// CLOSED, or whose data is complete, is compared whole. Any other is cut at its last complete local
// day, the last that has ended by the least of now and the watermark (of now alone while a metric
// has no watermark); the comparable period is cut after as many days. Errors: those of `values`.
absl::StatusOr<v1::Comparison> MakeComparison(const EvaluationContext& context,
                                              const KpiEvaluation& evaluation,
                                              const PeriodValues& values,
                                              const Comparator& comparator);

}  // namespace kpisuite
