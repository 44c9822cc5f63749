#include "services/measurement/options.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "libs/base/error.h"

namespace kpisuite {

void AddMeasurementOptions(MeasurementOptions& options, OptionParser& parser) {
  parser.Add("store", options.store, "Where samples are kept: sqlite:DIRECTORY.");
  parser.Add("definition", options.definition, "Address of the definition service.");
  parser.AddCheck([&options] { return SqliteDirectoryOf(options.store).status(); });
}

absl::StatusOr<std::string> SqliteDirectoryOf(const std::string& store) {
  constexpr absl::string_view kPrefix = "sqlite:";
  if (absl::StartsWith(store, kPrefix) && store.size() > kPrefix.size()) {
    return std::string(absl::StripPrefix(store, kPrefix));
  }
  return InvalidFields(
      {{"--store", absl::StrCat("got \"", store, "\", want sqlite:DIRECTORY"), "", 0, 0}});
}

}  // namespace kpisuite
