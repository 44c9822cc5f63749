#include "services/measurement/options.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "libs/base/error.h"
#include "libs/postgres/target.h"

namespace kpisuite {

void AddMeasurementOptions(MeasurementOptions& options, OptionParser& parser) {
  parser.Add("store", options.store,
             absl::StrCat("Where samples are kept: sqlite:DIRECTORY or ", kPostgresStoreHelp, "."));
  parser.Add("store-password-file", options.store_password_file, kPostgresPasswordHelp);
  parser.Add("definition", options.definition, "Address of the definition service.");
  AddRetentionOptions(options.retention, parser);
  parser.AddCheck([&options] { return CheckStore(options); });
}

absl::Status CheckStore(const MeasurementOptions& options) {
  if (IsPostgresUri(options.store)) {
    return CheckPostgresTarget({options.store, options.store_password_file});
  }
  return SqliteDirectoryOf(options.store).status();
}

absl::StatusOr<std::string> SqliteDirectoryOf(const std::string& store) {
  constexpr absl::string_view kPrefix = "sqlite:";
  if (absl::StartsWith(store, kPrefix) && store.size() > kPrefix.size()) {
    return std::string(absl::StripPrefix(store, kPrefix));
  }
  return InvalidFields(
      {{"--store", absl::StrCat("got \"", store, "\", want sqlite:DIRECTORY or postgres://..."), "",
        0, 0}});
}

}  // namespace kpisuite
