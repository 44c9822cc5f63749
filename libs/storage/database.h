// Database: one SQLite file with one writer, a few readers and a lock against a second process.
//
// Files in the directory: FILE (database), FILE-wal and FILE-shm (SQLite's), FILE.lock (held while
// open, names the process), FILE.ballast (see disk_space.h).
//
// Committed means synced: journal_mode=WAL, synchronous=FULL. SQLite 3.40 can corrupt a file when
// two connections reset the WAL, so exactly one connection writes and runs every checkpoint;
// readers cannot. A reader never waits for the writer, nor the writer for readers.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "libs/base/mutex.h"
#include "libs/storage/connection.h"
#include "libs/storage/disk_space.h"
#include "libs/storage/file_lock.h"
#include "libs/storage/schema.h"
#include "libs/storage/transaction.h"

namespace kpisuite {

// What operators get unless they say otherwise.
inline constexpr int64_t kDefaultFreeSpaceFloorBytes = int64_t{64} << 20;
inline constexpr int64_t kDefaultBallastBytes = int64_t{64} << 20;

struct DatabaseOptions {
  std::string directory;         // must exist and, unless read_only, be writable
  std::string file_name;         // e.g. "definition.db"
  std::string flag = "--store";  // named by errors about the directory
  Schema schema;
  bool read_only = false;  // no writer, no lock: looks at a store that a process may own
  int readers = 4;         // reader connections; more concurrent reads wait
  int checkpoint_pages = 4000;
  int writer_cache_kib = 64 << 10;
  int reader_cache_kib = 8 << 10;
  absl::Duration connection_wait = absl::Seconds(5);  // for a free connection, then UNAVAILABLE
  int64_t free_space_floor_bytes = 0;                 // 0: not watched
  int64_t ballast_bytes = 0;                          // 0: no ballast
};

// Connections of one role, lent one at a time. Thread-safe.
class ConnectionPool {
 public:
  ConnectionPool(std::vector<std::unique_ptr<Connection>> connections, absl::Duration wait);

  // Takes a free connection; UNAVAILABLE STORE_UNAVAILABLE when none becomes free in time.
  absl::StatusOr<std::unique_ptr<Connection>> Take() EXCLUDES(mutex_);
  void Return(std::unique_ptr<Connection> connection) EXCLUDES(mutex_);

 private:
  const absl::Duration wait_;
  Mutex mutex_;
  CondVar returned_;
  std::vector<std::unique_ptr<Connection>> free_ GUARDED_BY(mutex_);
};

// Thread-safe. Outlives its transactions and snapshots.
class Database {
 public:
  // Opens or creates the file and migrates it. FAILED_PRECONDITION names the path and the flag:
  // no such directory, not a directory, not writable, in use by another process, a file of another
  // kind or of a newer schema. With read_only also: absent file or an older schema.
  static absl::StatusOr<std::unique_ptr<Database>> Create(const DatabaseOptions& options);
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;
  ~Database();  // checkpoints and removes the WAL, best effort

  // Starts a transaction on the writer (BEGIN IMMEDIATE), waiting for the one before to end.
  // RESOURCE_EXHAUSTED DISK_FULL below the free-space floor; INTERNAL on a read_only database.
  absl::StatusOr<WriteTransaction> BeginWrite();

  // Like BeginWrite, without regard to the floor: for what frees space, or must be written.
  absl::StatusOr<WriteTransaction> BeginWriteBelowFloor();

  // A stable view of what is committed now. Do not hold it for long: the WAL grows meanwhile.
  absl::StatusOr<ReadSnapshot> BeginRead();

  // RESOURCE_EXHAUSTED DISK_FULL below the free-space floor. Does not touch SQLite.
  absl::Status CheckFreeSpace() { return disk_space_.Check(); }

  const std::string& path() const { return path_; }

 private:
  Database(const DatabaseOptions& options, std::string path, std::unique_ptr<FileLock> lock,
           std::vector<std::unique_ptr<Connection>> writer,
           std::vector<std::unique_ptr<Connection>> readers);

  const std::string path_;
  const bool read_only_;
  DiskSpace disk_space_;
  // Destroyed from the last to the first: readers, then the writer (which checkpoints as the last
  // connection), then the lock.
  const std::unique_ptr<FileLock> lock_;
  ConnectionPool writer_;
  ConnectionPool readers_;
};

}  // namespace kpisuite
