#include "libs/templates/instantiate.h"

#include <map>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "libs/base/error.h"
#include "libs/definitions/field_checks.h"
#include "libs/definitions/names.h"
#include "libs/definitions/references.h"
#include "libs/definitions/violations.h"
#include "libs/document/scalar_reader.h"
#include "libs/document/suggestion.h"
#include "libs/templates/template_text.h"
#include "libs/templates/unit_binding.h"

namespace kpisuite {
namespace {

constexpr char kCurrency[] = "currency";
constexpr char kConversionWindow[] = "conversionWindow";

// Binds one template; used once.
class Instantiation {
 public:
  Instantiation(const v1::Template& source, const v1::InstantiateTemplateRequest& request,
                const TemplateWorkspace& workspace)
      : source_(source), request_(request), workspace_(workspace) {}

  absl::StatusOr<v1::Definition> Run() {
    made_ = source_.definition();
    CheckIdentity();
    BindParameters();
    BindMetrics();
    FillKpi();
    if (!violations_.empty()) return InvalidFields(violations_.Take());
    return std::move(made_);
  }

 private:
  v1::Kpi& kpi() { return *made_.mutable_kpi(); }

  void CheckIdentity() {
    const std::string id =
        request_.kpi_id().empty() ? DefaultKpiId(source_.id()) : request_.kpi_id();
    if (!IsLabel(id)) {
      violations_.Add("kpi_id", violation::kSyntax,
                      GotWant(id, "at most 63 lower-case letters, digits and inner '-'"));
    }
    if (request_.owner().empty()) {
      AddRequired("owner", "the address of who answers for it", violations_);
    } else {
      CheckAddress("owner", request_.owner(), violations_);
    }
    made_.set_name(ResourceName{workspace_.id, DefinitionKind::kKpi, id}.ToString());
    made_.set_description(source_.note().empty()
                              ? source_.written_formula()
                              : absl::StrCat(source_.written_formula(), ". ", source_.note()));
    (*made_.mutable_labels())["template"] = source_.id();
    kpi().set_owner(request_.owner());
    for (const std::string& guardrail : source_.guardrails()) {
      for (const std::string& other : workspace_.kpis_of(guardrail)) {
        if (other != id) kpi().add_guardrails(other);
      }
    }
  }

  bool UsesCurrency() const {
    for (const auto& [alias, metric] : source_.metrics()) {
      if (metric.unit() == kCurrencyVariable) return true;
    }
    return false;
  }

  bool HasConversion() const {
    for (const auto& [alias, input] : source_.definition().kpi().inputs()) {
      if (input.has_conversion_window()) return true;
    }
    return false;
  }

  void BindParameters() {
    const std::map<std::string, v1::TemplateParameter> declared(source_.parameters().begin(),
                                                                source_.parameters().end());
    std::vector<std::string> names;
    for (const auto& [name, parameter] : declared) {
      names.push_back(name);
      if (!parameter.default_value().empty()) values_[name] = parameter.default_value();
    }
    if (UsesCurrency()) names.push_back(kCurrency);
    if (HasConversion()) names.push_back(kConversionWindow);
    const std::map<std::string, std::string> given(request_.parameters().begin(),
                                                   request_.parameters().end());
    for (const auto& [name, value] : given) {
      const std::string field = MapField("parameters", name);
      if (declared.contains(name)) {
        const std::optional<Decimal> number = CheckDecimal(field, value, violations_);
        values_[name] = number.has_value() ? number->ToString() : "1";
      } else if (name == kCurrency && UsesCurrency()) {
        BindCurrency(field, value);
      } else if (name == kConversionWindow && HasConversion()) {
        BindConversionWindow(field, value);
      } else {
        violations_.Add(
            field, violation::kUnknownReference,
            GotWant(name, absl::StrCat("a parameter of ", source_.id(), DidYouMean(name, names))));
      }
    }
    for (const auto& [name, parameter] : declared) {
      if (values_.contains(name)) continue;
      AddRequired(MapField("parameters", name), parameter.means(), violations_);
      values_[name] = "1";
    }
  }

