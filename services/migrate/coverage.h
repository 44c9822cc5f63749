// Whether a plan knows everything there is.
#pragma once

#include "absl/status/status.h"
#include "libs/postgres/connection.h"
#include "services/migrate/copy_plan.h"

namespace kpisuite {

// INTERNAL naming the table and the column of `file` that the plan does not read, or of the search
// path of `target` that it neither fills nor leaves to the database, or that are not there.
absl::Status CheckCoverage(const StoreKind& kind, const CopyPlan& plan, Connection& file,
                           PostgresConnection& target);

}  // namespace kpisuite
