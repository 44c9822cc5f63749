// Samples of the SQLite engine that are past their retention.
#pragma once

#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "libs/storage/database.h"
#include "services/measurement/measurement_store.h"

namespace kpisuite {

// See MeasurementStore::FindPast; of the moment of `connection`.
absl::StatusOr<std::vector<PastSamples>> FindSqlitePast(Connection& connection, absl::Time cutoff);

// See MeasurementStore::DeletePast. SQLite uses the space again; the file does not shrink.
absl::StatusOr<PastDeletion> DeleteSqlitePast(Database& database, absl::Time cutoff,
                                              absl::FunctionRef<bool()> stopping);

}  // namespace kpisuite
