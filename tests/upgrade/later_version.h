// What a later version may do to tables that an earlier one still uses: add to them.
#pragma once

#include "absl/status/status.h"
#include "libs/postgres/target.h"

namespace kpisuite {

// Migrates the schemas of the three services further than the present code knows: each table gets a
// column with a default, each schema a table. The present code runs on, and does not start again.
absl::Status AddAsALaterVersion(const PostgresTarget& target);

}  // namespace kpisuite
