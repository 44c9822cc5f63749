#include "libs/storage/schema.h"

#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "libs/base/log.h"
#include "libs/base/status_macros.h"

namespace kpisuite {
namespace {

absl::Status WrongFile(const std::string& path, absl::string_view what) {
  return MakeError(absl::StatusCode::kFailedPrecondition, "STORE_UNAVAILABLE",
                   absl::StrCat(path, " ", what), {{"path", path}});
}

absl::StatusOr<int64_t> QueryNumber(Connection& connection, absl::string_view sql) {
  ASSIGN_OR_RETURN(const std::optional<int64_t> number, connection.QueryInt64(sql));
  return number.value_or(0);
}

absl::Status RunMigration(Connection& connection, const Schema& schema, size_t version) {
  RETURN_IF_ERROR(connection.ExecuteScript("BEGIN IMMEDIATE"));
  const absl::Status applied = connection.ExecuteScript(
      absl::StrCat(schema.migrations[version], ";PRAGMA application_id=", schema.application_id,
                   ";PRAGMA user_version=", version + 1, ";COMMIT"));
  if (!applied.ok() && connection.in_transaction()) {
    RETURN_IF_ERROR(connection.ExecuteScript("ROLLBACK"));
  }
  return applied;
}

}  // namespace

absl::Status CheckSchema(Connection& connection, const Schema& schema, const std::string& path) {
  ASSIGN_OR_RETURN(const int64_t application_id, QueryNumber(connection, "PRAGMA application_id"));
  ASSIGN_OR_RETURN(const int64_t version, QueryNumber(connection, "PRAGMA user_version"));
  ASSIGN_OR_RETURN(const int64_t tables,
                   QueryNumber(connection, "SELECT count(*) FROM sqlite_schema"));
  const bool empty = application_id == 0 && version == 0 && tables == 0;
  if (!empty && application_id != schema.application_id) {
    return WrongFile(path, absl::StrCat("is not a ", schema.name, " store: got application id ",
                                        application_id, ", want ", schema.application_id));
  }
  const int64_t known = static_cast<int64_t>(schema.migrations.size());
  if (version > known) {
    return WrongFile(path, absl::StrCat("was written by a newer version: got schema version ",
                                        version, ", want at most ", known));
  }
  return absl::OkStatus();
}

absl::Status MigrateSchema(Connection& connection, const Schema& schema) {
  ASSIGN_OR_RETURN(const int64_t version, QueryNumber(connection, "PRAGMA user_version"));
  for (size_t next = static_cast<size_t>(version); next < schema.migrations.size(); ++next) {
    RETURN_IF_ERROR(RunMigration(connection, schema, next));
    LogInfo("store migrated", {{"store", schema.name}, {"schema_version", next + 1}});
  }
  return absl::OkStatus();
}

}  // namespace kpisuite
