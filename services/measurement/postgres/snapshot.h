// The MeasurementSnapshot of PostgreSQL: a REPEATABLE READ transaction.
#pragma once

#include <memory>

#include "absl/status/statusor.h"
#include "libs/postgres/database.h"
#include "services/measurement/measurement_store.h"

namespace kpisuite {

// Samples come in pages: a scan that stops early leaves at most one of them unread.
absl::StatusOr<std::unique_ptr<MeasurementSnapshot>> OpenPostgresSnapshot(
    PostgresTransaction transaction);

}  // namespace kpisuite
