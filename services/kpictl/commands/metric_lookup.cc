#include "services/kpictl/commands/metric_lookup.h"

#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "libs/base/status_macros.h"
#include "libs/document/definition_kinds.h"

namespace kpisuite {

absl::StatusOr<std::vector<v1::Definition>> FindMetrics(const std::vector<std::string>& ids,
                                                        Context& context) {
  v1::BatchGetDefinitionsRequest request;
  request.set_parent(context.parent());
  for (const std::string& id : ids) {
    if (!IsResourceId(id)) {
      return UsageError(
          absl::StrCat("metric: got \"", id, "\", want lower-case letters, digits and inner '-'"));
    }
    request.add_names(MakeResourceName(context.options().workspace, "metrics", id));
  }
  v1::BatchGetDefinitionsResponse response;
  RETURN_IF_ERROR(context.clients().Call(Service::kDefinition, [&](grpc::ClientContext& call) {
    return context.clients().definition().BatchGetDefinitions(&call, request, &response);
  }));
  if (response.missing_names_size() > 0) {
    const std::string id = ParseResourceName(response.missing_names(0)).id;
    return MakeError(absl::StatusCode::kNotFound, "UNKNOWN_METRIC",
                     absl::StrCat("the metric \"", id, "\" is not defined in ", context.parent()),
                     {{"metric", id}});
  }
  return std::vector<v1::Definition>(response.definitions().begin(), response.definitions().end());
}

}  // namespace kpisuite
