#include "libs/templates/template_check.h"

#include <algorithm>
#include <set>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "libs/definitions/field_checks.h"
#include "libs/kpi/formula.h"
#include "libs/templates/template_text.h"
#include "libs/templates/unit_binding.h"

namespace kpisuite {
namespace {

// Collects what is wrong with one template.
class TemplateChecker {
 public:
  TemplateChecker(const v1::Template& checked, Violations& violations)
      : checked_(checked), kpi_(checked.definition().kpi()), violations_(violations) {}

  void Check() {
    CheckTexts();
    CheckMetrics();
    CheckParameters();
    CheckFormulas();
    CheckUnit();
    if (kpi_.windows().empty()) Add("kpi.windows", violation::kRequired, "got none");
    if (kpi_.has_owner() || kpi_.has_objective() || kpi_.has_target()) {
      Add("kpi", violation::kRefused, "got an owner, objective or target, want none");
    }
  }

 private:
  void Add(absl::string_view field, absl::string_view code, absl::string_view description) {
    violations_.Add(absl::StrCat(checked_.id(), ".", field), code, description);
  }

  void CheckTexts() {
    const std::string& id = checked_.id();
    const bool sound =
        id.find('.') != std::string::npos && absl::ascii_islower(id.front()) &&
        std::all_of(id.begin(), id.end(), [](char c) {
          return absl::ascii_islower(c) || absl::ascii_isdigit(c) || c == '_' || c == '.';
        });
    if (!sound) Add("id", violation::kSyntax, GotWant(id, "an id such as fin.net_margin"));
    if (checked_.display_name().empty()) Add("displayName", violation::kRequired, "got nothing");
    if (checked_.written_formula().empty()) {
      Add("writtenFormula", violation::kRequired, "got nothing");
    }
  }

  void CheckMetrics() {
    std::set<std::string> used;
    for (const auto& [alias, input] : kpi_.inputs()) {
      used.insert(input.metric());
      if (!checked_.metrics().contains(input.metric())) {
        Add(absl::StrCat("kpi.inputs.", alias, ".metric"), violation::kUnknownReference,
            GotWant(input.metric(), "an alias of the metrics"));
      }
    }
    for (const auto& [alias, metric] : checked_.metrics()) {
      const std::string field = absl::StrCat("metrics.", alias);
      if (!used.contains(alias)) Add(field, violation::kUnusedInput, "got a metric without use");
      if (metric.means().empty()) Add(field + ".means", violation::kRequired, "got nothing");
      if (metric.unit().empty() || !Unit::Parse(metric.unit()).ok()) {
        Add(field + ".unit", violation::kSyntax, GotWant(metric.unit(), "a unit"));
      }
      const std::vector<std::string> symbols = UnitSymbols(metric.unit());
      if (symbols.size() > 1 && std::any_of(symbols.begin(), symbols.end(), IsUnitVariable)) {
        Add(field + ".unit", violation::kSyntax, GotWant(metric.unit(), "a variable alone"));
      }
      units_.insert(metric.unit());
    }
  }

  void CheckParameters() {
    std::set<std::string> used;
    const auto use = [&](absl::string_view text) {
      for (const std::string& name : ParameterNames(text)) used.insert(name);
    };
    use(kpi_.formula());
    for (const auto& [alias, input] : kpi_.inputs()) use(input.where());
    for (const auto& [name, parameter] : checked_.parameters()) {
      values_[name] = parameter.default_value().empty() ? "1" : parameter.default_value();
      if (!used.contains(name)) Add("parameters." + name, violation::kUnusedInput, "got no use");
      if (!Decimal::ParseWithPercent(values_[name]).ok()) {
        Add("parameters." + name, violation::kSyntax, GotWant(values_[name], "a decimal"));
      }
    }
    for (const std::string& name : used) {
      if (!checked_.parameters().contains(name)) {
        Add("parameters", violation::kUnknownReference, GotWant(name, "a declared parameter"));
      }
    }
  }

  // The identifiers of a formula; none when it cannot be read.
  std::set<std::string> Identifiers(const std::string& field, const std::string& formula) {
    const absl::StatusOr<std::string> filled = FillText(formula, values_, UnitBinding());
    if (!filled.ok()) {
      Add(field, violation::kSyntax, filled.status().message());
      return {};
    }
    const absl::StatusOr<std::vector<std::string>> names = FormulaIdentifiers(*filled);
    if (!names.ok()) {
      Add(field, violation::kSyntax, names.status().message());
      return {};
    }
    for (const std::string& name : *names) {
      if (name == "days" || name == "working_days" || kpi_.inputs().contains(name)) continue;
      Add(field, violation::kUndeclaredIdentifier, GotWant(name, "an input"));
    }
    return {names->begin(), names->end()};
  }

  void CheckFormulas() {
    const std::set<std::string> names = Identifiers("kpi.formula", kpi_.formula());
    for (const auto& [alias, input] : kpi_.inputs()) {
      if (!names.contains(alias)) {
        Add(absl::StrCat("kpi.inputs.", alias), violation::kUnusedInput, "got an unused input");
      }
    }
    const bool combined = checked_.combination() != v1::TEMPLATE_COMBINATION_UNSPECIFIED;
    if (combined != (checked_.components_size() > 0)) {
      Add("combination", violation::kRefused, "got one of combination and components, want both");
    }
    for (const v1::TemplateComponent& component : checked_.components()) {
      Identifiers("components", component.formula());
    }
  }

  void CheckUnit() {
    for (const std::string& symbol : UnitSymbols(kpi_.unit())) {
      if (IsUnitVariable(symbol) && !units_.contains(symbol)) {
        Add("kpi.unit", violation::kSyntax, GotWant(symbol, "the unit of a metric"));
      }
    }
  }

  const v1::Template& checked_;
  const v1::Kpi& kpi_;
  Violations& violations_;
  std::map<std::string, std::string> values_;  // of the parameters
  std::set<std::string> units_;                // of the metrics
};

}  // namespace

void CheckTemplate(const v1::Template& checked, Violations& violations) {
  TemplateChecker(checked, violations).Check();
}

void CheckReferences(const std::map<std::string, v1::Template>& templates, Violations& violations) {
  for (const auto& [id, made] : templates) {
    std::vector<std::string> others(made.guardrails().begin(), made.guardrails().end());
    if (!made.variant_of().empty()) others.push_back(made.variant_of());
    for (const v1::TemplateComponent& component : made.components()) {
      if (!component.template_id().empty()) others.push_back(component.template_id());
    }
    for (const std::string& other : others) {
      if (other == id || !templates.contains(other)) {
        violations.Add(id, violation::kUnknownReference, GotWant(other, "another template"));
      }
    }
  }
}

}  // namespace kpisuite
