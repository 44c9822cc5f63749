// The options of kpi-evaluation.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "libs/cache/cache_address.h"
#include "libs/cache/cache_options.h"
#include "libs/rpc/options.h"

namespace kpisuite {

struct EvaluationOptions {
  // Where the state log is kept: "sqlite:DIRECTORY", which must exist, or the URI of a PostgreSQL
  // database.
  std::string store;
  // File with the password of that database; see PostgresTarget.
  std::string store_password_file;
  CacheOptions cache;          // where states are published
  CacheAddress cache_address;  // the same, set by the check
  // Addresses of the services that are followed, "host:port".
  std::string definition = "127.0.0.1:7001";
  std::string measurement = "127.0.0.1:7002";
};

// Adds --store, --cache, the files beside them, --definition and --measurement with their checks.
// The present values are the defaults.
void AddEvaluationOptions(EvaluationOptions& options, OptionParser& parser);

// Adds --cache and the files beside it, and the check that sets `address`.
void AddCacheOptions(CacheOptions& options, CacheAddress& address, OptionParser& parser);

// INVALID_ARGUMENT naming the flag when `options` do not say where the state log is kept.
absl::Status CheckStore(const EvaluationOptions& options);

// The directory of "sqlite:DIRECTORY". INVALID_ARGUMENT for anything else.
absl::StatusOr<std::string> StateLogDirectoryOf(const std::string& store);

}  // namespace kpisuite
