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
  // Where other processes at the same log reach this one, "host:port"; empty: AdvertisedAddress.
  std::string advertise;
};

// Adds --store, --cache, the files beside them, --definition, --measurement and --advertise with
// their checks. The present values are the defaults.
void AddEvaluationOptions(EvaluationOptions& options, OptionParser& parser);

// Adds --cache and the files beside it, and the check that sets `address`.
void AddCacheOptions(CacheOptions& options, CacheAddress& address, OptionParser& parser);

// INVALID_ARGUMENT naming the flag when `options` do not say where the state log is kept.
absl::Status CheckStore(const EvaluationOptions& options);

// Where peers reach a process that listens on `listen`, at the port it got: options.advertise, else
// the host of `listen`, else (it listens everywhere) the name of this machine.
std::string AdvertisedAddress(const EvaluationOptions& options, const std::string& listen,
                              int port);

// The directory of "sqlite:DIRECTORY". INVALID_ARGUMENT for anything else.
absl::StatusOr<std::string> StateLogDirectoryOf(const std::string& store);

}  // namespace kpisuite
