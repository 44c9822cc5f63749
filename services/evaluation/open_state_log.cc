#include "services/evaluation/open_state_log.h"

#include "libs/base/status_macros.h"
#include "services/evaluation/log/postgres_state_log.h"
#include "services/evaluation/log/sqlite_state_log.h"

namespace kpisuite {

absl::StatusOr<std::unique_ptr<StateLog>> OpenStateLog(const EvaluationOptions& options) {
  RETURN_IF_ERROR(CheckStore(options));
  if (IsPostgresUri(options.store)) {
    PostgresStateLogOptions postgres;
    postgres.target = {options.store, options.store_password_file};
    return PostgresStateLog::Create(postgres);
  }
  SqliteStateLogOptions sqlite;
  ASSIGN_OR_RETURN(sqlite.directory, StateLogDirectoryOf(options.store));
  return SqliteStateLog::Create(sqlite);
}

}  // namespace kpisuite
