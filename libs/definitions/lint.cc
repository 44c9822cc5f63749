#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "libs/definitions/validate.h"

namespace kpisuite {
namespace {

// Whether any value of the KPI's committed targets is 0.
bool TargetMayBeZero(const KpiDefinition& kpi, const Catalog& catalog, const ResourceName& name) {
  const auto is_zero = [](const std::string& text) {
    const absl::StatusOr<Decimal> value = Decimal::ParseWithPercent(text);
    return value.ok() && value->IsZero();
  };
  const auto may_be_zero = [&is_zero](const v1::TargetValue& value) {
    if (value.has_fixed()) return is_zero(value.fixed());
    for (const auto& [period, text] : value.schedule().values()) {
      if (is_zero(text)) return true;
    }
    return false;
  };
  if (may_be_zero(kpi.definition->kpi().target())) return true;
  for (const auto& target : catalog.TargetsOf(name)) {
    if (may_be_zero(target->target().value())) return true;
  }
  return false;
}

// One operand divided by another; a division by `days` is none.
bool IsRatio(const KpiDefinition& kpi) {
  if (kpi.step().bindings.size() < 2) return false;
  return absl::StrContains(kpi.formula().canonical_text(), "/") ||
         absl::StrContains(kpi.formula().canonical_text(), "safe_div");
}

}  // namespace

void LintKpi(const ResourceName& name, const KpiDefinition& kpi, const Catalog& catalog,
             Violations& warnings) {
  if (kpi.definition->description().empty()) {
    warnings.Add("description", violation::kNoDescription,
                 "got nothing, want what the KPI means and why it is watched");
  }
  if (kpi.objective.empty()) {
    warnings.Add("kpi.objective", violation::kNoObjective,
                 "got nothing, want the objective that the KPI serves");
  }
  if (!kpi.review.has_value()) {
    warnings.Add("kpi.review", violation::kNoReview,
                 "got nothing, want how often somebody looks at the KPI");
  }
  if (IsRatio(kpi) && kpi.guardrails.empty()) {
    warnings.Add("kpi.guardrails", violation::kNoGuardrail,
                 "got no guardrail for a ratio, want a KPI that shows when only its denominator "
                 "changed");
  }
  const std::optional<Bands>& bands = kpi.status_rule.bands;
  const bool relative = bands.has_value() && bands->basis() == BandBasis::kFvp &&
                        !IsTwoSided(kpi.status_rule.direction.kind);
  if (relative && TargetMayBeZero(kpi, catalog, name)) {
    warnings.Add("kpi.bands.basis", violation::kZeroTarget,
                 "got FVP and a target of 0, want ACTUAL or VARIANCE: nothing can be a part of 0");
  }
  for (const ResourceName& other : catalog.KpisWithFingerprint(kpi.workspace, kpi.fingerprint)) {
    if (other == name) continue;
    warnings.Add("kpi", violation::kDuplicateFingerprint,
                 absl::StrCat("got the same inputs, formula, windows and unit as ",
                              other.ShortText(), ", want each KPI defined once"));
    break;
  }
}

}  // namespace kpisuite
