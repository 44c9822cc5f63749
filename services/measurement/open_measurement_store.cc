#include "services/measurement/open_measurement_store.h"

#include "libs/base/status_macros.h"
#include "services/measurement/postgres/postgres_measurement_store.h"
#include "services/measurement/sqlite_measurement_store.h"

namespace kpisuite {

absl::StatusOr<std::shared_ptr<MeasurementStore>> OpenMeasurementStore(
    const MeasurementOptions& options, const Clock& clock) {
  RETURN_IF_ERROR(CheckStore(options));
  if (IsPostgresUri(options.store)) {
    PostgresMeasurementStoreOptions postgres;
    postgres.target = {options.store, options.store_password_file};
    return PostgresMeasurementStore::Create(postgres, clock);
  }
  SqliteMeasurementStoreOptions sqlite;
  ASSIGN_OR_RETURN(sqlite.directory, SqliteDirectoryOf(options.store));
  return SqliteMeasurementStore::Create(sqlite, clock);
}

}  // namespace kpisuite
