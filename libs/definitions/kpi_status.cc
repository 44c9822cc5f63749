#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "libs/definitions/field_checks.h"
#include "libs/definitions/kpi_builder.h"

namespace kpisuite {
namespace {

std::optional<DirectionKind> DirectionOf(v1::Direction direction) {
  switch (direction) {
    case v1::DIRECTION_HIGHER: return DirectionKind::kHigher;
    case v1::DIRECTION_LOWER: return DirectionKind::kLower;
    case v1::DIRECTION_IN_RANGE: return DirectionKind::kInRange;
    case v1::DIRECTION_ON_TARGET: return DirectionKind::kOnTarget;
    case v1::DIRECTION_NEUTRAL: return DirectionKind::kNeutral;
    default: return std::nullopt;
  }
}

void BuildDirection(KpiDraft& draft) {
  Direction& direction = draft.built.status_rule.direction;
  const std::optional<DirectionKind> kind = DirectionOf(draft.kpi.direction());
  if (!kind.has_value()) {
    AddRequired("kpi.direction", "HIGHER, LOWER, IN_RANGE, ON_TARGET or NEUTRAL", draft.violations);
  }
  direction.kind = kind.value_or(DirectionKind::kNeutral);
  const bool wants_tolerance = direction.kind == DirectionKind::kOnTarget;
  const v1::Tolerance& tolerance = draft.kpi.tolerance();
  if (!wants_tolerance) {
    if (draft.kpi.has_tolerance() && kind.has_value()) {
      draft.violations.Add("kpi.tolerance", violation::kRefused,
                           "got a value, want none: it is for the direction ON_TARGET");
    }
    return;
  }
  if (tolerance.kind_case() == v1::Tolerance::KIND_NOT_SET) {
    AddRequired("kpi.tolerance", "relative or absolute, for the direction ON_TARGET",
                draft.violations);
    direction.tolerance = Decimal();
    return;
  }
  direction.relative = tolerance.has_relative();
  const std::string field =
      direction.relative ? "kpi.tolerance.relative" : "kpi.tolerance.absolute";
  const std::string& text = direction.relative ? tolerance.relative() : tolerance.absolute();
  direction.tolerance = CheckDecimal(field, text, draft.violations).value_or(Decimal());
  if (direction.tolerance->IsNegative()) {
    draft.violations.Add(field, violation::kOutOfRange, GotWant(text, "0 or more"));
  }
}

void BuildLogicalRange(KpiDraft& draft) {
  KpiDefinition& built = draft.built;
  const v1::LogicalRange& range = draft.kpi.logical_range();
  if (!draft.kpi.has_logical_range()) {
    if (draft.unit.has_value() && draft.unit->IsPercent()) {
      built.logical_min = Decimal();
      built.logical_max = Decimal::FromMantissa(15, 1);
    }
    return;
  }
  if (!range.min().empty()) {
    built.logical_min = CheckDecimal("kpi.logical_range.min", range.min(), draft.violations);
  }
  if (!range.max().empty()) {
    built.logical_max = CheckDecimal("kpi.logical_range.max", range.max(), draft.violations);
  }
  if (built.logical_min.has_value() && built.logical_max.has_value() &&
      *built.logical_min > *built.logical_max) {
    draft.violations.Add("kpi.logical_range.min", violation::kOutOfRange,
                         GotWant(range.min(), absl::StrCat("at most the max ", range.max())));
  }
}

bool IsOutside(const KpiDefinition& kpi, const Decimal& value) {
  return (kpi.logical_min.has_value() && value < *kpi.logical_min) ||
         (kpi.logical_max.has_value() && value > *kpi.logical_max);
}

void BuildNoDataPolicy(KpiDraft& draft) {
  NoDataPolicy& policy = draft.built.status_rule.no_data_policy;
  switch (draft.kpi.no_data_policy()) {
    case v1::NO_DATA_POLICY_UNSPECIFIED:
    case v1::NO_DATA_POLICY_NO_DATA: policy = NoDataPolicy::kNoData; break;
    case v1::NO_DATA_POLICY_TREAT_AS_ZERO: policy = NoDataPolicy::kTreatAsZero; break;
    case v1::NO_DATA_POLICY_OFF_TARGET: policy = NoDataPolicy::kOffTarget; break;
    case v1::NO_DATA_POLICY_KEEP_LAST: policy = NoDataPolicy::kKeepLast; break;
    default: CheckEnum("kpi.no_data_policy", draft.kpi.no_data_policy(), false, draft.violations);
  }
  constexpr char kField[] = "kpi.keep_last_periods";
  const v1::Kpi& kpi = draft.kpi;
  if (kpi.no_data_policy() != v1::NO_DATA_POLICY_KEEP_LAST) {
    if (kpi.has_keep_last_periods()) {
      draft.violations.Add(kField, violation::kRefused,
                           "got a value, want none: it is for the no_data_policy KEEP_LAST");
    }
  } else if (!kpi.has_keep_last_periods()) {
    AddRequired(kField, "for how many periods KEEP_LAST keeps a status", draft.violations);
  } else if (CheckRange(kField, kpi.keep_last_periods(), 1, 1000, draft.violations)) {
    draft.built.status_rule.keep_last_periods = kpi.keep_last_periods();
  }
}

// An operand that is a value of an INTERVAL scale makes the result one.
ScaleType ScaleTypeOf(const KpiDefinition& kpi) {
  for (const MetricInput& input : kpi.inputs) {
    const AggregationKind kind = input.aggregation.kind;
    const bool counts = kind == AggregationKind::kCount || kind == AggregationKind::kCountTrue ||
                        kind == AggregationKind::kCountDistinct;
    if (!counts && input.metric->scale_type == ScaleType::kInterval) return ScaleType::kInterval;
  }
  return ScaleType::kRatio;
}

}  // namespace

void CheckLogicalRange(const KpiDraft& draft, absl::string_view field, const std::string& text,
                       const Decimal& value, Violations& violations) {
  const KpiDefinition& kpi = draft.built;
  if (!IsOutside(kpi, value)) return;
  const std::string low = kpi.logical_min.has_value() ? kpi.logical_min->ToString() : "-inf";
  const std::string high = kpi.logical_max.has_value() ? kpi.logical_max->ToString() : "inf";
  std::string want = absl::StrCat("a value in the logical range [", low, ", ", high, "]");
  const Number hundredth = value / Decimal::FromInt(100);
  if (draft.unit.has_value() && draft.unit->IsPercent() && !absl::EndsWith(text, "%") &&
      hundredth.defined() && !IsOutside(kpi, hundredth.value())) {
    absl::StrAppend(&want, "; did you mean ", text, "%?");
  }
  violations.Add(field, violation::kOutOfRange, GotWant(text, want));
}

void BuildStatusRule(KpiDraft& draft) {
  StatusRule& rule = draft.built.status_rule;
  BuildDirection(draft);
  BuildLogicalRange(draft);
  BuildBands(draft);
  BuildNoDataPolicy(draft);
  if (!draft.kpi.baseline().empty()) {
    rule.baseline = CheckDecimal("kpi.baseline", draft.kpi.baseline(), draft.violations);
    if (rule.baseline.has_value()) {
      CheckLogicalRange(draft, "kpi.baseline", draft.kpi.baseline(), *rule.baseline,
                        draft.violations);
    }
  }
  rule.scale_type = ScaleTypeOf(draft.built);
  const v1::Kpi& kpi = draft.kpi;
  const auto has_basis = [&](BandBasis basis) {
    return rule.bands.has_value() && rule.bands->basis() == basis;
  };
  const bool relative = has_basis(BandBasis::kFvp) || has_basis(BandBasis::kAttainment) ||
                        has_basis(BandBasis::kPace);
  if (rule.scale_type == ScaleType::kInterval && relative &&
      (kpi.has_bands() || kpi.has_target())) {
    draft.violations.Add("kpi.bands.basis", violation::kRefused,
                         "got a relative basis for values of an INTERVAL scale, want ACTUAL or "
                         "VARIANCE");
  }
}

}  // namespace kpisuite
