// MemoryMeasurementStore: the engine of tests and of the simulator. Nothing survives it.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "absl/strings/string_view.h"
#include "libs/base/mutex.h"
#include "services/measurement/measurement_store.h"

namespace kpisuite {

class MemoryState;

// Thread-safe. Ingest applies at once and calls `done` before it returns. A snapshot shares the
// state with the store, which copies it before its next write.
class MemoryMeasurementStore final : public MeasurementStore {
 public:
  MemoryMeasurementStore(int64_t incarnation, int partitions);
  ~MemoryMeasurementStore() override;

  absl::string_view engine() const override { return "memory"; }
  int partitions() const override { return partitions_; }
  void Ingest(IngestUnit unit, IngestDone done) override EXCLUDES(mutex_);
  std::vector<FeedHead> Heads() const override EXCLUDES(mutex_);
  void SetCommitListener(std::function<void()> listener) override { listener_ = listener; }
  absl::StatusOr<ChangePage> ReadChanges(int part, int64_t incarnation, int64_t seq,
                                         size_t limit_bytes) override EXCLUDES(mutex_);
  absl::StatusOr<std::unique_ptr<MeasurementSnapshot>> Snapshot() override EXCLUDES(mutex_);
  absl::Status SaveDefinitions(const DefinitionsUpdate& update) override EXCLUDES(mutex_);
  absl::StatusOr<SavedDefinitions> LoadDefinitions() override EXCLUDES(mutex_);

  absl::StatusOr<int64_t> ForgetChanges(int part, absl::Time before, int64_t limit) override
      EXCLUDES(mutex_);
  absl::StatusOr<int64_t> ForgetRequests(absl::Time before, int64_t limit) override
      EXCLUDES(mutex_);

  absl::StatusOr<std::vector<PastSamples>> FindPast(absl::Time cutoff) override EXCLUDES(mutex_);
  absl::StatusOr<PastDeletion> DeletePast(absl::Time cutoff,
                                          absl::FunctionRef<bool()> stopping) override
      EXCLUDES(mutex_);

  void Shutdown() override EXCLUDES(mutex_);

  // Forgets the entries of a partition up to `seq`, for tests of FEED_TRIMMED.
  void TrimFeed(int part, int64_t seq) EXCLUDES(mutex_);

 private:
  absl::StatusOr<IngestOutcome> Apply(const IngestUnit& unit) EXCLUDES(mutex_);
  // The state, not shared with any snapshot.
  MemoryState& Mutable() REQUIRES(mutex_);

  const int partitions_;
  std::function<void()> listener_;
  mutable Mutex mutex_;
  std::shared_ptr<MemoryState> state_ GUARDED_BY(mutex_);
  bool shut_down_ GUARDED_BY(mutex_) = false;
};

}  // namespace kpisuite
