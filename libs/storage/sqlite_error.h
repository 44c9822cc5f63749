// How result codes of SQLite become errors of the suite. The text of SQLite goes to the log only.
#pragma once

#include <sqlite3.h>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace kpisuite {

// The error for the failed `code` of `database` (may be null); `action` (an SQL text or a verb) is
// logged. `code` is not SQLITE_OK, SQLITE_ROW or SQLITE_DONE.
//
//   no space left (SQLITE_FULL, ENOSPC, EDQUOT)     RESOURCE_EXHAUSTED  DISK_FULL
//   unique or primary key taken                     ALREADY_EXISTS      ALREADY_EXISTS
//   interrupted by sqlite3_interrupt                CANCELLED           STORE_UNAVAILABLE
//   wrong SQL, wrong use, other constraints         INTERNAL            INTERNAL
//   everything else (I/O, busy, memory, corrupt)    UNAVAILABLE         STORE_UNAVAILABLE
//
// UNAVAILABLE means that the outcome is unknown: the caller retries with the same request_id.
absl::Status SqliteError(sqlite3* database, int code, absl::string_view action);

// UNAVAILABLE STORE_UNAVAILABLE; `detail` is logged, not returned.
absl::Status StoreUnavailable(absl::string_view detail);

// RESOURCE_EXHAUSTED DISK_FULL.
absl::Status DiskFull();

}  // namespace kpisuite
