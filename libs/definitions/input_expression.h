// The derived value of a metric input, as its definition writes it.
#pragma once

#include <optional>
#include <string>

#include "libs/definitions/metric.h"
#include "libs/definitions/violations.h"
#include "libs/kpi/derived_value.h"

namespace kpisuite {

// The columns of the metric's samples.
SampleColumns ColumnsOf(const MetricDefinition& metric);

// The derived value that an input or a query asks for by its fields `expression` and
// `expression_scale`, which are below the path `field`. Nothing when it is wrong. Codes: those of
// DerivedValue, OUT_OF_RANGE, REFUSED.
std::optional<DerivedValue> BuildDerived(const std::string& field, const std::string& expression,
                                         std::optional<int> expression_scale,
                                         const MetricDefinition& metric, Violations& violations);

// The metric with the unit and the scale of the derived value, if there is one.
MetricDefinition AsDerived(const MetricDefinition& metric, const DerivedValue& derived);

// Part of MetricInput::key: empty without a derived value, otherwise it starts with '|'.
std::string DerivedText(const DerivedValue& derived);

}  // namespace kpisuite
