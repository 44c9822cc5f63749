// Options of kpi-definition.
#pragma once

#include <string>

#include "libs/rpc/options.h"
#include "libs/rpc/runtime.h"
#include "services/definition/mounted_definitions.h"

namespace kpisuite {

struct DefinitionOptions {
  ServerOptions server;
  std::string store;            // "sqlite:DIR"; required
  std::string store_directory;  // of `store`, set by the check
  MountedDefinitionsOptions mounted;
};

// Adds the server's options, --store and --definitions with their checks. `options` outlives the
// parser.
void AddDefinitionOptions(DefinitionOptions& options, OptionParser& parser);

}  // namespace kpisuite
