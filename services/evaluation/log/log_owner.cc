#include "services/evaluation/log/log_owner.h"

#include <unistd.h>

#include <memory>
#include <utility>

#include "absl/random/random.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "libs/base/error.h"
#include "libs/base/log.h"
#include "libs/base/status_macros.h"

namespace kpisuite {
namespace {

constexpr absl::Duration kPause = absl::Milliseconds(200);

// Host and process for those who read the table, and a number that nobody else has.
std::string NameOfOwner() {
  char host[256] = {};
  gethostname(host, sizeof(host) - 1);
  absl::BitGen random;
  return absl::StrCat(host, "/", getpid(), "/", absl::Hex(absl::Uniform<uint64_t>(random)));
}

}  // namespace

absl::StatusOr<std::unique_ptr<LogOwner>> LogOwner::Create(PostgresDatabase& database,
                                                           const LogOwnerOptions& options) {
  std::unique_ptr<LogOwner> owner(new LogOwner(database, options));
  ASSIGN_OR_RETURN(const PostgresTransaction transaction, database.BeginRead());
  ASSIGN_OR_RETURN(const PostgresResult found,
                   transaction.connection().Query("SELECT epoch FROM owner"));
  owner->epoch_ = found.Int64(0, 0);
  return owner;
}

LogOwner::LogOwner(PostgresDatabase& database, const LogOwnerOptions& options)
    : database_(database), options_(options), name_(NameOfOwner()) {}

LogOwner::~LogOwner() {
  {
    MutexLock lock(mutex_);
    stopping_ = true;
    stopped_.NotifyAll();
  }
  if (thread_.joinable()) thread_.join();
  if (!holds_) return;
  auto transaction = database_.BeginWrite();
  absl::Status released = transaction.status();
  if (released.ok()) {
    released = transaction->connection().Execute(
        "UPDATE owner SET lease_until = '-infinity' WHERE owner = $1", {name_});
  }
  if (released.ok()) released = transaction->Commit();
  if (!released.ok()) LogWarning("the lease runs out by itself", {{"error", released.message()}});
}

absl::StatusOr<int64_t> LogOwner::OpenEpoch() {
  const absl::Time give_up = absl::Now() + options_.patience;
  while (true) {
    ASSIGN_OR_RETURN(const bool taken, TryTake());
    if (taken) break;
    if (absl::Now() >= give_up) {
      return MakeError(absl::StatusCode::kUnavailable, "NOT_READY",
                       "--store: another evaluator owns the state log and is alive");
    }
    absl::SleepFor(kPause);
  }
  holds_ = true;
  if (!thread_.joinable()) thread_ = std::thread([this] { RunThread(); });
  return epoch_.load();
}

absl::StatusOr<bool> LogOwner::TryTake() {
  ASSIGN_OR_RETURN(PostgresTransaction transaction, database_.BeginWrite());
  ASSIGN_OR_RETURN(const PostgresResult taken,
                   transaction.connection().Query(
                       "UPDATE owner SET epoch = epoch + 1, owner = $1,"
                       " lease_until = clock_timestamp() + $2 * interval '1 microsecond'"
                       " WHERE lease_until < clock_timestamp() OR owner = $1 RETURNING epoch",
                       {name_, absl::ToInt64Microseconds(options_.lease)}));
  if (taken.rows() == 0) return false;
  RETURN_IF_ERROR(transaction.Commit());
  epoch_ = taken.Int64(0, 0);
  return true;
}

absl::StatusOr<bool> LogOwner::Renew() {
  ASSIGN_OR_RETURN(PostgresTransaction transaction, database_.BeginWrite());
  ASSIGN_OR_RETURN(
      const PostgresResult renewed,
      transaction.connection().Query(
          "UPDATE owner SET lease_until = clock_timestamp() + $2 * interval '1 microsecond'"
          " WHERE owner = $1 RETURNING epoch",
          {name_, absl::ToInt64Microseconds(options_.lease)}));
  RETURN_IF_ERROR(transaction.Commit());
  return renewed.rows() > 0;
}

void LogOwner::RunThread() {
  while (!WaitForStop(options_.lease / 3)) {
    const absl::StatusOr<bool> renewed = Renew();
    if (!renewed.ok()) {
      // Nobody else can write either, or will say so when it has taken over.
      LogWarning("cannot renew the lease of the state log",
                 {{"error", renewed.status().message()}});
    } else if (!*renewed) {
      holds_ = false;
      LogError("another evaluator has taken over the state log", {{"epoch", epoch_.load()}});
      if (options_.on_lost) options_.on_lost();
      return;
    }
  }
}

bool LogOwner::WaitForStop(absl::Duration timeout) {
  const absl::Time end = absl::Now() + timeout;
  MutexLock lock(mutex_);
  while (!stopping_ && absl::Now() < end) stopped_.WaitFor(mutex_, end - absl::Now());
  return stopping_;
}

absl::StatusOr<PostgresTransaction> LogOwner::BeginWrite() {
  ASSIGN_OR_RETURN(PostgresTransaction transaction, database_.BeginWrite());
  ASSIGN_OR_RETURN(const PostgresResult found,
                   transaction.connection().Query("SELECT epoch FROM owner FOR SHARE"));
  if (found.Int64(0, 0) == epoch_) return transaction;
  return MakeError(absl::StatusCode::kFailedPrecondition, "STORE_UNAVAILABLE",
                   absl::StrCat("another evaluator owns the state log: got epoch ", epoch_.load(),
                                ", want ", found.Int64(0, 0)));
}

}  // namespace kpisuite
