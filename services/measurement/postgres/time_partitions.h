// Time partitions of the tables `sample` and `sample_revision`.
//
// One for each month (UTC), from that in which the store was made, named sample_y2026m11 and
// sample_revision_y2026m11, and one for all time before, sample_past and sample_revision_past. The
// months to come are made ahead; event times lie at most minutes in the future. Dropping a month
// is how old samples go cheaply.
#pragma once

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "libs/postgres/connection.h"

namespace kpisuite {

// Makes what is missing up to the second month after that of `now`, inside a transaction of the
// caller, who locks out a second maker. Months are joined without a gap
// also when nobody was there for a while.
absl::Status MakeTimePartitions(PostgresConnection& connection, absl::Time now);

}  // namespace kpisuite
