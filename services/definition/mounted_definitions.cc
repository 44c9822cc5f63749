#include "services/definition/mounted_definitions.h"

#include <filesystem>
#include <fstream>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "libs/base/log.h"
#include "libs/base/status_macros.h"
#include "libs/document/definition_directory.h"

namespace kpisuite {
namespace {

// Where a violation of the request is in the files, and what is wrong there.
std::string PlaceOf(const FieldViolation& violation, const DefinitionSet& set) {
  const auto found = set.source_map().Find(violation.field, violation.line, violation.column);
  if (!found.has_value()) return absl::StrCat(violation.field, ": ", violation.description);
  return absl::StrCat(ToString(found->position), ": ", violation.field, ": ",
                      violation.description);
}

// Names and texts of all files, to tell whether anything changed.
absl::StatusOr<std::string> FingerprintOf(const std::vector<std::string>& files) {
  std::string fingerprint;
  for (const std::string& path : files) {
    std::ifstream file(path, std::ios::binary);
    if (!file) return absl::NotFoundError(absl::StrCat(path, ": cannot be read"));
    absl::StrAppend(&fingerprint, path, "\n", ReadDefinitionText(file), "\n");
  }
  return fingerprint;
}

absl::StatusOr<DefinitionSet> ReadSet(const std::vector<std::string>& files,
                                      const std::string& workspace) {
  DefinitionSet set(workspace);
  for (const std::string& file : files) RETURN_IF_ERROR(AddDefinitionFile(file, set));
  for (const DocumentError& error : set.errors()) {
    LogError("a mounted definition cannot be read", {{"error", ToString(error)}});
  }
  if (!set.errors().empty()) {
    return absl::InvalidArgumentError(absl::StrCat(set.errors().size(), " errors in the files"));
  }
  if (set.definitions().empty()) return absl::InvalidArgumentError("the files define nothing");
  return set;
}

}  // namespace

void AddMountedDefinitionsOptions(MountedDefinitionsOptions& options, OptionParser& parser) {
  parser.Add("definitions", options.directory,
             "Directory of definition files that are applied as one owned set, at start and when "
             "they change.");
  parser.Add("definitions-workspace", options.workspace, "Workspace of these definitions.");
  parser.AddCheck([&options] {
    std::error_code error;
    if (options.directory.empty() || std::filesystem::is_directory(options.directory, error)) {
      return absl::OkStatus();
    }
    return absl::InvalidArgumentError(
        absl::StrCat("--definitions: got \"", options.directory, "\", want a directory"));
  });
}

MountedDefinitions::MountedDefinitions(const MountedDefinitionsOptions& options,
                                       DefinitionService& service, Metrics& metrics)
    : options_(options), service_(service) {
  if (options_.directory.empty()) return;
  applied_ = &metrics.AddGauge("kpisuite_mounted_definitions",
                               "Definitions of the mounted files, as last applied.");
  refused_ = &metrics.AddGauge("kpisuite_mounted_definitions_refused",
                               "1 while the mounted files cannot be applied.");
  thread_ = std::thread([this] { Follow(); });
}

MountedDefinitions::~MountedDefinitions() {
  if (!thread_.joinable()) return;
  {
    MutexLock lock(mutex_);
    stop_ = true;
  }
  stopping_.NotifyAll();
  thread_.join();
}

void MountedDefinitions::Follow() {
  for (;;) {
    Look();
    MutexLock lock(mutex_);
    if (!stop_) stopping_.WaitFor(mutex_, options_.interval);
    if (stop_) return;
  }
}

void MountedDefinitions::Look() {
  const auto files = DefinitionFilesBelow(options_.directory);
  const auto look = files.ok() ? FingerprintOf(*files) : files.status();
  const std::string seen = look.ok() ? *look : std::string(look.status().message());
  if (seen == last_look_) return;
  absl::Status status = look.status();
  if (status.ok()) {
    const auto set = ReadSet(*files, options_.workspace);
    status = set.ok() ? Apply(*set) : set.status();
  }
  refused_->Set(status.ok() ? 0 : 1);
  // What only the store refuses may go through the next time.
  if (!absl::IsUnavailable(status) && !absl::IsResourceExhausted(status)) last_look_ = seen;
  if (status.ok()) return;
  LogError("the mounted definitions are refused; what was stored stays in force",
           {{"directory", options_.directory}, {"error", std::string(status.message())}});
}

absl::Status MountedDefinitions::Apply(const DefinitionSet& set) {
  v1::ApplyDefinitionsRequest request;
  request.set_parent(absl::StrCat("workspaces/", options_.workspace));
  for (const v1::Definition& definition : set.definitions()) {
    *request.add_definitions() = definition;
  }
  request.set_owned_set(kMountedSet);
  request.set_prune(true);
  request.set_reason("mounted files");
  const auto response = service_.Apply(request, "mounted-files");
  if (!response.ok()) {
    for (const FieldViolation& violation : GetErrorDetails(response.status()).violations) {
      LogError("a mounted definition is refused",
               {{"error", PlaceOf(violation, set)}, {"code", violation.reason}});
    }
    return response.status();
  }
  applied_->Set(static_cast<double>(set.definitions().size()));
  int changed = 0;
  for (const v1::DefinitionChange& change : response->changes()) {
    if (change.kind() != v1::CHANGE_KIND_UNCHANGED) ++changed;
  }
  LogInfo("mounted definitions applied", {{"directory", options_.directory},
                                          {"definitions", set.definitions().size()},
                                          {"changed", changed},
                                          {"warnings", response->warnings_size()},
                                          {"position", response->position()}});
  return absl::OkStatus();
}

}  // namespace kpisuite
