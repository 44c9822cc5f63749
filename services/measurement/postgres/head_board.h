// HeadBoard: the feed heads of all partitions, as this and the other processes move them.
//
// A process tells the others of its commits with NOTIFY, in transactions of their own: PostgreSQL
// takes a lock over all of a database for a transaction that notifies, which a commit that waits
// for the disk must not hold. Commits that follow each other closely are told together. What is
// lost (a process that dies between the two, a pooler without sessions) is found by asking for all
// heads now and then.
#pragma once

#include <atomic>
#include <functional>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "libs/base/mutex.h"
#include "libs/postgres/database.h"
#include "services/measurement/measurement_store.h"

namespace kpisuite {

// Thread-safe.
class HeadBoard {
 public:
  // `database` outlives it. `poll_interval`: how often all heads are asked for.
  HeadBoard(PostgresDatabase& database, std::vector<FeedHead> heads, absl::Duration poll_interval);
  HeadBoard(const HeadBoard&) = delete;
  HeadBoard& operator=(const HeadBoard&) = delete;
  ~HeadBoard();  // Stop()

  // Never block.
  std::vector<FeedHead> Heads() const EXCLUDES(mutex_);
  FeedHead Head(int part) const EXCLUDES(mutex_);
  // This process has moved a head: tells the listener, then the other processes.
  void Advance(const FeedHead& head) EXCLUDES(mutex_);

  // Called when a head has moved; must not block. None after Stop().
  void SetListener(std::function<void()> listener) EXCLUDES(mutex_);

  // Asks for what is committed now, by any process. May block. UNAVAILABLE STORE_UNAVAILABLE.
  //
  // A head that has gone back in the same incarnation has lost entries that were followed (a
  // failover to a standby that was behind): it gets the next incarnation.
  absl::Status Refresh() EXCLUDES(mutex_);

  // Ends the thread, after what is to be told was told. Idempotent.
  void Stop();

 private:
  void RunThread();
  // Listens on one connection until it fails or the board stops.
  absl::Status ListenOnce();
  // Of all commits that they were not told of; whether there were any.
  absl::StatusOr<bool> TellOthers(PostgresConnection& connection) EXCLUDES(mutex_);
  // As PostgresConnection::WaitForNotifications.
  absl::Status HearOthers(PostgresConnection& connection, absl::Duration timeout,
                          int wake_descriptor) EXCLUDES(mutex_);
  // "part incarnation last_seq"
  void Take(absl::string_view payload) EXCLUDES(mutex_);
  absl::Status RefreshOn(PostgresConnection& connection) EXCLUDES(mutex_);
  absl::Status RenewLife(PostgresConnection& connection, const FeedHead& lost);
  // Whether it moved something.
  bool Put(const FeedHead& head) EXCLUDES(mutex_);
  void Wake();
  void CallListener() EXCLUDES(mutex_);

  PostgresDatabase& database_;
  const absl::Duration poll_interval_;
  std::atomic<bool> stopping_{false};
  const int wake_descriptor_;
  mutable Mutex mutex_;
  std::vector<FeedHead> heads_ GUARDED_BY(mutex_);
  std::set<int> to_tell_ GUARDED_BY(mutex_);
  std::function<void()> listener_ GUARDED_BY(mutex_);
  std::thread thread_;
};

// All heads as the tables say, in the transaction of the connection.
absl::StatusOr<std::vector<FeedHead>> ReadPostgresHeads(PostgresConnection& connection);

}  // namespace kpisuite
