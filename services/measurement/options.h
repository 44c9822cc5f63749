// The options of kpi-measurement.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "libs/rpc/options.h"
#include "services/measurement/retention.h"

namespace kpisuite {

struct MeasurementOptions {
  // Where samples are kept: "sqlite:DIRECTORY", which must exist, or the URI of a PostgreSQL
  // database.
  std::string store;
  // File with the password of that database; see PostgresTarget.
  std::string store_password_file;
  // Address of the definition service, "host:port".
  std::string definition = "127.0.0.1:7001";
  RetentionOptions retention;
};

// Adds --store, --store-password-file, --definition and those of retention.h with their checks. The
// present values are the defaults.
void AddMeasurementOptions(MeasurementOptions& options, OptionParser& parser);

// INVALID_ARGUMENT naming the flag when `options` do not say where samples are kept.
absl::Status CheckStore(const MeasurementOptions& options);

// The directory of "sqlite:DIRECTORY". INVALID_ARGUMENT for anything else.
absl::StatusOr<std::string> SqliteDirectoryOf(const std::string& store);

}  // namespace kpisuite
