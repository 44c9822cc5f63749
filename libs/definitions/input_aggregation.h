// How a metric input is aggregated, as its definition writes it.
#pragma once

#include <optional>
#include <string>

#include "kpisuite/v1/definition.pb.h"
#include "libs/definitions/metric.h"
#include "libs/definitions/violations.h"
#include "libs/kpi/aggregate.h"
#include "libs/kpi/aggregate_frame.h"
#include "libs/kpi/unit.h"

namespace kpisuite {

// The aggregation of `input` without the metric's part (its scale is 0); `field` is the path of the
// input. Nothing when it is missing or MEAN_OF_RATIOS, which metrics do not have. Codes: REQUIRED,
// REFUSED, OUT_OF_RANGE.
std::optional<AggregationSpec> BuildAggregation(const std::string& field, const v1::Input& input,
                                                Violations& violations);

// What of the samples outside of the period enters the value. Codes: REQUIRED, REFUSED, SYNTAX,
// OUT_OF_RANGE.
FrameRule BuildFrameRule(const std::string& field, const v1::Input& input, AggregationKind kind,
                         Violations& violations);

// Part of MetricInput::key: empty for what does not look beyond the period, otherwise it starts
// with '|'.
std::string FrameText(AggregationKind kind, const FrameRule& rule);

// The unit of the aggregated value: the metric's, its square for VAR, none for counts. Nothing when
// the unit leaves its limits. Checks that the metric can be aggregated so: no sums of what does not
// add up (NOT_ADDITIVE), weights where they are needed (REQUIRED).
std::optional<Unit> BuildAggregateUnit(const std::string& field, const AggregationSpec& spec,
                                       const MetricDefinition& metric, Violations& violations);

}  // namespace kpisuite
