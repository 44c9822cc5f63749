// Options of kpi-definition.
#pragma once

#include <string>

#include "libs/rpc/options.h"
#include "libs/rpc/runtime.h"

namespace kpisuite {

struct DefinitionOptions {
  ServerOptions server;
  std::string store;            // "sqlite:DIR"; required
  std::string store_directory;  // of `store`, set by the check
};

// Adds the server's options and --store with its check. `options` outlives the parser.
void AddDefinitionOptions(DefinitionOptions& options, OptionParser& parser);

}  // namespace kpisuite
