// MigrateStores: everything that the three services keep in SQLite files, into PostgreSQL.
//
// The order: hold the files still; make the tables, which services refuse until the end; copy table
// by table, in chunks that are each one transaction with the note how far it came, so that a run
// that was ended goes on there; compare both sides completely; hand the tables over at once.
//
// What carries over: definitions with all revisions, their change log with its positions and its
// incarnation; samples with all revisions, the feed with its positions and incarnation, watermarks,
// answers of request_ids; the state log with its numbers, decisions, versions, the epoch. So
// position tokens, page tokens of history and request_ids of before are good after. Nothing is
// written to the files.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "libs/base/clock.h"
#include "libs/postgres/target.h"
#include "services/migrate/sample_sums.h"

namespace kpisuite {

// How far one table is; after each chunk, and once for a table without rows.
struct CopyProgress {
  std::string table;  // "measurement.sample"
  int64_t rows = 0;
  int64_t total = 0;
};

struct MigrationOptions {
  // Each of definition.db, measurement.db and evaluation.db is in one of them.
  std::vector<std::string> directories;
  PostgresTarget target;
  int chunk_rows = 5'000;
  std::function<void(const CopyProgress&)> on_progress = [](const CopyProgress&) {};
};

struct ComparedTable {
  std::string store;
  std::string table;
  int64_t source_rows = 0;
  int64_t target_rows = 0;
  bool equal = false;  // every row, in every column
};

// A metric in one partition.
struct ComparedSums {
  SumKey key;
  SampleSums source;
  SampleSums target;
};

struct MigrationReport {
  std::vector<ComparedTable> tables;
  std::vector<ComparedSums> sums;

  bool equal() const;
};

// When the report says equal, the tables are the services'; else they stay unfinished. Errors:
// FAILED_PRECONDITION naming --from or --store as in source_file.h and copy_target.h, before
// anything is copied; UNAVAILABLE when the server goes away, RESOURCE_EXHAUSTED when it is full:
// the same again goes on. Blocks for as long as it takes.
absl::StatusOr<MigrationReport> MigrateStores(const MigrationOptions& options, const Clock& clock);

}  // namespace kpisuite
