#include "libs/storage/connection.h"

#include "absl/strings/str_cat.h"
#include "libs/base/blocking.h"
#include "libs/base/error.h"
#include "libs/base/status_macros.h"
#include "libs/storage/sqlite_error.h"

namespace kpisuite {
namespace {

constexpr size_t kMaxCachedStatements = 256;

int OpenFlags(ConnectionOptions::Role role) {
  // One thread at a time uses a connection, so SQLite needs no mutex of its own.
  const int flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
  switch (role) {
    case ConnectionOptions::Role::kWriter:
      return flags | SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
    case ConnectionOptions::Role::kReader:
    case ConnectionOptions::Role::kReadOnly: return flags | SQLITE_OPEN_READONLY;
  }
  return flags;
}

// A file of something else is an error of the operator, not a failure of the store.
absl::Status CheckIsDatabase(sqlite3* database, const std::string& path) {
  const int code =
      sqlite3_exec(database, "SELECT 1 FROM sqlite_schema LIMIT 1", nullptr, nullptr, nullptr);
  if ((code & 0xff) != SQLITE_NOTADB) return absl::OkStatus();
  return MakeError(absl::StatusCode::kFailedPrecondition, "STORE_UNAVAILABLE",
                   absl::StrCat(path, " is not a SQLite database"), {{"path", path}});
}

}  // namespace

absl::StatusOr<std::unique_ptr<Connection>> Connection::Open(const std::string& path,
                                                             const ConnectionOptions& options) {
  CheckMayBlock("sqlite");
  sqlite3* database = nullptr;
  const int code = sqlite3_open_v2(path.c_str(), &database, OpenFlags(options.role), nullptr);
  if (code != SQLITE_OK) {
    absl::Status error = SqliteError(database, code, absl::StrCat("open ", path));
    sqlite3_close_v2(database);
    return error;
  }
  std::unique_ptr<Connection> connection(new Connection(database));
  RETURN_IF_ERROR(CheckIsDatabase(database, path));
  RETURN_IF_ERROR(connection->Configure(options));
  return connection;
}

absl::Status Connection::Configure(const ConnectionOptions& options) {
  const bool writer = options.role == ConnectionOptions::Role::kWriter;
  sqlite3_busy_timeout(database_,
                       static_cast<int>(absl::ToInt64Milliseconds(options.busy_timeout)));
  sqlite3_db_config(database_, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  sqlite3_db_config(database_, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, writer ? 0 : 1, nullptr);
  sqlite3_db_config(database_, SQLITE_DBCONFIG_ENABLE_FKEY, 1, nullptr);
  sqlite3_wal_autocheckpoint(database_, writer ? options.checkpoint_pages : 0);
  return ExecuteScript(absl::StrCat(
      "PRAGMA query_only=", writer ? 0 : 1, "; PRAGMA synchronous=FULL; PRAGMA mmap_size=0;",
      "PRAGMA temp_store=MEMORY; PRAGMA trusted_schema=OFF;", "PRAGMA journal_size_limit=67108864;",
      "PRAGMA cache_size=-", options.cache_kib));
}

Connection::~Connection() {
  for (const auto& [sql, statement] : free_statements_) sqlite3_finalize(statement);
  sqlite3_close_v2(database_);
}

absl::StatusOr<Statement> Connection::Prepare(absl::string_view sql) {
  if (auto cached = free_statements_.extract(sql); !cached.empty()) {
    return Statement(this, cached.mapped());
  }
  CheckMayBlock("sqlite");
  sqlite3_stmt* statement = nullptr;
  const char* tail = nullptr;
  const int code = sqlite3_prepare_v3(database_, sql.data(), static_cast<int>(sql.size()),
                                      SQLITE_PREPARE_PERSISTENT, &statement, &tail);
  if (code != SQLITE_OK) return SqliteError(database_, code, sql);
  // An empty text, or a second statement that would be ignored.
  if (statement == nullptr || tail != sql.data() + sql.size()) {
    sqlite3_finalize(statement);
    return SqliteError(nullptr, SQLITE_MISUSE, sql);
  }
  return Statement(this, statement);
}

void Connection::Return(sqlite3_stmt* statement) {
  sqlite3_reset(statement);
  sqlite3_clear_bindings(statement);
  const bool cached = free_statements_.size() < kMaxCachedStatements &&
                      free_statements_.emplace(sqlite3_sql(statement), statement).second;
  if (!cached) sqlite3_finalize(statement);
}

absl::Status Connection::Execute(absl::string_view sql, SqlParameters parameters) {
  ASSIGN_OR_RETURN(Statement statement, Prepare(sql));
  return statement.Run(parameters);
}

absl::Status Connection::ExecuteScript(absl::string_view sql) {
  CheckMayBlock("sqlite");
  const int code = sqlite3_exec(database_, std::string(sql).c_str(), nullptr, nullptr, nullptr);
  return code == SQLITE_OK ? absl::OkStatus() : SqliteError(database_, code, sql);
}

absl::StatusOr<std::optional<int64_t>> Connection::QueryInt64(absl::string_view sql,
                                                              SqlParameters parameters) {
  ASSIGN_OR_RETURN(Statement statement, Prepare(sql));
  RETURN_IF_ERROR(statement.Bind(parameters));
  ASSIGN_OR_RETURN(const bool found, statement.Step());
  return found ? statement.OptionalInt64(0) : std::nullopt;
}

int64_t Connection::changed_rows() const { return sqlite3_changes64(database_); }

int64_t Connection::last_insert_row_id() const { return sqlite3_last_insert_rowid(database_); }

bool Connection::in_transaction() const { return sqlite3_get_autocommit(database_) == 0; }

}  // namespace kpisuite
