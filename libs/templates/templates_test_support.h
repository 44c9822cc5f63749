// What the tests of templates share: a workspace with a metric for every alias of a template.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "libs/templates/instantiate.h"
#include "libs/templates/unit_binding.h"

namespace kpisuite {

// EUR for `cur`, kg for `item`, h for `time`, else the unit itself.
inline std::string SampleUnit(const std::string& unit) {
  if (unit == kCurrencyVariable) return "EUR";
  if (unit == kItemVariable) return "kg";
  return unit == kTimeVariable ? "h" : unit;
}

// The metric of an alias: `net_income` is bound to `net-income`.
inline v1::Definition MetricFor(const std::string& alias, const v1::TemplateMetric& wanted) {
  v1::Definition metric;
  metric.set_name(absl::StrCat("workspaces/w/metrics/", absl::StrReplaceAll(alias, {{"_", "-"}})));
  metric.mutable_metric()->set_unit(SampleUnit(wanted.unit()));
  return metric;
}

inline std::vector<v1::Definition> MetricsFor(const v1::Template& source) {
  std::vector<v1::Definition> metrics;
  for (const auto& [alias, wanted] : source.metrics()) metrics.push_back(MetricFor(alias, wanted));
  return metrics;
}

// Everything bound to MetricsFor(source); parameters without default are 1, 2, ...
inline v1::InstantiateTemplateRequest RequestFor(const v1::Template& source) {
  v1::InstantiateTemplateRequest request;
  request.set_parent("workspaces/w");
  request.set_template_id(source.id());
  request.set_owner("ann@example.com");
  for (const auto& [alias, wanted] : source.metrics()) {
    (*request.mutable_bindings())[alias] = absl::StrReplaceAll(alias, {{"_", "-"}});
  }
  const std::map<std::string, v1::TemplateParameter> parameters(source.parameters().begin(),
                                                                source.parameters().end());
  int next = 1;
  for (const auto& [name, parameter] : parameters) {
    if (parameter.default_value().empty()) {
      (*request.mutable_parameters())[name] = absl::StrCat(next++);
    }
  }
  return request;
}

// Has exactly these metrics.
inline TemplateWorkspace WorkspaceWith(const std::vector<v1::Definition>& metrics) {
  std::map<std::string, std::shared_ptr<const MetricDefinition>> known;
  for (const v1::Definition& metric : metrics) {
    Violations violations;
    auto built = BuildMetric(metric, nullptr, violations);
    if (built != nullptr) known[built->id] = std::move(built);
  }
  return {"w",
          [known](const std::string& id) {
            const auto found = known.find(id);
            return found == known.end() ? nullptr : found->second;
          },
          [](const std::string&) { return std::vector<std::string>(); }};
}

}  // namespace kpisuite
