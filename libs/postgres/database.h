// PostgresDatabase: the tables of one service in a PostgreSQL database, and connections to them.
//
// Each service has an SQL schema of its own ("kpi_measurement"), so that all may share a database.
// Committed means on the disk of the server (and on its synchronous standbys, where it has some):
// connections to a server whose settings say otherwise are refused (server_check.h).
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "libs/base/mutex.h"
#include "libs/postgres/connection.h"
#include "libs/postgres/migration.h"

namespace kpisuite {

class PostgresDatabase;

// A pooled connection inside a transaction; goes back, rolled back unless committed, when
// destroyed. Used by one thread at a time.
class PostgresTransaction {
 public:
  PostgresTransaction(PostgresTransaction&&) noexcept = default;
  PostgresTransaction& operator=(PostgresTransaction&&) = delete;
  ~PostgresTransaction();

  PostgresConnection& connection() const { return *connection_; }

  // Makes everything durable. UNAVAILABLE: the outcome is unknown. ABORTED: nothing was stored.
  absl::Status Commit();

 private:
  friend class PostgresDatabase;
  PostgresTransaction(PostgresDatabase& database, std::unique_ptr<PostgresConnection> connection)
      : database_(&database), connection_(std::move(connection)) {}

  PostgresDatabase* database_;
  std::unique_ptr<PostgresConnection> connection_;
};

struct PostgresDatabaseOptions {
  PostgresTarget target;
  PostgresSchema schema;
  int connections = 8;  // of the pool; more concurrent transactions wait
  absl::Duration connection_wait = absl::Seconds(5);  // for a free one, then UNAVAILABLE
};

// Thread-safe. Outlives its transactions.
class PostgresDatabase {
 public:
  // Connects and migrates. Errors: those of PostgresConnection::Open and MigratePostgres.
  static absl::StatusOr<std::unique_ptr<PostgresDatabase>> Create(
      const PostgresDatabaseOptions& options);
  PostgresDatabase(const PostgresDatabase&) = delete;
  PostgresDatabase& operator=(const PostgresDatabase&) = delete;

  // READ COMMITTED: each statement sees what is committed when it begins. Between two statements
  // pass 3 s at most: a process that is halted must not keep its locks for long.
  absl::StatusOr<PostgresTransaction> BeginWrite();
  // A stable view of what is committed now. Do not hold it for long: vacuum waits for it. Two
  // minutes without a statement end it.
  absl::StatusOr<PostgresTransaction> BeginRead();

  // A connection beside the pool. `session`: more SQL that it runs first. `silence`: see
  // PostgresConnectionOptions.
  absl::StatusOr<std::unique_ptr<PostgresConnection>> Connect(
      absl::string_view session = "", absl::Duration silence = kPostgresSilence);

 private:
  friend class PostgresTransaction;
  explicit PostgresDatabase(const PostgresDatabaseOptions& options) : options_(options) {}

  absl::StatusOr<PostgresTransaction> Begin(absl::string_view begin);
  absl::StatusOr<std::unique_ptr<PostgresConnection>> Take() EXCLUDES(mutex_);
  void Return(std::unique_ptr<PostgresConnection> connection) EXCLUDES(mutex_);

  const PostgresDatabaseOptions options_;
  Mutex mutex_;
  CondVar returned_;
  int lent_ GUARDED_BY(mutex_) = 0;
  std::vector<std::unique_ptr<PostgresConnection>> free_ GUARDED_BY(mutex_);
};

}  // namespace kpisuite
