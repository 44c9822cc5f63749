#include "services/kpictl/commands/definition_files.h"

#include <filesystem>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/status_macros.h"
#include "libs/document/definition_directory.h"

namespace kpisuite {

absl::StatusOr<DefinitionSet> ReadDefinitionFiles(const std::vector<std::string>& paths,
                                                  const std::string& workspace, std::istream& in,
                                                  std::ostream& err) {
  DefinitionSet set(workspace);
  for (const std::string& path : paths) {
    std::error_code error;
    if (path == "-") {
      set.Add("stdin", ReadDefinitionText(in));
    } else if (std::filesystem::is_directory(path, error)) {
      ASSIGN_OR_RETURN(const std::vector<std::string> files, DefinitionFilesBelow(path));
      for (const std::string& file : files) RETURN_IF_ERROR(AddDefinitionFile(file, set));
    } else {
      RETURN_IF_ERROR(AddDefinitionFile(path, set));
    }
  }
  for (const DocumentError& error : set.errors()) err << ToString(error) << "\n";
  if (!set.errors().empty()) {
    return absl::InvalidArgumentError(absl::StrCat(set.errors().size(),
                                                   set.errors().size() == 1 ? " error" : " errors",
                                                   " in the files; nothing was sent"));
  }
  if (set.definitions().empty()) {
    return absl::InvalidArgumentError("the files define nothing");
  }
  return set;
}

void PrintViolations(const google::protobuf::RepeatedPtrField<v1::Violation>& violations,
                     const char* severity, const DefinitionSet& definitions, std::ostream& err) {
  for (const v1::Violation& violation : violations) {
    const std::optional<SourceMap::Found> found =
        definitions.source_map().Find(violation.field(), violation.line(), violation.column());
    if (found.has_value()) err << ToString(found->position) << ": ";
    err << severity << violation.field() << ": " << violation.description();
    const bool has_inner = violation.line() > 0;
    if (has_inner && !(found.has_value() && found->inner_applied)) {
      err << " (line " << violation.line() << ", column " << violation.column() << " of its text)";
    }
    if (!violation.code().empty()) err << " [" << violation.code() << "]";
    err << "\n";
  }
}

v1::ApplyDefinitionsRequest ApplyRequest(const DefinitionSet& definitions, const Context& context) {
  v1::ApplyDefinitionsRequest request;
  request.set_parent(context.parent());
  for (const v1::Definition& definition : definitions.definitions()) {
    *request.add_definitions() = definition;
  }
  return request;
}

absl::StatusOr<v1::ApplyDefinitionsResponse> Validate(v1::ApplyDefinitionsRequest request,
                                                      const DefinitionSet& definitions,
                                                      Context& context) {
  request.set_validate_only(true);
  v1::ApplyDefinitionsResponse response;
  RETURN_IF_ERROR(context.clients().Call(Service::kDefinition, [&](grpc::ClientContext& call) {
    return context.clients().definition().ApplyDefinitions(&call, request, &response);
  }));
  PrintViolations(response.warnings(), "warning: ", definitions, context.err());
  PrintViolations(response.violations(), "", definitions, context.err());
  if (response.violations_size() > 0) {
    return absl::InvalidArgumentError(absl::StrCat(
        response.violations_size(), response.violations_size() == 1 ? " violation" : " violations",
        "; nothing was changed"));
  }
  return response;
}

}  // namespace kpisuite
