#include "services/standalone/options.h"

#include "services/evaluation/options.h"

namespace kpisuite {

void AddStandaloneOptions(StandaloneOptions& options, OptionParser& parser) {
  parser.Add("store", options.store, "Where everything is kept: sqlite:DIRECTORY.");
  AddCacheOptions(options.cache, options.cache_address, parser);
  AddMountedDefinitionsOptions(options.mounted, parser);
  AddRetentionOptions(options.retention, parser);
  parser.AddCheck([&options] { return StateLogDirectoryOf(options.store).status(); });
}

}  // namespace kpisuite
