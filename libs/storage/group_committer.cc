#include "libs/storage/group_committer.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "libs/base/error.h"
#include "libs/base/log.h"
#include "libs/base/status_macros.h"
#include "libs/storage/sqlite_error.h"

namespace kpisuite {
namespace {

// Why a group has failed whose unit ended with `result`. An error of the unit's own making says
// nothing to the other callers.
absl::Status GroupError(const absl::Status& result) {
  if (absl::IsResourceExhausted(result) || absl::IsUnavailable(result)) return result;
  return StoreUnavailable("the transaction of a group ended early");
}

// Runs one unit in its savepoint. False: SQLite has ended the transaction of the whole group.
bool ApplyUnit(Connection& connection, const CommitUnit& unit, absl::Status& result) {
  result = connection.Execute("SAVEPOINT unit");
  if (!result.ok()) return connection.in_transaction();
  result = unit.apply(connection);
  if (!connection.in_transaction()) return false;
  if (!result.ok()) {
    const absl::Status taken_back = connection.Execute("ROLLBACK TO unit");
    if (!taken_back.ok()) return false;
  }
  const absl::Status released = connection.Execute("RELEASE unit");
  if (!released.ok()) result.Update(released);
  return released.ok();
}

}  // namespace

GroupCommitter::GroupCommitter(Database& database, const GroupCommitterOptions& options,
                               GroupFinished group_finished)
    : database_(database),
      options_(options),
      group_finished_(std::move(group_finished)),
      thread_([this] { RunThread(); }) {}

GroupCommitter::~GroupCommitter() { Shutdown(); }

absl::Status GroupCommitter::Submit(CommitUnit unit) {
  RETURN_IF_ERROR(database_.CheckFreeSpace());
  MutexLock lock(mutex_);
  if (shutting_down_) {
    return MakeError(absl::StatusCode::kUnavailable, "SHUTTING_DOWN", "the store is closing");
  }
  const bool fits = queue_.size() < options_.max_queued_units &&
                    queued_bytes_ + unit.bytes <= options_.max_queued_bytes;
  if (!fits && !queue_.empty()) {
    return WithRetryAfter(MakeError(absl::StatusCode::kResourceExhausted, "QUEUE_FULL",
                                    "too many writes are waiting for the store"),
                          absl::Milliseconds(100));
  }
  queued_bytes_ += unit.bytes;
  queued_rows_ += unit.rows;
  queue_.push_back(std::move(unit));
  changed_.NotifyOne();
  return absl::OkStatus();
}

void GroupCommitter::Shutdown() {
  {
    MutexLock lock(mutex_);
    shutting_down_ = true;
    changed_.NotifyAll();
  }
  if (thread_.joinable()) thread_.join();
}

size_t GroupCommitter::queued_units() const {
  MutexLock lock(mutex_);
  return queue_.size();
}

size_t GroupCommitter::queued_bytes() const {
  MutexLock lock(mutex_);
  return queued_bytes_;
}

void GroupCommitter::RunThread() {
  size_t previous_units = 0;
  while (true) {
    std::vector<CommitUnit> group = NextGroup(previous_units);
    if (group.empty()) return;
    previous_units = group.size();
    CommitGroup(std::move(group));
  }
}

std::vector<CommitUnit> GroupCommitter::NextGroup(size_t previous_units) {
  MutexLock lock(mutex_);
  while (queue_.empty() && !shutting_down_) changed_.Wait(mutex_);
  if (previous_units > 1) Linger(previous_units);
  std::vector<CommitUnit> group;
  size_t rows = 0;
  while (!queue_.empty() && group.size() < options_.max_group_units &&
         (group.empty() || rows + queue_.front().rows <= options_.max_group_rows)) {
    CommitUnit& next = queue_.front();
    rows += next.rows;
    queued_rows_ -= next.rows;
    queued_bytes_ -= next.bytes;
    group.push_back(std::move(next));
    queue_.pop_front();
  }
  return group;
}

void GroupCommitter::Linger(size_t previous_units) {
  // Callers who wait for each answer are all back when as many units have come as last time.
  const size_t enough_units = std::min(previous_units, options_.max_group_units);
  const auto end = std::chrono::steady_clock::now() + absl::ToChronoNanoseconds(options_.linger);
  while (!shutting_down_ && queued_rows_ < options_.linger_rows && queue_.size() < enough_units) {
    const auto left = end - std::chrono::steady_clock::now();
    if (left <= std::chrono::nanoseconds::zero()) return;
    changed_.WaitFor(mutex_, absl::FromChrono(left));
  }
}

void GroupCommitter::CommitGroup(std::vector<CommitUnit> group) {
  std::vector<absl::Status> results(group.size());
  const absl::Status committed = ApplyGroup(group, results);
  if (group_finished_) group_finished_(committed);
  for (size_t i = 0; i < group.size(); ++i) {
    group[i].done(committed.ok() ? results[i] : committed);
  }
}

absl::Status GroupCommitter::ApplyGroup(const std::vector<CommitUnit>& group,
                                        std::vector<absl::Status>& results) {
  // The floor was checked at the door; what was let in is written.
  ASSIGN_OR_RETURN(WriteTransaction transaction, database_.BeginWriteBelowFloor());
  for (size_t i = 0; i < group.size(); ++i) {
    if (ApplyUnit(transaction.connection(), group[i], results[i])) continue;
    return GroupError(results[i]);
  }
  const bool nothing_to_store =
      std::all_of(results.begin(), results.end(), [](const absl::Status& s) { return !s.ok(); });
  if (nothing_to_store) return absl::OkStatus();
  return transaction.Commit();
}

}  // namespace kpisuite
