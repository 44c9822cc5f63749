// PostgresMeasurementStore: samples and their feed in a PostgreSQL database.
//
// Any number of processes may write to one database at once: whoever writes to a partition holds
// the lock of its head row, so that the feed is dense and each request counts once. Nothing is kept
// in memory but what is committed and never changes (ids of series), and the heads (head_board.h).
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "libs/base/clock.h"
#include "libs/postgres/database.h"
#include "services/measurement/measurement_store.h"
#include "services/measurement/postgres/group_writer.h"
#include "services/measurement/postgres/head_board.h"
#include "services/measurement/postgres/ingest_queue.h"
#include "services/measurement/postgres/upkeep.h"

namespace kpisuite {

struct PostgresMeasurementStoreOptions {
  PostgresTarget target;
  int partitions = 1024;  // of a new store; an existing one keeps what it has
  int readers = 8;        // connections beside those of the writers
  IngestQueueOptions queue;
  absl::Duration poll_interval = absl::Seconds(1);  // of the heads, see HeadBoard
};

// Thread-safe.
class PostgresMeasurementStore final : public MeasurementStore {
 public:
  // Connects, migrates, and makes the partitions of a new store, whose incarnation is the present
  // second. `clock` outlives it. Errors: those of PostgresDatabase::Create.
  static absl::StatusOr<std::unique_ptr<PostgresMeasurementStore>> Create(
      const PostgresMeasurementStoreOptions& options, const Clock& clock);
  // Commits what is queued.
  ~PostgresMeasurementStore() override;

  absl::string_view engine() const override { return "postgres"; }
  int partitions() const override { return partitions_; }
  void Ingest(IngestUnit unit, IngestDone done) override;
  std::vector<FeedHead> Heads() const override { return heads_.Heads(); }
  absl::Status RefreshHeads() override { return heads_.Refresh(); }
  void SetCommitListener(std::function<void()> listener) override {
    heads_.SetListener(std::move(listener));
  }
  absl::StatusOr<ChangePage> ReadChanges(int part, int64_t incarnation, int64_t seq,
                                         size_t limit_bytes) override;
  absl::StatusOr<std::unique_ptr<MeasurementSnapshot>> Snapshot() override;
  void Shutdown() override;
  absl::StatusOr<int64_t> ForgetChanges(int part, absl::Time before, int64_t limit) override;
  absl::StatusOr<int64_t> ForgetRequests(absl::Time before, int64_t limit) override;
  absl::StatusOr<std::vector<PastSamples>> FindPast(absl::Time cutoff) override;
  absl::StatusOr<PastDeletion> DeletePast(absl::Time cutoff,
                                          absl::FunctionRef<bool()> stopping) override;
  absl::Status SaveDefinitions(const DefinitionsUpdate& update) override;
  absl::StatusOr<SavedDefinitions> LoadDefinitions() override;

  size_t queued_bytes() const override { return queue_.queued_bytes(); }
  int64_t groups_committed() const override {
    return groups_committed_.load(std::memory_order_relaxed);
  }

 private:
  PostgresMeasurementStore(const PostgresMeasurementStoreOptions& options,
                           std::unique_ptr<PostgresDatabase> database, std::vector<FeedHead> heads,
                           const Clock& clock);

  // As IngestQueue::WriteGroup.
  std::vector<QueuedUnit> WriteGroup(GroupWriter& writer, std::vector<QueuedUnit> group);
  FeedHead HeadOf(const std::vector<QueuedUnit>& units) const;
  // Units of one partition: tells what became of them, but of those that it returns, which wait for
  // a lock.
  std::vector<QueuedUnit> WritePart(GroupWriter& writer, std::vector<QueuedUnit> group);
  std::vector<QueuedUnit> Settle(GroupWriter& writer, absl::StatusOr<WrittenGroup> written,
                                 std::vector<QueuedUnit> group);

  const int partitions_;
  const std::unique_ptr<PostgresDatabase> database_;
  std::atomic<int64_t> groups_committed_{0};
  HeadBoard heads_;
  PostgresUpkeep upkeep_;
  std::vector<std::unique_ptr<GroupWriter>> writers_;
  IngestQueue queue_;
};

}  // namespace kpisuite
