#include "services/definition/open_definition_store.h"

#include "libs/base/status_macros.h"
#include "services/definition/postgres_definition_store.h"
#include "services/definition/sqlite_definition_store.h"

namespace kpisuite {

absl::StatusOr<std::unique_ptr<DefinitionStore>> OpenDefinitionStore(
    const DefinitionOptions& options) {
  RETURN_IF_ERROR(CheckStore(options));
  if (IsPostgresUri(options.store)) {
    return PostgresDefinitionStore::Create({options.store, options.store_password_file});
  }
  return SqliteDefinitionStore::Create(SqliteDirectoryOf(options));
}

}  // namespace kpisuite
