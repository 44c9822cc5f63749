// PostgresTarget: which PostgreSQL database a service keeps its data in, and how it logs in.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace kpisuite {

// A value. The address is the URI of libpq, for instance
//
//   postgres://kpi@db.example.com:5432/kpi?sslmode=verify-full
//   postgres:///kpi?host=/run/postgresql
//
// without a password: command lines and logs are read by others. The password comes from
// `password_file`, else from PGPASSWORD, else from the file named by PGPASSFILE (libpq's rules).
struct PostgresTarget {
  std::string uri;
  // The password and nothing else; one line end after it is passed over. Read at each connect, so
  // that a rotated secret is found. Empty: none.
  std::string password_file;
};

// Whether `store` is meant to be the URI of a PostgreSQL database.
bool IsPostgresUri(absl::string_view store);

// How the flags say it; for --help. Ends without a full stop.
inline constexpr char kPostgresStoreHelp[] =
    "postgres://USER@HOST:PORT/DATABASE?sslmode=... (no password in it)";
inline constexpr char kPostgresPasswordHelp[] =
    "File that holds the password of --store=postgres://... and nothing else; read at each "
    "connect. "
    "Without it PGPASSWORD or the file named by PGPASSFILE counts.";

// INVALID_ARGUMENT naming --store: not a URI that libpq takes, an unknown parameter, a password in
// it; naming --store-password-file: not readable. Connects to nothing.
absl::Status CheckPostgresTarget(const PostgresTarget& target);

}  // namespace kpisuite
