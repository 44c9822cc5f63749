#include "services/standalone/options.h"

#include "libs/cache/cache_address.h"
#include "services/evaluation/options.h"

namespace kpisuite {

void AddStandaloneOptions(StandaloneOptions& options, OptionParser& parser) {
  parser.Add("store", options.store, "Where everything is kept: sqlite:DIRECTORY.");
  parser.Add("cache", options.cache, "Where states are published: redis://HOST:PORT or memory.");
  AddMountedDefinitionsOptions(options.mounted, parser);
  parser.AddCheck([&options] { return StateLogDirectoryOf(options.store).status(); });
  parser.AddCheck([&options] { return ParseCacheAddress(options.cache).status(); });
}

}  // namespace kpisuite
