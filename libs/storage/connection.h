// Connection: one SQLite connection with its cache of prepared statements.
#pragma once

#include <sqlite3.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "libs/storage/statement.h"

namespace kpisuite {

struct ConnectionOptions {
  enum class Role {
    kWriter,    // the only connection that writes; it runs every checkpoint
    kReader,    // never writes, never checkpoints
    kReadOnly,  // like kReader, on files another process owns
  };
  Role role = Role::kReader;
  int checkpoint_pages = 4000;  // the writer's wal_autocheckpoint, in pages of 4 KiB
  int cache_kib = 8 << 10;      // page cache
  absl::Duration busy_timeout = absl::Seconds(5);
};

// Used by one thread at a time. Every call may block and says so (CheckMayBlock).
class Connection {
 public:
  // Opens `path`; a writer creates the file when absent. Only per-connection settings are made
  // here: nothing is written to the file, so that a foreign file stays as it is.
  // FAILED_PRECONDITION when the file is not a SQLite database; others: see sqlite_error.h.
  static absl::StatusOr<std::unique_ptr<Connection>> Open(const std::string& path,
                                                          const ConnectionOptions& options);
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  ~Connection();

  // The prepared statement of one SQL text, from the cache where it is free. INTERNAL for SQL
  // that does not compile or is more than one statement.
  absl::StatusOr<Statement> Prepare(absl::string_view sql);

  // Runs one statement, ignoring its rows.
  absl::Status Execute(absl::string_view sql, SqlParameters parameters = {});

  // Runs several statements without parameters, separated by semicolons.
  absl::Status ExecuteScript(absl::string_view sql);

  // First column of the first row; nullopt when there is no row or it is null.
  absl::StatusOr<std::optional<int64_t>> QueryInt64(absl::string_view sql,
                                                    SqlParameters parameters = {});

  // Rows changed by the last INSERT, UPDATE or DELETE.
  int64_t changed_rows() const;
  int64_t last_insert_row_id() const;

  // Whether a transaction is open. SQLite ends it by itself on some errors (a full disk).
  bool in_transaction() const;

  sqlite3* handle() const { return database_; }

 private:
  friend class Statement;
  explicit Connection(sqlite3* database) : database_(database) {}

  absl::Status Configure(const ConnectionOptions& options);
  void Return(sqlite3_stmt* statement);

  sqlite3* const database_;
  // Free statements by their SQL text (owned by the statement); at most kMaxCachedStatements.
  absl::flat_hash_map<absl::string_view, sqlite3_stmt*> free_statements_;
};

}  // namespace kpisuite
