// How errors of PostgreSQL become errors of the suite. The server's text goes to the log only.
#pragma once

#include <libpq-fe.h>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace kpisuite {

// The error for a failed `result` (not null) of `action`, an SQL text or a verb, which is logged.
//
//   disk full (53100)                              RESOURCE_EXHAUSTED  DISK_FULL
//   unique or primary key taken (23505)            ALREADY_EXISTS      ALREADY_EXISTS
//   serialization failure, deadlock (40001, 40P01) ABORTED             STORE_UNAVAILABLE
//   wrong SQL, wrong data, other constraints       INTERNAL            INTERNAL
//   everything else (lost connection, shutdown,    UNAVAILABLE         STORE_UNAVAILABLE
//   read-only server, out of memory, timeouts)
//
// UNAVAILABLE means that the outcome is unknown: the caller retries with the same request_id.
// ABORTED means that nothing was stored and that the same transaction may work if it is repeated;
// stores repeat it and pass on UNAVAILABLE.
absl::Status PostgresError(const PGresult* result, absl::string_view action);

// UNAVAILABLE STORE_UNAVAILABLE for a connection that failed.
absl::Status PostgresConnectionError(PGconn* connection, absl::string_view action);

// UNAVAILABLE STORE_UNAVAILABLE; `detail` is logged, not returned.
absl::Status PostgresUnavailable(absl::string_view detail);

// Whether a statement gave up its wait for a lock (55P03): nothing of its transaction was stored,
// and it may work later.
bool IsLockTimeout(const absl::Status& status);

// `status` as the caller of a store may see it: ABORTED becomes UNAVAILABLE STORE_UNAVAILABLE.
absl::Status WithoutConflicts(absl::Status status);

}  // namespace kpisuite
