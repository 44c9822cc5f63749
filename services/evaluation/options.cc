#include "services/evaluation/options.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "libs/base/error.h"
#include "libs/base/status_macros.h"

namespace kpisuite {

void AddEvaluationOptions(EvaluationOptions& options, OptionParser& parser) {
  parser.Add("store", options.store, "Where the state log is kept: sqlite:DIRECTORY.");
  parser.Add("cache", options.cache, "Where states are published: redis://HOST:PORT or memory.");
  parser.Add("cache-password-file", options.cache_password_file,
             "File with the password of the cache, instead of one in its address.");
  parser.Add("definition", options.definition, "Address of the definition service.");
  parser.Add("measurement", options.measurement, "Address of the measurement service.");
  parser.AddCheck([&options] { return StateLogDirectoryOf(options.store).status(); });
  parser.AddCheck([&options]() -> absl::Status {
    ASSIGN_OR_RETURN(options.cache_address,
                     ReadCacheAddress(options.cache, options.cache_password_file));
    return absl::OkStatus();
  });
}

absl::StatusOr<std::string> StateLogDirectoryOf(const std::string& store) {
  absl::string_view directory = store;
  if (absl::ConsumePrefix(&directory, "sqlite:") && !directory.empty()) {
    return std::string(directory);
  }
  return InvalidFields(
      {{.field = "--store",
        .description = absl::StrCat("got \"", store, "\", want sqlite:DIRECTORY")}});
}

}  // namespace kpisuite
