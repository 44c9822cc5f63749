// SqliteMeasurementStore: the embedded engine, one SQLite file ("measurement.db").
//
// Tables (sqlite_schema.cc): `sample` holds the latest revision of each identity, clustered by
// (series, time, sample_id), so that a scan of a series is sequential and an append touches one
// page; `sample_revision` the earlier ones; `feed` one serialised ChangeBatch for each (part, seq);
// `request` the answers of known request_ids for 48 hours; `head` the position of each partition;
// `kept_sample` from when on samples of a metric are kept, when some are gone.
//
// One thread writes (GroupCommitter): many units, one fsync. What it keeps in memory is a copy of
// committed rows only: a failed group leaves no trace.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "libs/base/clock.h"
#include "libs/base/mutex.h"
#include "libs/storage/database.h"
#include "libs/storage/group_committer.h"
#include "services/measurement/measurement_store.h"
#include "services/measurement/sqlite_ingest.h"

namespace kpisuite {

struct SqliteMeasurementStoreOptions {
  std::string directory;  // must exist and be writable
  int64_t free_space_floor_bytes = kDefaultFreeSpaceFloorBytes;
  int64_t ballast_bytes = kDefaultBallastBytes;
  int partitions = 16;  // of a new store; an existing one must have as many
  GroupCommitterOptions committer;
};

// Thread-safe.
class SqliteMeasurementStore final : public MeasurementStore {
 public:
  // Opens or creates the store; a new one gets the present second as its incarnation. Errors as
  // Database::Create; FAILED_PRECONDITION when the store has another number of partitions.
  static absl::StatusOr<std::unique_ptr<SqliteMeasurementStore>> Create(
      const SqliteMeasurementStoreOptions& options, const Clock& clock);
  // Commits what is queued.
  ~SqliteMeasurementStore() override;

  absl::string_view engine() const override { return "sqlite"; }
  int partitions() const override { return partitions_; }
  void Ingest(IngestUnit unit, IngestDone done) override;
  std::vector<FeedHead> Heads() const override EXCLUDES(mutex_);
  void SetCommitListener(std::function<void()> listener) override { listener_ = listener; }
  absl::StatusOr<ChangePage> ReadChanges(int part, int64_t incarnation, int64_t seq,
                                         size_t limit_bytes) override;
  absl::StatusOr<std::unique_ptr<MeasurementSnapshot>> Snapshot() override;
  absl::StatusOr<int64_t> ForgetChanges(int part, absl::Time before, int64_t limit) override;
  absl::StatusOr<int64_t> ForgetRequests(absl::Time before, int64_t limit) override;
  absl::StatusOr<std::vector<PastSamples>> FindPast(absl::Time cutoff) override;
  absl::StatusOr<PastDeletion> DeletePast(absl::Time cutoff,
                                          absl::FunctionRef<bool()> stopping) override;
  absl::Status SaveDefinitions(const DefinitionsUpdate& update) override;
  absl::StatusOr<SavedDefinitions> LoadDefinitions() override;

  void Shutdown() override { committer_.Shutdown(); }

  size_t queued_bytes() const override { return committer_.queued_bytes(); }
  int64_t groups_committed() const override {
    return groups_committed_.load(std::memory_order_relaxed);
  }

 private:
  SqliteMeasurementStore(std::unique_ptr<Database> database, std::vector<FeedHead> heads,
                         const GroupCommitterOptions& options);

  void OnGroupFinished(const absl::Status& status) EXCLUDES(mutex_);

  const int partitions_;
  const std::unique_ptr<Database> database_;
  std::function<void()> listener_;
  SqliteIngest ingest_;  // used on the committer's thread only
  std::atomic<int64_t> groups_committed_{0};
  mutable Mutex mutex_;
  std::vector<FeedHead> heads_ GUARDED_BY(mutex_);
  GroupCommitter committer_;
};

}  // namespace kpisuite
