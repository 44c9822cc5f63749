// Time partitions of the tables `sample` and `sample_revision`.
//
// One for each month (UTC), from that in which the store was made, named sample_y2026m11 and
// sample_revision_y2026m11, and one for all time before, sample_past and sample_revision_past. The
// months to come are made ahead; event times lie at most minutes in the future. Dropping a month
// is how old samples go cheaply (past_samples.h).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "libs/postgres/connection.h"

namespace kpisuite {

// Makes what is missing up to the second month after that of `now`, inside a transaction of the
// caller, who locks out a second maker. Months are joined without a gap
// also when nobody was there for a while.
absl::Status MakeTimePartitions(PostgresConnection& connection, absl::Time now);

// The first month that has tables of its own; nothing when none has.
absl::StatusOr<std::optional<absl::CivilMonth>> FindFirstMonth(PostgresConnection& connection);
absl::Time StartOf(absl::CivilMonth month);

// The tables of all time before `month`, which is the first one or the one after it; those that are
// there.
absl::StatusOr<std::vector<std::string>> FindTablesBefore(PostgresConnection& connection,
                                                          absl::CivilMonth month);
// Drops `tables`, as FindTablesBefore tells them, with all that is in them; all time before `month`
// is that of sample_past from then on. Inside a transaction of the caller, who locks out makers.
absl::Status DropTables(PostgresConnection& connection, const std::vector<std::string>& tables,
                        absl::CivilMonth month);

}  // namespace kpisuite
