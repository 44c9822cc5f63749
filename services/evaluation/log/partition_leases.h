// PartitionLeases: the partitions of a log in PostgreSQL, shared by the processes that are alive.
//
// A process is alive while it renews the lease of its row in `member`; the clock is the server's. A
// row of `partition` names the member that owns it. Every member computes the same assignment of
// partitions to members (rendezvous.h), gives back what is another's by it, and takes what is its
// own and is free or belongs to somebody dead, which begins a new epoch. Nothing waits for anybody:
// an owner that was given up for dead and comes back is refused by the fence of the log, and a row
// that somebody has locked is left for the next beat.
//
// Dead is whose lease has run out, two beats ago. When this process could not renew its own lease
// in time, as after an outage of the server, so could nobody: then the others have as long as a
// lease lasts to renew theirs.
#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "libs/base/deadline.h"
#include "libs/base/mutex.h"
#include "libs/postgres/database.h"
#include "services/evaluation/log/partition_ownership.h"

namespace kpisuite {

struct PartitionLeaseOptions {
  absl::Duration lease = absl::Seconds(6);
  absl::Duration beat = absl::Milliseconds(500);  // renews and looks at the others
  // Given back in one beat, so that a process that joins does not rebuild all of its share at once.
  int most_given_back = 64;
};

class PartitionLeases final : public PartitionOwnership {
 public:
  // `database` outlives it, and is connected to beside its pool: readers do not hold up the lease.
  PartitionLeases(PostgresDatabase& database, const PartitionLeaseOptions& options);
  PartitionLeases(const PartitionLeases&) = delete;
  PartitionLeases& operator=(const PartitionLeases&) = delete;
  ~PartitionLeases() override;

  void Begin(int partitions, const std::string& address, OwnershipListener& listener) override;
  void RequestEnd() override EXCLUDES(mutex_);
  // With a server that does not answer it takes as long as a lease, or 5 s.
  void End() override EXCLUDES(mutex_);
  bool shared() const override { return true; }
  bool holds() const override;
  bool Holds(const OwnedPart& part) const override EXCLUDES(mutex_);
  int owned() const override { return owned_count_; }
  bool complete() const override EXCLUDES(mutex_);
  std::string OwnerOf(int32_t part) const override EXCLUDES(mutex_);
  std::vector<Peer> Peers() const override EXCLUDES(mutex_);

  // Of this life of the process, as in the tables.
  const std::string& id() const { return id_; }

 private:
  // A row of `partition`.
  struct Row {
    int32_t part = 0;
    int64_t epoch = 0;
    std::string owner;
  };
  struct View {
    std::vector<Peer> members;  // alive, with this one
    std::vector<Row> rows;
    Deadline held_until;  // by the renewal before it
  };

  void RunThread();
  // Renews, then takes and gives back what changed.
  absl::Status Beat();
  absl::StatusOr<View> Renew();
  static View ReadView(const PostgresResult& members, const PostgresResult& rows);
  // Notes who is dead; `away`: this process could not renew in time before this view.
  void WatchDead(const View& view, bool away);
  // Whether the partitions of this owner are to be taken.
  bool IsGone(const std::string& owner) const;
  // What nobody has locked; the view then tells it, too.
  absl::Status Take(const std::vector<int32_t>& parts, View& view);
  absl::Status GiveBack(const std::vector<int32_t>& parts);
  absl::Status Leave();
  // One transaction of what `add` adds.
  absl::StatusOr<std::vector<PostgresResult>> Transact(
      absl::FunctionRef<void(PostgresPipeline&)> add);
  // Tells the listener what the tables say that is new.
  void Compare(const View& view);
  // Notes what is owned now, and tells the listener.
  void Acquired(const std::vector<OwnedPart>& parts);
  void Lost(const std::vector<OwnedPart>& parts);
  void NoteOwned() EXCLUDES(mutex_);
  void Share(View view) EXCLUDES(mutex_);
  // Whether it came to the end within a beat.
  bool WaitForBeat() EXCLUDES(mutex_);

  PostgresDatabase& database_;
  const PartitionLeaseOptions options_;
  const std::string id_;
  int partitions_ = 0;
  std::string address_;
  OwnershipListener* listener_ = nullptr;
  std::atomic<Deadline> held_until_;
  std::atomic<int> owned_count_{0};  // size of owned_
  // Of the thread.
  std::unique_ptr<PostgresConnection> connection_;
  bool prepared_ = false;
  std::set<std::string> succeeded_;          // ids of those who listened at this address before
  std::map<std::string, Deadline> dead_at_;  // owners whose lease has run out, and when they count
  std::map<int32_t, int64_t> owned_;         // epochs, as the listener was told
  std::vector<Peer> told_peers_;

  mutable Mutex mutex_;
  CondVar changed_;
  bool stopping_ GUARDED_BY(mutex_) = false;
  bool complete_ GUARDED_BY(mutex_) = false;
  std::vector<Peer> peers_ GUARDED_BY(mutex_);
  std::map<int32_t, int64_t> held_ GUARDED_BY(mutex_);  // as owned_
  std::map<int32_t, std::string> owner_addresses_ GUARDED_BY(mutex_);
  std::thread thread_;
};

}  // namespace kpisuite
