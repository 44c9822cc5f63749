#include "libs/storage/database.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/blocking.h"
#include "libs/base/error.h"
#include "libs/base/status_macros.h"
#include "libs/storage/sqlite_error.h"

namespace kpisuite {
namespace {

absl::Status Unusable(const DatabaseOptions& options, absl::string_view what) {
  return MakeError(absl::StatusCode::kFailedPrecondition, "STORE_UNAVAILABLE",
                   absl::StrCat(options.flag, ": directory ", options.directory, " ", what),
                   {{"flag", options.flag}, {"path", options.directory}});
}

absl::Status CheckDirectory(const DatabaseOptions& options) {
  struct stat status;
  if (stat(options.directory.c_str(), &status) != 0) {
    return Unusable(options, errno == ENOENT ? "does not exist" : strerror(errno));
  }
  if (!S_ISDIR(status.st_mode)) return Unusable(options, "is not a directory");
  const int wanted = options.read_only ? R_OK | X_OK : R_OK | W_OK | X_OK;
  if (access(options.directory.c_str(), wanted) != 0) {
    return Unusable(options, options.read_only ? "is not readable" : "is not writable");
  }
  return absl::OkStatus();
}

// Checks the kind of the file before anything of ours is written into it.
absl::StatusOr<std::unique_ptr<Connection>> OpenWriter(const DatabaseOptions& options,
                                                       const std::string& path) {
  if (access(path.c_str(), F_OK) == 0 && access(path.c_str(), R_OK | W_OK) != 0) {
    return Unusable(options, absl::StrCat("holds a ", options.file_name, " that is not writable"));
  }
  ConnectionOptions writer;
  writer.role = ConnectionOptions::Role::kWriter;
  writer.checkpoint_pages = options.checkpoint_pages;
  writer.cache_kib = options.writer_cache_kib;
  ASSIGN_OR_RETURN(std::unique_ptr<Connection> connection, Connection::Open(path, writer));
  RETURN_IF_ERROR(CheckSchema(*connection, options.schema, path));
  RETURN_IF_ERROR(connection->ExecuteScript("PRAGMA journal_mode=WAL"));
  RETURN_IF_ERROR(MigrateSchema(*connection, options.schema));
  return connection;
}

absl::StatusOr<std::vector<std::unique_ptr<Connection>>> OpenReaders(const DatabaseOptions& options,
                                                                     const std::string& path) {
  ConnectionOptions reader;
  reader.role =
      options.read_only ? ConnectionOptions::Role::kReadOnly : ConnectionOptions::Role::kReader;
  reader.cache_kib = options.reader_cache_kib;
  std::vector<std::unique_ptr<Connection>> connections;
  for (int i = 0; i < options.readers; ++i) {
    ASSIGN_OR_RETURN(std::unique_ptr<Connection> connection, Connection::Open(path, reader));
    connections.push_back(std::move(connection));
  }
  return connections;
}

absl::Status CheckReadOnly(const DatabaseOptions& options, const std::string& path,
                           Connection& connection) {
  RETURN_IF_ERROR(CheckSchema(connection, options.schema, path));
  ASSIGN_OR_RETURN(const auto version, connection.QueryInt64("PRAGMA user_version"));
  const auto wanted = static_cast<int64_t>(options.schema.migrations.size());
  if (version.value_or(0) == wanted) return absl::OkStatus();
  return MakeError(absl::StatusCode::kFailedPrecondition, "STORE_UNAVAILABLE",
                   absl::StrCat(path, " has schema version ", version.value_or(0), ", want ",
                                wanted, ": start its service once to migrate it"),
                   {{"path", path}});
}

absl::Status CheckFileExists(const DatabaseOptions& options, const std::string& path) {
  if (access(path.c_str(), R_OK) == 0) return absl::OkStatus();
  return Unusable(options, absl::StrCat("holds no readable ", options.file_name));
}

}  // namespace

ConnectionPool::ConnectionPool(std::vector<std::unique_ptr<Connection>> connections,
                               absl::Duration wait)
    : wait_(wait), free_(std::move(connections)) {}

absl::StatusOr<std::unique_ptr<Connection>> ConnectionPool::Take() {
  CheckMayBlock("sqlite");
  const auto give_up = std::chrono::steady_clock::now() + absl::ToChronoNanoseconds(wait_);
  MutexLock lock(mutex_);
  while (free_.empty()) {
    const auto left = give_up - std::chrono::steady_clock::now();
    if (left <= std::chrono::nanoseconds::zero()) {
      return StoreUnavailable("no connection became free in time");
    }
    returned_.WaitFor(mutex_, absl::FromChrono(left));
  }
  // The one used last: its page cache is warm.
  std::unique_ptr<Connection> connection = std::move(free_.back());
  free_.pop_back();
  return connection;
}

void ConnectionPool::Return(std::unique_ptr<Connection> connection) {
  MutexLock lock(mutex_);
  free_.push_back(std::move(connection));
  returned_.NotifyOne();
}

absl::StatusOr<std::unique_ptr<Database>> Database::Create(const DatabaseOptions& options) {
  RETURN_IF_ERROR(CheckDirectory(options));
  std::string path = absl::StrCat(options.directory, "/", options.file_name);
  std::unique_ptr<FileLock> lock;
  std::vector<std::unique_ptr<Connection>> writer;
  if (options.read_only) {
    RETURN_IF_ERROR(CheckFileExists(options, path));
  } else {
    absl::StatusOr<std::unique_ptr<FileLock>> acquired =
        FileLock::Acquire(absl::StrCat(path, ".lock"));
    if (!acquired.ok()) {
      return Unusable(options, absl::StrCat("cannot be used: ", acquired.status().message()));
    }
    lock = *std::move(acquired);
    if (options.ballast_bytes > 0) {
      EnsureBallast(absl::StrCat(path, ".ballast"), options.ballast_bytes);
    }
    ASSIGN_OR_RETURN(std::unique_ptr<Connection> connection, OpenWriter(options, path));
    writer.push_back(std::move(connection));
  }
  ASSIGN_OR_RETURN(std::vector<std::unique_ptr<Connection>> readers, OpenReaders(options, path));
  if (options.read_only) {
    for (const std::unique_ptr<Connection>& reader : readers) {
      RETURN_IF_ERROR(CheckReadOnly(options, path, *reader));
    }
  }
  return std::unique_ptr<Database>(new Database(options, std::move(path), std::move(lock),
                                                std::move(writer), std::move(readers)));
}

Database::Database(const DatabaseOptions& options, std::string path, std::unique_ptr<FileLock> lock,
                   std::vector<std::unique_ptr<Connection>> writer,
                   std::vector<std::unique_ptr<Connection>> readers)
    : path_(std::move(path)),
      read_only_(options.read_only),
      disk_space_(options.directory, options.free_space_floor_bytes),
      lock_(std::move(lock)),
      writer_(std::move(writer), options.connection_wait),
      readers_(std::move(readers), options.connection_wait) {}

Database::~Database() = default;

absl::StatusOr<WriteTransaction> Database::BeginWrite() {
  RETURN_IF_ERROR(CheckFreeSpace());
  return BeginWriteBelowFloor();
}

absl::StatusOr<WriteTransaction> Database::BeginWriteBelowFloor() {
  if (read_only_) {
    return MakeError(absl::StatusCode::kInternal, "INTERNAL", "the store is open for reading only");
  }
  ASSIGN_OR_RETURN(std::unique_ptr<Connection> connection, writer_.Take());
  WriteTransaction transaction(writer_, std::move(connection));
  RETURN_IF_ERROR(transaction.connection().Execute("BEGIN IMMEDIATE"));
  return transaction;
}

absl::StatusOr<ReadSnapshot> Database::BeginRead() {
  ASSIGN_OR_RETURN(std::unique_ptr<Connection> connection, readers_.Take());
  ReadSnapshot snapshot(readers_, std::move(connection));
  RETURN_IF_ERROR(snapshot.connection().Execute("BEGIN"));
  // BEGIN alone takes no snapshot: the first read does.
  RETURN_IF_ERROR(snapshot.connection().QueryInt64("SELECT 1 FROM sqlite_schema LIMIT 1").status());
  return snapshot;
}

}  // namespace kpisuite
