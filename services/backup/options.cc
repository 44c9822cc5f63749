#include "services/backup/options.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

namespace kpisuite {

void AddBackupOptions(BackupOptions& options, OptionParser& parser) {
  parser.Add("store", options.store, "Where the services keep their files: sqlite:DIRECTORY.");
  parser.Add("to", options.to, "Directory that gets the copies; the services may run.");
  parser.Add("from", options.from,
             "Directory of such copies that are put back; the services must not run.");
  parser.AddCheck([&options] {
    absl::string_view directory = options.store;
    if (!absl::ConsumePrefix(&directory, "sqlite:") || directory.empty()) {
      return absl::InvalidArgumentError(
          absl::StrCat("--store: got \"", options.store, "\", want sqlite:DIRECTORY"));
    }
    options.store_directory = std::string(directory);
    if (options.to.empty() == options.from.empty()) {
      return absl::InvalidArgumentError("want one of --to and --from");
    }
    return absl::OkStatus();
  });
}

}  // namespace kpisuite
