// PostgresUpkeep: the months to come get their tables (time_partitions.h).
#pragma once

#include <thread>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "libs/base/clock.h"
#include "libs/base/mutex.h"
#include "libs/postgres/database.h"

namespace kpisuite {

// Looks every ten minutes. Every process has one; that several do the same at once is harmless.
class PostgresUpkeep {
 public:
  // The references outlive it.
  PostgresUpkeep(PostgresDatabase& database, const Clock& clock);
  PostgresUpkeep(const PostgresUpkeep&) = delete;
  PostgresUpkeep& operator=(const PostgresUpkeep&) = delete;
  ~PostgresUpkeep();  // Stop()

  // Does it once. May block. Errors: see PostgresError.
  absl::Status RunOnce();
  // Ends the thread. Idempotent.
  void Stop() EXCLUDES(mutex_);

 private:
  void RunThread();
  // Whether it came to that within `timeout`.
  bool WaitForStop(absl::Duration timeout) EXCLUDES(mutex_);

  PostgresDatabase& database_;
  const Clock& clock_;
  Mutex mutex_;
  CondVar stopped_;
  bool stopping_ GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace kpisuite
