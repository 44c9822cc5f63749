// GroupWriter: makes groups of units durable, on a connection of its own.
//
// Most groups bring new samples of known series, later than the last ones, to a partition to which
// nobody else writes. They are decided from what the writer remembers; those of several partitions
// are written by one statement, in one round trip and commit, on condition that each partition is
// as the writer has left it. Every other group is a transaction of two or three round trips:
//
//   lock the head row; in later statements, which see every commit before the lock was got: the
//   requests, traits, series and watermarks that the units name, and what is kept of the metrics
//   the samples that they name (in the same round trip when all series are remembered)
//   everything that changed, and the commit
//
// There, too, a sample that is later than the last of its series is known to be new, and not looked
// for, while nobody else has written to the partition since.
//
// What a unit does is decided by PartitionGroup. Two processes that write to one partition wait for
// each other at the lock, for a second at a time; one that is halted while it holds the lock loses
// it after three.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "libs/postgres/database.h"
#include "services/measurement/measurement_store.h"
#include "services/measurement/postgres/partition_group.h"

namespace kpisuite {

// A group: units, at least one, of one partition, and the head of that as this process has seen it
// committed.
struct UnitGroup {
  std::vector<const IngestUnit*> units;
  FeedHead known;
};

// How a group ended: the outcome of each unit, and the head after it.
struct WrittenGroup {
  std::vector<absl::StatusOr<IngestOutcome>> outcomes;
  FeedHead head;
};

// Used by one thread.
class GroupWriter {
 public:
  // `database` outlives it.
  explicit GroupWriter(PostgresDatabase& database) : database_(database) {}
  GroupWriter(const GroupWriter&) = delete;
  GroupWriter& operator=(const GroupWriter&) = delete;

  // Writes those of the groups, each of another partition, that are of that kind in one statement;
  // an answer for each of `groups`. Nothing was stored of those that have none: they take Write.
  // Errors: UNAVAILABLE, RESOURCE_EXHAUSTED as there.
  std::vector<std::optional<absl::StatusOr<WrittenGroup>>> WriteRemembered(
      absl::Span<const UnitGroup> groups);

  // When the table is behind the known head in the same incarnation, entries that were followed are
  // lost (a failover to a standby that was behind), and the group begins the next incarnation. An
  // error is that of all units: RESOURCE_EXHAUSTED DISK_FULL (nothing was stored), UNAVAILABLE
  // STORE_UNAVAILABLE (unknown; nothing was stored when IsLockTimeout), INTERNAL.
  absl::StatusOr<WrittenGroup> Write(const UnitGroup& units);

 private:
  // A series as it is stored. It never changes but for the mark, which is set again if need be.
  struct KnownSeries {
    uint64_t id = 0;
    bool has_business_day = false;
    int64_t last_nano = kUnknownLast;
    int64_t run = 0;  // in which last_nano was found
  };
  // A partition as this writer left it. A run lasts while nobody else writes to it.
  struct Left {
    int64_t incarnation = 0;
    int64_t last_seq = 0;
    int64_t commit_nano = 0;
    int64_t last_series = 0;
    int64_t run = 0;
    bool run_goes_on = false;  // the last group did not begin it
  };

  absl::Status Connect();
  absl::StatusOr<WrittenGroup> WriteOnce(const UnitGroup& units);
  // Whether all that the group does is known without a look, and only adds; then it is decided.
  bool DecideRemembered(const FeedHead& known, PartitionGroup& group, WrittenGroup& written) const;
  absl::Status ReadGroup(PartitionGroup& group);
  absl::Status ReadRows(PartitionGroup& group);
  // Whether nobody else has written to the partition; else a new run begins, in which nothing is
  // known of its last samples.
  bool ContinuesRun(const PartitionGroup& group);
  absl::Status WriteChanges(const PartitionGroup& group, const FeedHead& before);
  // Whether all that the group names is remembered, and all its samples are later than the last;
  // fills it in.
  bool RecallAll(PartitionGroup& group) const;
  // Whether all series of the group are remembered; fills in those that are.
  bool RecallSeries(PartitionGroup& group) const;
  void Remember(const PartitionGroup& group);
  void Forget();

  PostgresDatabase& database_;
  std::unique_ptr<PostgresConnection> connection_;
  // Committed rows only. Begun anew with the connection: a server that was restored or has failed
  // over may not have them.
  absl::flat_hash_map<std::string, KnownSeries> series_;
  absl::flat_hash_map<PartitionGroup::Name, std::string> traits_;
  // As it was when the partition of the metric was last looked at; whoever moves it moves the head.
  absl::flat_hash_map<PartitionGroup::Name, KeptSamples> kept_;
  absl::flat_hash_map<int, Left> left_;  // by partition
  int64_t runs_ = 0;
};

}  // namespace kpisuite
