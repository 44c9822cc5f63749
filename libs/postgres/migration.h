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
  // Opened by who fills new tables with a copy of another store. Until that ends, by dropping the
  // table `unfinished_copy(name text PRIMARY KEY, value text NOT NULL)`, where the copy keeps what
  // it must know to go on, nobody else may open them.
  bool filling = false;
};

// Makes the schema and runs the migrations that are missing, all or none, one process at a time
// (an advisory lock of the schema's name), again when a writer was in the way. What has run is in
// the table `schema_version`.
// FAILED_PRECONDITION STORE_UNAVAILABLE: the tables were made by a newer version, they hold an
// unfinished copy, or they are to be filled and are not new. Otherwise see PostgresError.
absl::Status MigratePostgres(PostgresConnection& connection, const PostgresSchema& schema);

}  // namespace kpisuite
