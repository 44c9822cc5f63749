#include "services/standalone/options.h"

#include "libs/base/status_macros.h"
#include "services/evaluation/options.h"

namespace kpisuite {

void AddStandaloneOptions(StandaloneOptions& options, OptionParser& parser) {
  parser.Add("store", options.store, "Where everything is kept: sqlite:DIRECTORY.");
  parser.Add("cache", options.cache, "Where states are published: redis://HOST:PORT or memory.");
  parser.Add("cache-password-file", options.cache_password_file,
             "File with the password of the cache, instead of one in its address.");
  AddMountedDefinitionsOptions(options.mounted, parser);
  AddRetentionOptions(options.retention, parser);
  parser.AddCheck([&options] { return StateLogDirectoryOf(options.store).status(); });
  parser.AddCheck([&options]() -> absl::Status {
    ASSIGN_OR_RETURN(options.cache_address,
                     ReadCacheAddress(options.cache, options.cache_password_file));
    return absl::OkStatus();
  });
}

}  // namespace kpisuite