  void BindCurrency(const std::string& field, const std::string& value) {
    const absl::StatusOr<Unit> unit = Unit::Parse(value);
    const absl::Status bound = unit.ok() ? units_.Bind(kCurrencyVariable, *unit) : unit.status();
    violations_.AddStatus(field, violation::kCurrency, bound);
  }

  void BindConversionWindow(const std::string& field, const std::string& value) {
    const absl::StatusOr<absl::Duration> window = ParseDurationText(value);
    if (!window.ok() || *window <= absl::ZeroDuration() || *window > kLongestDuration) {
      violations_.Add(field, violation::kSyntax, GotWant(value, "a duration such as 14d or 36h"));
      return;
    }
    for (auto& [alias, input] : *kpi().mutable_inputs()) {
      if (!input.has_conversion_window()) continue;
      google::protobuf::Duration& duration = *input.mutable_conversion_window();
      duration.set_seconds(absl::ToInt64Seconds(*window));
      duration.set_nanos(0);
    }
  }

  void BindMetrics() {
    std::map<std::string, const v1::TemplateMetric*> wanted;  // in the order of their names
    std::vector<std::string> names;
    for (const auto& [alias, metric] : source_.metrics()) wanted[alias] = &metric;
    for (const auto& [alias, metric] : wanted) names.push_back(alias);
    for (const auto& [alias, metric] : wanted) BindMetric(alias, *metric);
    const std::map<std::string, std::string> given(request_.bindings().begin(),
                                                   request_.bindings().end());
    for (const auto& [alias, metric] : given) {
      if (wanted.contains(alias)) continue;
      violations_.Add(
          MapField("bindings", alias), violation::kUnknownReference,
          GotWant(alias, absl::StrCat("an alias of ", source_.id(), DidYouMean(alias, names))));
    }
  }

  void BindMetric(const std::string& alias, const v1::TemplateMetric& wanted) {
    const std::string field = MapField("bindings", alias);
    const auto given = request_.bindings().find(alias);
    if (given == request_.bindings().end() || given->second.empty()) {
      AddRequired(field, absl::StrCat("a metric: ", wanted.means(), " (", wanted.unit(), ")"),
                  violations_);
      return;
    }
    const auto metric = workspace_.find_metric(given->second);
    if (metric == nullptr) {
      violations_.Add(field, violation::kUnknownReference,
                      GotWant(given->second, "a metric of the workspace"));
      return;
    }
    const absl::Status bound = units_.Bind(wanted.unit(), metric->unit);
    if (!bound.ok()) {
      violations_.Add(field, violation::kUnitMismatch,
                      absl::StrCat("metric ", metric->id, ": ", bound.message()));
    }
  }

  // Texts and units of the KPI, once everything is bound.
  void FillKpi() {
    if (!violations_.empty()) return;
    const auto fill = [this](absl::string_view field, const std::string& text) {
      absl::StatusOr<std::string> filled = FillText(text, values_, units_);
      violations_.AddStatus(field, violation::kSyntax, filled.status());
      return filled.value_or(text);
    };
    kpi().set_formula(fill("template.formula", kpi().formula()));
    const absl::StatusOr<std::string> unit = units_.Apply(kpi().unit());
    violations_.AddStatus("template.unit", violation::kUnitMismatch, unit.status());
    kpi().set_unit(unit.value_or(kpi().unit()));
    for (auto& [alias, input] : *kpi().mutable_inputs()) {
      input.set_metric(request_.bindings().at(input.metric()));
      if (!input.where().empty()) input.set_where(fill("template.where", input.where()));
    }
  }

  const v1::Template& source_;
  const v1::InstantiateTemplateRequest& request_;
  const TemplateWorkspace& workspace_;
  v1::Definition made_;
  UnitBinding units_;
  std::map<std::string, std::string> values_;  // of the parameters
  Violations violations_;
};

}  // namespace

std::string DefaultKpiId(const std::string& template_id) {
  return absl::StrReplaceAll(template_id, {{".", "-"}, {"_", "-"}});
}

absl::StatusOr<v1::Definition> Instantiate(const v1::Template& source,
                                           const v1::InstantiateTemplateRequest& request,
                                           const TemplateWorkspace& workspace) {
  return Instantiation(source, request, workspace).Run();
}

}  // namespace kpisuite
