// Samples in PostgreSQL that are past their retention: whole months of them are dropped.
#pragma once

#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "libs/postgres/database.h"
#include "services/measurement/measurement_store.h"

namespace kpisuite {

// See MeasurementStore::FindPast; in the transaction of the connection. One statement by metric.
absl::StatusOr<std::vector<PastSamples>> FindPostgresPast(PostgresConnection& connection,
                                                          absl::Time cutoff);

// See MeasurementStore::DeletePast. From the first month on, the tables of each that ends at or
// before `cutoff` are dropped with sample_past, which begins anew as the table of all time before
// the next month. A sample_past that lasts beyond `cutoff` (it ends when the store was made) stays
// whole until it does not.
//
// A month is dropped in one transaction: it keeps writers out of the tables that go, looks whether
// all their rows are of metrics that are recorded not to keep them, then waits for those who read
// samples, whatever their time, two seconds at most, while which others wait behind it. When that
// is not enough it gives up: kLater. Snapshots hold a lock that it waits for (snapshot.cc), so that
// none loses samples of which it does not know that they are gone.
absl::StatusOr<PastDeletion> DropPostgresPast(PostgresDatabase& database, absl::Time cutoff,
                                              absl::FunctionRef<bool()> stopping);

}  // namespace kpisuite
