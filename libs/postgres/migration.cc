#include "libs/postgres/migration.h"

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "libs/base/error.h"
#include "libs/base/hash.h"
#include "libs/base/log.h"
#include "libs/base/status_macros.h"
#include "libs/postgres/error.h"

namespace kpisuite {
namespace {

// A deadlock with a writer takes PostgreSQL a second to see, and may come again.
constexpr int kAttempts = 20;
// In which the writers get on, so that their patience lasts.
constexpr absl::Duration kPause = absl::Milliseconds(100);

// Without the right to create schemas one that an administrator has made will do.
absl::Status MakeSchema(PostgresConnection& connection, const std::string& name) {
  ASSIGN_OR_RETURN(const PostgresResult found,
                   connection.Query("SELECT 1 FROM pg_namespace WHERE nspname = $1", {name}));
  if (found.rows() == 0) {
    RETURN_IF_ERROR(connection.ExecuteScript(absl::StrCat("CREATE SCHEMA ", name)));
  }
  return connection.ExecuteScript(absl::StrCat("SET LOCAL search_path TO ", name,
                                               ";CREATE TABLE IF NOT EXISTS schema_version("
                                               "version bigint PRIMARY KEY,"
                                               "applied_at timestamptz NOT NULL DEFAULT now())"));
}

absl::Status Refused(const PostgresSchema& schema, absl::string_view what) {
  return MakeError(absl::StatusCode::kFailedPrecondition, "STORE_UNAVAILABLE",
                   absl::StrCat("--store: schema ", schema.name, " ", what));
}

// `version` is that of the tables that are there, 0 when there are none.
absl::Status CheckFilling(PostgresConnection& connection, const PostgresSchema& schema,
                          int64_t version) {
  ASSIGN_OR_RETURN(const PostgresResult found,
                   connection.Query("SELECT to_regclass($1) IS NOT NULL",
                                    {absl::StrCat(schema.name, ".unfinished_copy")}));
  const bool unfinished = found.Bool(0, 0);
  if (schema.filling && version == 0) {
    return connection.ExecuteScript(
        "CREATE TABLE unfinished_copy(name text PRIMARY KEY, value text NOT NULL)");
  }
  if (schema.filling == unfinished) return absl::OkStatus();
  return Refused(schema, schema.filling
                             ? "holds tables already, want a database without them"
                             : "holds an unfinished copy: run 'kpictl migrate' to its end, or drop "
                               "the schema");
}

absl::Status RunMissing(PostgresConnection& connection, const PostgresSchema& schema) {
  ASSIGN_OR_RETURN(
      const PostgresResult last,
      connection.Query(absl::StrCat("SELECT max(version) FROM ", schema.name, ".schema_version")));
  const int64_t version = last.Int64(0, 0);
  RETURN_IF_ERROR(CheckFilling(connection, schema, version));
  const int64_t known = static_cast<int64_t>(schema.migrations.size());
  if (version > known) {
    return Refused(schema, absl::StrCat("was written by a newer version: got schema version ",
                                        version, ", want at most ", known));
  }
  for (int64_t next = version; next < known; ++next) {
    RETURN_IF_ERROR(connection.ExecuteScript(absl::StrCat(
        schema.migrations[next], ";INSERT INTO schema_version(version) VALUES(", next + 1, ")")));
    LogInfo("store migrated", {{"store", schema.name}, {"schema_version", next + 1}});
  }
  return absl::OkStatus();
}

absl::Status MigrateOnce(PostgresConnection& connection, const PostgresSchema& schema) {
  // Others wait here for the first one, which may take its time.
  RETURN_IF_ERROR(connection.ExecuteScript(
      "BEGIN; SET LOCAL lock_timeout TO '5min'; SET LOCAL statement_timeout TO '5min'"));
  absl::Status status = connection.Execute("SELECT pg_advisory_xact_lock($1)",
                                           {Hash64(absl::StrCat("kpisuite/", schema.name))});
  if (status.ok()) status = MakeSchema(connection, schema.name);
  if (status.ok()) status = RunMissing(connection, schema);
  if (status.ok()) return connection.ExecuteScript("COMMIT");
  const absl::Status rolled_back = connection.ExecuteScript("ROLLBACK");
  if (!rolled_back.ok()) LogWarning("cannot roll back", {{"error", rolled_back.message()}});
  return status;
}

}  // namespace

absl::Status MigratePostgres(PostgresConnection& connection, const PostgresSchema& schema) {
  absl::Status status;
  // Processes of the previous version may write meanwhile and take locks in another order.
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    if (attempt > 0) absl::SleepFor(kPause);
    status = MigrateOnce(connection, schema);
    if (!absl::IsAborted(status)) break;
  }
  return WithoutConflicts(status);
}

}  // namespace kpisuite
