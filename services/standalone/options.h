// The options of kpi-standalone.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "libs/cache/cache_address.h"
#include "libs/cache/cache_options.h"
#include "libs/rpc/options.h"
#include "services/definition/mounted_definitions.h"
#include "services/measurement/retention.h"

namespace kpisuite {

struct StandaloneOptions {
  // Where all three services keep what they know: "sqlite:DIRECTORY", which must exist.
  std::string store;
  CacheOptions cache = {.cache = "memory"};  // where states are published
  CacheAddress cache_address;                // the same, set by the check
  MountedDefinitionsOptions mounted;
  RetentionOptions retention;
};

// Adds --store, --cache, the files beside it, --definitions and those of
// services/measurement/retention.h with their checks. The present values are the defaults.
void AddStandaloneOptions(StandaloneOptions& options, OptionParser& parser);

}  // namespace kpisuite
