// The calls of DefinitionService about the KPI catalogue.
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "libs/base/page_token.h"
#include "libs/base/status_macros.h"
#include "libs/definitions/violations.h"
#include "libs/templates/instantiate.h"
#include "services/definition/definition_service.h"
#include "services/definition/request_checks.h"

namespace kpisuite {
namespace {

constexpr size_t kMaxPageBytes = 2 << 20;

constexpr absl::string_view kFilterPaths[] = {"category", "id", "unit", "direction", "perspective"};

std::vector<std::string> ValuesOf(const v1::Template& made, const std::string& path) {
  const v1::Kpi& kpi = made.definition().kpi();
  if (path == "category") return {made.category()};
  if (path == "id") return {made.id()};
  if (path == "unit") return {kpi.unit()};
  if (path == "direction") {
    return {v1::Direction_Name(kpi.direction()).substr(sizeof("DIRECTION_") - 1)};
  }
  return {v1::Perspective_Name(kpi.perspective()).substr(sizeof("PERSPECTIVE_") - 1)};
}

std::string PageKey(const v1::ListTemplatesRequest& request) {
  return absl::StrCat("ListTemplates\n", request.filter());
}

}  // namespace

absl::StatusOr<v1::ListTemplatesResponse> DefinitionService::ListTemplates(
    const v1::ListTemplatesRequest& request) const {
  ASSIGN_OR_RETURN(const ListFilter filter, ListFilter::Parse(request.filter(), kFilterPaths));
  ASSIGN_OR_RETURN(const int page_size, CheckPageSize(request.page_size()));
  ASSIGN_OR_RETURN(const std::string cursor, ReadPageToken(PageKey(request), request.page_token()));
  v1::ListTemplatesResponse response;
  size_t bytes = 0;
  std::string last;
  const auto& templates = templates_.templates();
  for (auto it = templates.upper_bound(cursor); it != templates.end(); ++it) {
    const v1::Template& made = it->second;
    if (!filter.Matches([&](const std::string& path) { return ValuesOf(made, path); })) continue;
    const size_t size = made.ByteSizeLong();
    if (response.templates_size() == page_size ||
        (response.templates_size() > 0 && bytes + size > kMaxPageBytes)) {
      response.set_next_page_token(MakePageToken(PageKey(request), last));
      break;
    }
    bytes += size;
    *response.add_templates() = made;
    last = it->first;
  }
  return response;
}

absl::StatusOr<v1::InstantiateTemplateResponse> DefinitionService::InstantiateTemplate(
    const v1::InstantiateTemplateRequest& request) {
  const absl::StatusOr<std::string> workspace = ParseWorkspace(request.parent());
  if (!workspace.ok()) {
    Violations violations;
    violations.AddStatus("parent", violation::kSyntax, workspace.status());
    return InvalidFields(violations.Take());
  }
  const v1::Template* source = templates_.Find(request.template_id());
  if (source == nullptr) {
    return MakeError(absl::StatusCode::kNotFound, "NOT_FOUND",
                     absl::StrCat("template ", GotWant(request.template_id(), "one of the list")),
                     {{"template_id", request.template_id()}});
  }
  RETURN_IF_ERROR(Refresh());
  MutexLock lock(mutex_);
  // Locals, so that the analysis sees that the lock is held.
  const Catalog& catalog = catalog_;
  const TemplateWorkspace lookup = {
      *workspace, [&](const std::string& id) { return catalog.FindMetric(*workspace, id); },
      [&](const std::string& template_id) {
        std::vector<std::string> ids;
        for (const auto& kpi : catalog.Kpis()) {
          const auto label = kpi->labels.find("template");
          const bool made = label != kpi->labels.end() && label->second == template_id;
          if (made && kpi->workspace == *workspace) ids.push_back(kpi->id);
        }
        return ids;
      }};
  v1::InstantiateTemplateResponse response;
  ASSIGN_OR_RETURN(*response.add_definitions(), Instantiate(*source, request, lookup));
  return response;
}

}  // namespace kpisuite
