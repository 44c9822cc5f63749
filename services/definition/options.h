// Options of kpi-definition.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "libs/rpc/options.h"
#include "libs/rpc/runtime.h"
#include "services/definition/mounted_definitions.h"

namespace kpisuite {

struct DefinitionOptions {
  ServerOptions server;
  std::string store;                // "sqlite:DIR" or the URI of a PostgreSQL database; required
  std::string store_password_file;  // of that database, see PostgresTarget
  MountedDefinitionsOptions mounted;
};

// Adds the server's options, --store, --store-password-file and --definitions with their checks.
// `options` outlives the parser.
void AddDefinitionOptions(DefinitionOptions& options, OptionParser& parser);

// INVALID_ARGUMENT naming the flag when the options do not say where definitions are kept.
absl::Status CheckStore(const DefinitionOptions& options);

// The directory of "sqlite:DIR"; empty for anything else.
std::string SqliteDirectoryOf(const DefinitionOptions& options);

}  // namespace kpisuite
