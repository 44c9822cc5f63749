// What a server must promise before data is entrusted to it.
#pragma once

#include "absl/status/status.h"
#include "libs/postgres/connection.h"

namespace kpisuite {

// FAILED_PRECONDITION STORE_UNAVAILABLE that names the setting, what it is and what it must be:
//
//   fsync, full_page_writes    on    else a crash damages or forgets what was acknowledged
//   synchronous_commit         on, remote_apply   (as the login sees it)
//   data_sync_retry            off   a second fsync may claim to have written what was lost
//   server_encoding            UTF8
//   server_version_num         at least 150000
absl::Status CheckPostgresServer(PostgresConnection& connection);

}  // namespace kpisuite
