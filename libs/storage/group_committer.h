// GroupCommitter: many small durable writes, one fsync.
#pragma once

#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "libs/base/mutex.h"
#include "libs/storage/database.h"

namespace kpisuite {

struct GroupCommitterOptions {
  size_t max_queued_units = 4096;
  size_t max_queued_bytes = 64 << 20;
  // A group is closed at the first of these.
  size_t max_group_units = 512;
  size_t max_group_rows = 50'000;
  // How long a busy committer (the last group held several units) waits for `linger_rows` or as
  // many units as last time; an idle one never waits.
  absl::Duration linger = absl::Milliseconds(1);
  size_t linger_rows = 1000;
};

// One write of a caller.
struct CommitUnit {
  size_t bytes = 0;  // what it holds in memory, counted against max_queued_bytes
  size_t rows = 1;   // about how many rows it writes
  // Called once on the committer's thread, inside the transaction of its group and a savepoint of
  // its own. An error takes back this unit alone, unless SQLite has ended the whole transaction
  // (a full disk): then every unit of the group fails with it.
  std::function<absl::Status(Connection&)> apply;
  // Called exactly once on the committer's thread after the commit, with ok (durable), the error
  // of `apply` or that of the group. Must not block: the next group waits for it.
  std::function<void(const absl::Status&)> done;
};

// One thread that owns the writing of a database. Thread-safe. Units are applied in the order of
// their submission.
class GroupCommitter {
 public:
  // Called on the committer's thread after each group and before its units' `done`: ok, or why
  // nothing of the group was stored. Owners of in-memory copies drop what a failed group taught.
  using GroupFinished = std::function<void(const absl::Status&)>;

  // `database` outlives the committer.
  GroupCommitter(Database& database, const GroupCommitterOptions& options,
                 GroupFinished group_finished);
  GroupCommitter(const GroupCommitter&) = delete;
  GroupCommitter& operator=(const GroupCommitter&) = delete;
  ~GroupCommitter();  // Shutdown()

  // Queues `unit`; never blocks on the database. When an error is returned the unit is dropped and
  // its `done` is not called: RESOURCE_EXHAUSTED QUEUE_FULL (with a retry hint),
  // RESOURCE_EXHAUSTED DISK_FULL below the free-space floor, UNAVAILABLE SHUTTING_DOWN.
  // A unit larger than max_queued_bytes is accepted when the queue is empty.
  absl::Status Submit(CommitUnit unit) EXCLUDES(mutex_);

  // Refuses new units, commits what is queued, joins the thread. Not to be called from a unit.
  void Shutdown() EXCLUDES(mutex_);

  size_t queued_units() const EXCLUDES(mutex_);
  size_t queued_bytes() const EXCLUDES(mutex_);

 private:
  void RunThread() EXCLUDES(mutex_);
  // Waits for work and takes a group; empty: shut down and drained.
  std::vector<CommitUnit> NextGroup(size_t previous_units) EXCLUDES(mutex_);
  void Linger(size_t previous_units) REQUIRES(mutex_);
  void CommitGroup(std::vector<CommitUnit> group);
  absl::Status ApplyGroup(const std::vector<CommitUnit>& group, std::vector<absl::Status>& results);

  Database& database_;
  const GroupCommitterOptions options_;
  const GroupFinished group_finished_;
  mutable Mutex mutex_;
  CondVar changed_;
  std::deque<CommitUnit> queue_ GUARDED_BY(mutex_);
  size_t queued_bytes_ GUARDED_BY(mutex_) = 0;
  size_t queued_rows_ GUARDED_BY(mutex_) = 0;
  bool shutting_down_ GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace kpisuite
