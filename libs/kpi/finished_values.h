#pragma once

#include "absl/types/span.h"
#include "libs/kpi/aggregate.h"
#include "libs/kpi/value.h"

namespace kpisuite {

// Whether finished values can be aggregated this way: SUM, AVG, MIN, MAX, FIRST, LAST, MEDIAN.
bool AggregatesFinishedValues(AggregationKind kind);

// Aggregates the finished values of consecutive periods, in their order (SEMANTICS 3.2 rule 4,
// RESULT). Periods without a value are skipped; when no period has one, the first period's reason
// is the answer, EMPTY without periods. SUM and AVG add from the first to the last in decimal128;
// the MEDIAN of an even number of values is the mean of the two in the middle.
Value AggregateFinishedValues(AggregationKind kind, absl::Span<const Value> values);

}  // namespace kpisuite
