// The snapshot of the SQLite engine.
#pragma once

#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "libs/storage/transaction.h"
#include "services/measurement/measurement_store.h"

namespace kpisuite {

// All partitions, in order.
absl::StatusOr<std::vector<FeedHead>> ReadHeads(Connection& connection);

// See MeasurementSnapshot::FindKept.
absl::StatusOr<KeptSamples> FindSqliteKept(Connection& connection, absl::string_view workspace,
                                           absl::string_view metric);

absl::StatusOr<std::unique_ptr<MeasurementSnapshot>> OpenSqliteSnapshot(ReadSnapshot snapshot);

}  // namespace kpisuite
