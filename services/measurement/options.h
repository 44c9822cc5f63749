// The options of kpi-measurement.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "libs/rpc/options.h"

namespace kpisuite {

struct MeasurementOptions {
  // Where samples are kept: "sqlite:DIRECTORY", which must exist.
  std::string store;
  // Address of the definition service, "host:port".
  std::string definition = "127.0.0.1:7001";
};

// Adds --store and --definition with their checks. The present values are the defaults.
void AddMeasurementOptions(MeasurementOptions& options, OptionParser& parser);

// The directory of "sqlite:DIRECTORY". INVALID_ARGUMENT for anything else.
absl::StatusOr<std::string> SqliteDirectoryOf(const std::string& store);

}  // namespace kpisuite
