#include "libs/postgres/error.h"

#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/cord.h"
#include "libs/base/error.h"
#include "libs/base/log.h"

namespace kpisuite {
namespace {

constexpr char kUnknownOutcome[] =
    "the store failed; whether a write was stored is unknown, repeat it with the same request_id";
constexpr char kNoConnection[] = "the database cannot be reached, or refuses the connection";

// Marks errors of this kind; not sent to clients.
constexpr char kLockTimeoutPayload[] = "kpisuite/postgres/lock-timeout";

// Classes of SQLSTATE that mean a mistake of ours.
bool IsProgrammingError(absl::string_view state) {
  const absl::string_view state_class = state.substr(0, 2);
  for (const absl::string_view wrong : {"0A", "21", "22", "23", "25", "26", "2B", "34", "42"}) {
    // A server that has become a standby says 25006.
    if (state_class == wrong) return state != "25006";
  }
  return false;
}

std::string Field(const PGresult* result, int field) {
  const char* const text = PQresultErrorField(result, field);
  return text != nullptr ? text : "";
}

}  // namespace

absl::Status PostgresError(const PGresult* result, absl::string_view action) {
  const std::string state = Field(result, PG_DIAG_SQLSTATE);
  if (state == "23505") {
    return MakeError(absl::StatusCode::kAlreadyExists, "ALREADY_EXISTS",
                     "a row with this key is stored already");
  }
  if (state == "40001" || state == "40P01") {
    return MakeError(absl::StatusCode::kAborted, "STORE_UNAVAILABLE",
                     "another transaction was in the way");
  }
  LogError("postgres failed", {{"action", action.substr(0, 256)},
                               {"sqlstate", state},
                               {"error", Field(result, PG_DIAG_MESSAGE_PRIMARY)},
                               {"detail", Field(result, PG_DIAG_MESSAGE_DETAIL).substr(0, 256)}});
  if (state == "53100") {
    return MakeError(absl::StatusCode::kResourceExhausted, "DISK_FULL",
                     "the disk of the store is full; nothing was written");
  }
  if (IsProgrammingError(state)) {
    return MakeError(absl::StatusCode::kInternal, "INTERNAL", "the store refused a statement");
  }
  absl::Status error =
      MakeError(absl::StatusCode::kUnavailable, "STORE_UNAVAILABLE", kUnknownOutcome);
  if (state == "55P03") error.SetPayload(kLockTimeoutPayload, absl::Cord());
  return error;
}

bool IsLockTimeout(const absl::Status& status) {
  return status.GetPayload(kLockTimeoutPayload).has_value();
}

absl::Status PostgresConnectionError(PGconn* connection, absl::string_view action) {
  LogError("postgres failed", {{"action", action.substr(0, 256)},
                               {"error", absl::StripAsciiWhitespace(PQerrorMessage(connection))}});
  return MakeError(absl::StatusCode::kUnavailable, "STORE_UNAVAILABLE",
                   action == "connect" ? kNoConnection : kUnknownOutcome);
}

absl::Status PostgresUnavailable(absl::string_view detail) {
  LogError("store unavailable", {{"detail", detail}});
  return MakeError(absl::StatusCode::kUnavailable, "STORE_UNAVAILABLE", kUnknownOutcome);
}

absl::Status WithoutConflicts(absl::Status status) {
  if (!absl::IsAborted(status) || GetErrorDetails(status).reason != "STORE_UNAVAILABLE") {
    return status;
  }
  return PostgresUnavailable("transactions were in each other's way again and again");
}

}  // namespace kpisuite
