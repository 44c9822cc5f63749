// PostgresUpkeep: the months to come get their tables (time_partitions.h).
#pragma once

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "libs/base/clock.h"
#include "libs/base/periodic_task.h"
#include "libs/postgres/database.h"

namespace kpisuite {

// Looks every ten minutes. Every process has one; that several do the same at once is harmless.
class PostgresUpkeep {
 public:
  // The references outlive it.
  PostgresUpkeep(PostgresDatabase& database, const Clock& clock);
  PostgresUpkeep(const PostgresUpkeep&) = delete;
  PostgresUpkeep& operator=(const PostgresUpkeep&) = delete;

  // Does it once. May block. Errors: see PostgresError.
  absl::Status RunOnce();
  // Ends the thread. Idempotent.
  void Stop() { task_.Stop(); }

 private:
  PostgresDatabase& database_;
  const Clock& clock_;
  PeriodicTask task_;
};

}  // namespace kpisuite
