#include "libs/storage/sqlite_error.h"

#include <cerrno>

#include "libs/base/error.h"
#include "libs/base/log.h"

namespace kpisuite {
namespace {

bool IsNoSpace(sqlite3* database, int code) {
  if ((code & 0xff) == SQLITE_FULL) return true;
  if ((code & 0xff) != SQLITE_IOERR || database == nullptr) return false;
  const int system_error = sqlite3_system_errno(database);
  return system_error == ENOSPC || system_error == EDQUOT;
}

bool IsTaken(int code) {
  return code == SQLITE_CONSTRAINT_PRIMARYKEY || code == SQLITE_CONSTRAINT_UNIQUE ||
         code == SQLITE_CONSTRAINT_ROWID;
}

bool IsProgrammingError(int code) {
  switch (code & 0xff) {
    case SQLITE_ERROR:
    case SQLITE_CONSTRAINT:
    case SQLITE_MISMATCH:
    case SQLITE_MISUSE:
    case SQLITE_RANGE:
    case SQLITE_READONLY:
    case SQLITE_SCHEMA:
    case SQLITE_TOOBIG: return true;
    default: return false;
  }
}

void Log(sqlite3* database, int code, absl::string_view action) {
  LogError("sqlite failed",
           {{"action", action.substr(0, 256)},
            {"code", code},
            {"error", database != nullptr ? sqlite3_errmsg(database) : sqlite3_errstr(code)},
            {"errno", database != nullptr ? sqlite3_system_errno(database) : 0}});
}

}  // namespace

absl::Status SqliteError(sqlite3* database, int code, absl::string_view action) {
  if (IsTaken(code)) {
    return MakeError(absl::StatusCode::kAlreadyExists, "ALREADY_EXISTS",
                     "a row with this key is stored already");
  }
  Log(database, code, action);
  if (IsNoSpace(database, code)) return DiskFull();
  if ((code & 0xff) == SQLITE_INTERRUPT) {
    return MakeError(absl::StatusCode::kCancelled, "STORE_UNAVAILABLE",
                     "the query was interrupted");
  }
  if (IsProgrammingError(code)) {
    return MakeError(absl::StatusCode::kInternal, "INTERNAL", "the store refused a statement");
  }
  return MakeError(absl::StatusCode::kUnavailable, "STORE_UNAVAILABLE",
                   "the store failed; whether a write was stored is unknown, repeat it with the "
                   "same request_id");
}

absl::Status StoreUnavailable(absl::string_view detail) {
  LogError("store unavailable", {{"detail", detail}});
  return MakeError(absl::StatusCode::kUnavailable, "STORE_UNAVAILABLE",
                   "the store failed; whether a write was stored is unknown, repeat it with the "
                   "same request_id");
}

absl::Status DiskFull() {
  return MakeError(absl::StatusCode::kResourceExhausted, "DISK_FULL",
                   "the disk of the store is full; nothing was written");
}

}  // namespace kpisuite
