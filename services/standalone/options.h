// The options of kpi-standalone.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "libs/rpc/options.h"
#include "services/definition/mounted_definitions.h"

namespace kpisuite {

struct StandaloneOptions {
  // Where all three services keep what they know: "sqlite:DIRECTORY", which must exist.
  std::string store;
  // Where states are published: "redis://..." or "memory".
  std::string cache = "memory";
  MountedDefinitionsOptions mounted;
};

// Adds --store, --cache and --definitions with their checks. The present values are the defaults.
void AddStandaloneOptions(StandaloneOptions& options, OptionParser& parser);

}  // namespace kpisuite
