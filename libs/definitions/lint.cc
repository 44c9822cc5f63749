#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "libs/definitions/validate.h"

namespace kpisuite {
namespace {

constexpr size_t kMostKpisOfAnObjective = 2;
constexpr int kFewestChildren = 5;
constexpr int kMostChildren = 10;

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

// How many KPIs serve an objective.
size_t KpisOf(const ResourceName& objective, const Catalog& catalog) {
  const std::vector<ResourceName> referrers = catalog.ReferrersOf(objective);
  return static_cast<size_t>(std::count_if(
      referrers.begin(), referrers.end(),
      [](const ResourceName& referrer) { return referrer.kind == DefinitionKind::kKpi; }));
}

// One operand divided by another; a division by `days` is none.
bool IsRatio(const KpiDefinition& kpi) {
  if (kpi.step().bindings.size() < 2) return false;
  return absl::StrContains(kpi.formula().canonical_text(), "/") ||
         absl::StrContains(kpi.formula().canonical_text(), "safe_div");
}

// Whether the formula is the plain mean of operands that are means themselves.
bool IsMeanOfMeans(const KpiDefinition& kpi) {
  const KpiStep& step = kpi.step();
  if (step.bindings.size() < 2) return false;
  const auto is_mean = [&kpi](const FormulaBinding& binding) {
    return binding.kind == FormulaBinding::Kind::kInput &&
           kpi.inputs[binding.index].aggregation.kind == AggregationKind::kAverage;
  };
  if (!std::all_of(step.bindings.begin(), step.bindings.end(), is_mean)) return false;
  absl::string_view text = step.formula.canonical_text();
  if (!absl::ConsumePrefix(&text, "(") ||
      !absl::ConsumeSuffix(&text, absl::StrCat(") / ", step.bindings.size()))) {
    return false;
  }
  std::vector<std::string> terms = absl::StrSplit(text, " + ");
  std::vector<std::string> aliases;
  for (const FormulaBinding& binding : step.bindings) aliases.push_back(binding.alias);
  std::sort(terms.begin(), terms.end());
  std::sort(aliases.begin(), aliases.end());
  return terms == aliases;
}

std::string TemplateOf(const KpiDefinition& kpi) {
  const auto label = kpi.labels.find("template");
  return label == kpi.labels.end() ? "" : label->second;
}

// The templates of which one should keep this KPI honest; null when it is made from none that has.
const std::vector<std::string>* WantedGuardrails(const KpiDefinition& kpi,
                                                 const TemplateGuardrails* guardrails) {
  if (guardrails == nullptr) return nullptr;
  const auto found = guardrails->find(TemplateOf(kpi));
  return found == guardrails->end() || found->second.empty() ? nullptr : &found->second;
}

void LintGuardrails(const KpiDefinition& kpi, const Catalog& catalog,
                    const TemplateGuardrails* guardrails, Violations& warnings) {
  const std::vector<std::string>* wanted = WantedGuardrails(kpi, guardrails);
  if (wanted == nullptr) {
    if (!IsRatio(kpi) || !kpi.guardrails.empty()) return;
    warnings.Add("kpi.guardrails", violation::kNoGuardrail,
                 "got no guardrail for a ratio, want a KPI that shows when only its denominator "
                 "changed");
    return;
  }
  for (const std::string& id : kpi.guardrails) {
    const auto other = catalog.FindKpi(kpi.workspace, id);
    if (other != nullptr && std::count(wanted->begin(), wanted->end(), TemplateOf(*other)) > 0)
      return;
  }
  warnings.Add("kpi.guardrails", violation::kNoGuardrailPair,
               absl::StrCat("got no KPI made from ", absl::StrJoin(*wanted, " or "),
                            ", want one beside a KPI made from ", TemplateOf(kpi)));
}

// Whether somebody said until when the target holds, or when it is looked at again.
bool HasHorizon(const KpiDefinition& kpi, const Catalog& catalog, const ResourceName& name) {
  if (kpi.definition->kpi().target().has_schedule()) return true;
  for (const auto& target : catalog.TargetsOf(name)) {
    const v1::Target& spec = target->target();
    if (!spec.effective_to().empty() || !spec.review_by().empty() || spec.value().has_schedule()) {
      return true;
    }
  }
  const CatalogEntry* objective =
      catalog.Find({kpi.workspace, DefinitionKind::kObjective, kpi.objective});
  return objective != nullptr && !objective->definition->objective().horizon().empty();
}

void LintTarget(const ResourceName& name, const KpiDefinition& kpi, const Catalog& catalog,
                Violations& warnings) {
  if (kpi.status_rule.direction.kind == DirectionKind::kNeutral) return;
  if (kpi.targets.empty()) {
    warnings.Add("kpi.target", violation::kNoTarget, "got nothing, want what good means");
  } else if (!HasHorizon(kpi, catalog, name)) {
    warnings.Add("kpi.target", violation::kNoHorizon,
                 "got a target without an end, want effective_to or review_by on a Target, or a "
                 "horizon on the objective");
  }
  const std::optional<Bands>& bands = kpi.status_rule.bands;
  const bool relative = bands.has_value() && bands->basis() == BandBasis::kFvp &&
                        !IsTwoSided(kpi.status_rule.direction.kind);
  if (relative && TargetMayBeZero(kpi, catalog, name)) {
    warnings.Add("kpi.bands.basis", violation::kZeroTarget,
                 "got FVP and a target of 0, want ACTUAL or VARIANCE: nothing can be a part of 0");
  }
}

// What is not said about the KPI itself.
void LintTexts(const KpiDefinition& kpi, const Catalog& catalog, Violations& warnings) {
  if (kpi.definition->description().empty()) {
    warnings.Add("description", violation::kNoDescription,
                 "got nothing, want what the KPI means and why it is watched");
  }
  if (kpi.perspective == v1::PERSPECTIVE_UNSPECIFIED) {
    warnings.Add("kpi.perspective", violation::kNoScope,
                 "got nothing, want which side of the business the KPI looks at");
  }
  if (kpi.owner.find_first_of(",;|") != std::string::npos) {
    warnings.Add("kpi.owner", violation::kManyOwners,
                 GotWant(kpi.owner, "one owner; those who stand in are deputies of the review"));
  }
  if (kpi.objective.empty()) {
    warnings.Add("kpi.objective", violation::kNoObjective,
                 "got nothing, want the objective that the KPI serves");
  } else {
    const ResourceName objective = {kpi.workspace, DefinitionKind::kObjective, kpi.objective};
    const size_t count = KpisOf(objective, catalog);
    if (count > kMostKpisOfAnObjective) {
      warnings.Add(
          "kpi.objective", violation::kObjectiveKpis,
          absl::StrCat("got ", count, " KPIs of the objective ", kpi.objective, ", want 1 or 2"));
    }
  }
  if (!kpi.review.has_value()) {
    warnings.Add("kpi.review", violation::kNoReview,
                 "got nothing, want how often somebody looks at the KPI");
  }
}

}  // namespace

void LintKpi(const ResourceName& name, const KpiDefinition& kpi, const Catalog& catalog,
             const TemplateGuardrails* guardrails, Violations& warnings) {
  LintTexts(kpi, catalog, warnings);
  LintGuardrails(kpi, catalog, guardrails, warnings);
  LintTarget(name, kpi, catalog, warnings);
  if (IsMeanOfMeans(kpi)) {
    warnings.Add("kpi.formula", violation::kMeanOfMeans,
                 GotWant(kpi.formula().canonical_text(),
                         "one AVG over all samples: means of unlike counts do not average"));
  }
  for (const ResourceName& other : catalog.KpisWithFingerprint(kpi.workspace, kpi.fingerprint)) {
    if (other == name) continue;
    warnings.Add("kpi", violation::kDuplicateFingerprint,
                 absl::StrCat("got the same inputs, formula, windows and unit as ",
                              other.ShortText(), ", want each KPI defined once"));
    break;
  }
}

void LintObjective(const ResourceName& name, const Catalog& catalog, Violations& warnings) {
  const size_t count = KpisOf(name, catalog);
  if (1 <= count && count <= kMostKpisOfAnObjective) return;
  warnings.Add("objective", violation::kObjectiveKpis,
               absl::StrCat("got ", count, " KPIs that serve it, want 1 or 2"));
}

void LintScorecard(const v1::Scorecard& scorecard, Violations& warnings) {
  const int count = scorecard.children_size();
  if (kFewestChildren <= count && count <= kMostChildren) return;
  warnings.Add("scorecard.children", violation::kScorecardSize,
               absl::StrCat("got ", count, ", want ", kFewestChildren, " to ", kMostChildren,
                            ": fewer hide, more drown what matters"));
}

}  // namespace kpisuite
