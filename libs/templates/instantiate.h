// Instantiate: from a template and what it is bound to, to a KPI that can be applied.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "kpisuite/v1/definition_service.pb.h"
#include "libs/definitions/metric.h"

namespace kpisuite {

// What is looked up in the workspace.
struct TemplateWorkspace {
  std::string id;
  // Null when there is no such metric.
  std::function<std::shared_ptr<const MetricDefinition>(const std::string& id)> find_metric;
  // Ids of the KPIs made from a template, sorted.
  std::function<std::vector<std::string>(const std::string& template_id)> kpis_of;
};

// The id that a KPI gets when the request names none: `fin-net-margin`.
std::string DefaultKpiId(const std::string& template_id);

// The KPI of `source` for `request`, whose template_id and parent are taken as read: bound, with
// its label, its description and, as guardrails, the KPIs of the workspace that were made from the
// template's guardrails. INVALID_ARGUMENT (INVALID_FIELD) with everything that is wrong.
absl::StatusOr<v1::Definition> Instantiate(const v1::Template& source,
                                           const v1::InstantiateTemplateRequest& request,
                                           const TemplateWorkspace& workspace);

}  // namespace kpisuite
