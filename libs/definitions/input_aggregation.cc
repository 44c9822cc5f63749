#include "libs/definitions/input_aggregation.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "libs/definitions/field_checks.h"

namespace kpisuite {
namespace {

bool IsFirstOrLast(AggregationKind kind) {
  return kind == AggregationKind::kFirst || kind == AggregationKind::kLast;
}

std::optional<AggregationKind> ServedKind(v1::Aggregation aggregation) {
  const std::string name = v1::Aggregation_Name(aggregation);
  const auto kind = AggregationKindFromName(absl::StripPrefix(name, "AGGREGATION_"));
  return kind.has_value() && IsServed(*kind) ? kind : std::nullopt;
}

void Refuse(const std::string& field, bool is_set, absl::string_view why, Violations& violations) {
  if (is_set) violations.Add(field, violation::kRefused, why);
}

uint32_t BuildPercentile(const std::string& field, const std::string& text,
                         Violations& violations) {
  // Millionths of 1 are ten-thousandths of a percent.
  const absl::StatusOr<int64_t> mantissa = MantissaFromText(text, 4);
  if (mantissa.ok() && 0 <= *mantissa && *mantissa <= int64_t{kPercentileOne}) {
    return static_cast<uint32_t>(*mantissa);
  }
  violations.Add(field, violation::kOutOfRange,
                 GotWant(text, "0 to 100 with at most 4 decimal places"));
  return 0;
}

void BuildCarryForward(const std::string& field, AggregationKind kind, const std::string& text,
                       Violations& violations) {
  if (!IsFirstOrLast(kind)) {
    Refuse(field, !text.empty(), "got a value, want none: it is for FIRST and LAST", violations);
  } else if (text != "NONE") {
    violations.Add(field, violation::kNotImplemented,
                   GotWant(text,
                           "NONE: this release carries no value into a period without samples, and "
                           "the default UNTIL_RETRACTED would"));
  }
}

void CheckAdditive(const std::string& field, AggregationKind kind, const MetricDefinition& metric,
                   Violations& violations) {
  const bool sums = kind == AggregationKind::kSum;
  const bool sums_series = IsFirstOrLast(kind) && !metric.dimensions.empty();
  if (!sums && !sums_series) return;
  absl::string_view what;
  if (metric.unit.IsPercent()) {
    what = "percentages";
  } else if (metric.unit.IsRate()) {
    what = "rates or prices";
  } else if (metric.scale_type == ScaleType::kInterval) {
    what = "values of an INTERVAL scale";
  }
  if (what.empty()) return;
  violations.Add(
      field + ".aggregation", violation::kNotAdditive,
      absl::StrCat("got ", AggregationKindName(kind), " of metric ", metric.id, ", want no sum of ",
                   what, ": use AVG, or sums of a numerator and a denominator"));
}

}  // namespace

std::optional<AggregationSpec> BuildAggregation(const std::string& field, const v1::Input& input,
                                                Violations& violations) {
  if (input.aggregation() == v1::AGGREGATION_UNSPECIFIED) {
    AddRequired(field + ".aggregation", "how samples become a number, for instance SUM",
                violations);
    return std::nullopt;
  }
  const bool known = v1::Aggregation_IsValid(input.aggregation());
  CheckEnum(field + ".aggregation", input.aggregation(), known, violations);
  const std::optional<AggregationKind> kind = ServedKind(input.aggregation());
  if (!kind.has_value()) {
    CheckNotSet(field + ".aggregation", known, violations);
    return std::nullopt;
  }
  AggregationSpec spec;
  spec.kind = *kind;
  const bool wants_percentile = *kind == AggregationKind::kPercentile;
  if (wants_percentile && input.percentile().empty()) {
    AddRequired(field + ".percentile", "which percentile, 0 to 100", violations);
  } else if (wants_percentile) {
    spec.percentile_millionths =
        BuildPercentile(field + ".percentile", input.percentile(), violations);
  }
  Refuse(field + ".percentile", !wants_percentile && !input.percentile().empty(),
         "got a value, want none: it is for PERCENTILE", violations);
  BuildCarryForward(field + ".carry_forward", *kind, input.carry_forward(), violations);
  return spec;
}

std::optional<Unit> BuildAggregateUnit(const std::string& field, const AggregationSpec& spec,
                                       const MetricDefinition& metric, Violations& violations) {
  CheckAdditive(field, spec.kind, metric, violations);
  if (spec.kind == AggregationKind::kWeightedAverage && !metric.has_weights) {
    violations.Add(field + ".aggregation", violation::kRequired,
                   absl::StrCat("got WEIGHTED_AVG of metric ", metric.id,
                                ", want a metric whose samples carry weights: it says so by its "
                                "weight_scale"));
  }
  const int power = UnitPower(spec.kind);
  if (power == 1) return metric.unit;
  absl::StatusOr<Unit> unit = metric.unit.ToThe(power);
  if (unit.ok()) return *std::move(unit);
  violations.AddStatus(field + ".aggregation", violation::kUnitMismatch, unit.status());
  return std::nullopt;
}

}  // namespace kpisuite
