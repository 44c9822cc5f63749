// The options of kpi-standalone.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "libs/cache/cache_address.h"
#include "libs/rpc/options.h"
#include "services/definition/mounted_definitions.h"
#include "services/measurement/retention.h"

namespace kpisuite {

struct StandaloneOptions {
  // Where all three services keep what they know: "sqlite:DIRECTORY", which must exist.
  std::string store;
  // Where states are published: "redis://..." or "memory".
  std::string cache = "memory";
  // A file with the password of that cache; empty: none, or in `cache`.
  std::string cache_password_file;
  CacheAddress cache_address;  // of both, set by the check
  MountedDefinitionsOptions mounted;
  RetentionOptions retention;
};

// Adds --store, --cache, --cache-password-file, --definitions, --feed-retention and
// --request-retention with their checks. The present
// values are the defaults.
void AddStandaloneOptions(StandaloneOptions& options, OptionParser& parser);

}  // namespace kpisuite
