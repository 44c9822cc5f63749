#include "services/definition/options.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "libs/postgres/target.h"

namespace kpisuite {

void AddDefinitionOptions(DefinitionOptions& options, OptionParser& parser) {
  AddServerOptions(options.server, parser);
  parser.Add("store", options.store,
             absl::StrCat("Where definitions are kept: sqlite:DIRECTORY or ", kPostgresStoreHelp));
  parser.Add("store-password-file", options.store_password_file, kPostgresPasswordHelp);
  AddMountedDefinitionsOptions(options.mounted, parser);
  parser.AddCheck([&options] { return CheckStore(options); });
}

absl::Status CheckStore(const DefinitionOptions& options) {
  if (IsPostgresUri(options.store)) {
    return CheckPostgresTarget({options.store, options.store_password_file});
  }
  if (!SqliteDirectoryOf(options).empty()) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("--store: got \"", options.store, "\", want sqlite:DIR or postgres://..."));
}

std::string SqliteDirectoryOf(const DefinitionOptions& options) {
  absl::string_view directory = options.store;
  return absl::ConsumePrefix(&directory, "sqlite:") ? std::string(directory) : "";
}

}  // namespace kpisuite
