#include "services/definition/options.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

namespace kpisuite {

void AddDefinitionOptions(DefinitionOptions& options, OptionParser& parser) {
  AddServerOptions(options.server, parser);
  parser.Add("store", options.store, "where definitions are kept: sqlite:DIR");
  AddMountedDefinitionsOptions(options.mounted, parser);
  parser.AddCheck([&options] {
    absl::string_view directory = options.store;
    if (!absl::ConsumePrefix(&directory, "sqlite:") || directory.empty()) {
      return absl::InvalidArgumentError(
          absl::StrCat("--store: got \"", options.store, "\", want sqlite:DIR"));
    }
    options.store_directory = std::string(directory);
    return absl::OkStatus();
  });
}

}  // namespace kpisuite
