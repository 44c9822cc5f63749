#include "libs/definitions/input_expression.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/definitions/field_checks.h"
#include "libs/kpi/decimal.h"

namespace kpisuite {

SampleColumns ColumnsOf(const MetricDefinition& metric) {
  SampleColumns columns{.unit = metric.unit, .scale = metric.scale};
  if (metric.has_weights) columns.weight_scale = metric.weight_scale;
  return columns;
}

std::optional<DerivedValue> BuildDerived(const std::string& field, const std::string& expression,
                                         std::optional<int> expression_scale,
                                         const MetricDefinition& metric, Violations& violations) {
  if (expression.empty()) {
    if (!expression_scale.has_value()) return DerivedValue();
    violations.Add(field + ".expression_scale", violation::kRefused,
                   "got a value, want none: it is for an expression");
    return std::nullopt;
  }
  const int scale = expression_scale.value_or(metric.scale);
  if (!CheckRange(field + ".expression_scale", scale, 0, kMaxScale, violations)) {
    return std::nullopt;
  }
  absl::StatusOr<DerivedValue> derived = DerivedValue::Create(expression, ColumnsOf(metric), scale);
  if (derived.ok()) return *std::move(derived);
  violations.AddStatus(field + ".expression", violation::kSyntax, derived.status());
  return std::nullopt;
}

MetricDefinition AsDerived(const MetricDefinition& metric, const DerivedValue& derived) {
  MetricDefinition measured = metric;
  if (derived.empty()) return measured;
  measured.unit = derived.unit();
  measured.scale = derived.scale();
  return measured;
}

std::string DerivedText(const DerivedValue& derived) {
  if (derived.empty()) return "";
  return absl::StrCat("|expression ", derived.scale(), " ", derived.canonical_text());
}

}  // namespace kpisuite
