// LogOwner: the lease and the fence of a state log that several processes can reach.
//
// One evaluator at a time owns the log. Its epoch is the fence: every write begins with a look at
// the epoch in the table, under a lock that a taker-over waits for, so that a writer of an earlier
// epoch is refused whatever it believes. The lease only says when taking over is polite; its times
// are the server's.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <string>
#include <thread>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "libs/base/mutex.h"
#include "libs/postgres/database.h"

namespace kpisuite {

struct LogOwnerOptions {
  absl::Duration lease = absl::Seconds(6);  // renewed every third of it
  // How long OpenEpoch waits for an owner that does not renew.
  absl::Duration patience = absl::Seconds(12);
  // Called once, from another thread, when another process has taken over. May be empty.
  std::function<void()> on_lost;
};

// Thread-safe. The table `owner` has one row: epoch, owner, lease_until.
class LogOwner {
 public:
  // `database` outlives it. Until OpenEpoch it writes in the present epoch.
  static absl::StatusOr<std::unique_ptr<LogOwner>> Create(PostgresDatabase& database,
                                                          const LogOwnerOptions& options);
  LogOwner(const LogOwner&) = delete;
  LogOwner& operator=(const LogOwner&) = delete;
  // Gives the lease back.
  ~LogOwner();

  // Takes the lease, waiting for one that runs out; the new epoch. UNAVAILABLE NOT_READY: another
  // process holds it and renews it. May block.
  absl::StatusOr<int64_t> OpenEpoch();

  // Begins a transaction in which this process is the owner until it ends. FAILED_PRECONDITION
  // STORE_UNAVAILABLE: another one has taken over.
  absl::StatusOr<PostgresTransaction> BeginWrite();

 private:
  LogOwner(PostgresDatabase& database, const LogOwnerOptions& options);

  absl::StatusOr<bool> TryTake();
  // Whether the lease is still this process'.
  absl::StatusOr<bool> Renew();
  void RunThread();
  // Whether it came to the end within `timeout`.
  bool WaitForStop(absl::Duration timeout) EXCLUDES(mutex_);

  PostgresDatabase& database_;
  const LogOwnerOptions options_;
  const std::string name_;  // of this owner, different from all others
  std::atomic<int64_t> epoch_{0};
  std::atomic<bool> holds_{false};
  Mutex mutex_;
  CondVar stopped_;
  bool stopping_ GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace kpisuite
