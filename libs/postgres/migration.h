// PostgresSchema: the tables of one service and how they came to be.
#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "libs/postgres/connection.h"

namespace kpisuite {

struct PostgresSchema {
  std::string name;  // SQL schema, a plain identifier: "kpi_measurement"
  // Each is a script that takes version i to i + 1; never changed once released. They run with
  // `name` as the search path.
  std::vector<std::string> migrations;
};

// Makes the schema and runs the migrations that are missing, all or none, one process at a time
// (an advisory lock of the schema's name). What has run is in the table `schema_version`.
// FAILED_PRECONDITION STORE_UNAVAILABLE: the tables were made by a newer version. Otherwise see
// PostgresError.
absl::Status MigratePostgres(PostgresConnection& connection, const PostgresSchema& schema);

}  // namespace kpisuite
