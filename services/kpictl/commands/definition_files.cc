#include "services/kpictl/commands/definition_files.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "libs/base/status_macros.h"

namespace kpisuite {
namespace {

namespace fs = std::filesystem;

// One byte more than the reader of YAML accepts, so that it says what is wrong.
constexpr std::streamsize kMaxBytes = (4 << 20) + 1;

std::string ReadAll(std::istream& in) {
  std::string text(kMaxBytes, '\0');
  in.read(text.data(), kMaxBytes);
  text.resize(static_cast<size_t>(in.gcount()));
  return text;
}

bool IsDefinitionFile(const fs::path& path) {
  const std::string extension = path.extension().string();
  return extension == ".yaml" || extension == ".yml" || extension == ".json";
}

bool IsHidden(const fs::path& path) { return absl::StartsWith(path.filename().string(), "."); }

absl::StatusOr<std::vector<std::string>> FilesBelow(const std::string& directory) {
  std::error_code error;
  std::vector<std::string> files;
  fs::recursive_directory_iterator entry(directory, error);
  for (; !error && entry != fs::recursive_directory_iterator(); entry.increment(error)) {
    if (IsHidden(entry->path())) {
      entry.disable_recursion_pending();
    } else if (entry->is_regular_file(error) && IsDefinitionFile(entry->path())) {
      files.push_back(entry->path().string());
    }
  }
  if (error) {
    return absl::NotFoundError(absl::StrCat(directory, ": cannot be read: ", error.message()));
  }
  std::sort(files.begin(), files.end());
  return files;
}

absl::Status AddFile(const std::string& path, DefinitionSet& set) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return absl::NotFoundError(absl::StrCat(path, ": cannot be read"));
  set.Add(path, ReadAll(file));
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<DefinitionSet> ReadDefinitionFiles(const std::vector<std::string>& paths,
                                                  const std::string& workspace, std::istream& in,
                                                  std::ostream& err) {
  DefinitionSet set(workspace);
  for (const std::string& path : paths) {
    std::error_code error;
    if (path == "-") {
      set.Add("stdin", ReadAll(in));
    } else if (fs::is_directory(path, error)) {
      ASSIGN_OR_RETURN(const std::vector<std::string> files, FilesBelow(path));
      for (const std::string& file : files) RETURN_IF_ERROR(AddFile(file, set));
    } else {
      RETURN_IF_ERROR(AddFile(path, set));
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
        "; nothing was applied"));
  }
  return response;
}

}  // namespace kpisuite
