// Schema: the tables of one kind of store and how older files get to them.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "libs/storage/connection.h"

namespace kpisuite {

// A file remembers its kind in `PRAGMA application_id` and how many migrations it has seen in
// `PRAGMA user_version`. A released migration is never edited: changes are appended.
struct Schema {
  std::string name;                     // of the kind of store, for messages ("definition")
  int32_t application_id = 0;           // not 0
  std::vector<std::string> migrations;  // SQL scripts; [i] takes version i to version i + 1
};

// Whether `connection` holds a file of this schema, of this version or older, or an empty file.
// Only reads. FAILED_PRECONDITION, naming `path`: a file of another kind, or a schema
// newer than this binary.
absl::Status CheckSchema(Connection& connection, const Schema& schema, const std::string& path);

// Runs the migrations that the file of a writer has not seen, each in its own transaction.
absl::Status MigrateSchema(Connection& connection, const Schema& schema);

}  // namespace kpisuite
