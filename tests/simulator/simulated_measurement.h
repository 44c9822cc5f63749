// SimulatedMeasurement: the measurement process over a store that survives it.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "kpisuite/v1/measurement_service.pb.h"
#include "services/evaluation/engine/engine_types.h"
#include "services/measurement/ingest_core.h"
#include "services/measurement/memory_measurement_store.h"
#include "tests/harness/definition_node.h"
#include "tests/harness/measurement_node.h"
#include "tests/simulator/sample_table.h"
#include "tests/simulator/stage.h"

namespace kpisuite {

inline constexpr int kSimulatedPartitions = 3;
inline constexpr int64_t kSimulatedIncarnation = 1'700'000'000;

// What a writer sends: one of the two.
struct SimulatedRequest {
  std::optional<v1::WriteSamplesRequest> write;
  std::optional<v1::RetractSamplesRequest> retract;
};

// Not thread-safe. `stage` and `definitions` outlive it.
class SimulatedMeasurement {
 public:
  using Batch = std::shared_ptr<const v1::ChangeBatch>;
  using Reply = std::function<void(absl::StatusOr<v1::WriteResult>)>;

  SimulatedMeasurement(Stage& stage, DefinitionNode& definitions);

  // --- What clients and evaluation see ---

  // Calls `reply` at once, or never: the process was down, or died under way.
  void Handle(const SimulatedRequest& request, const Reply& reply);
  // UNAVAILABLE while the process is down.
  absl::StatusOr<LoadAnswer> Answer(const LoadRequest& request);
  absl::StatusOr<std::vector<Batch>> ReadChanges(int part, int64_t seq);
  std::vector<FeedHead> Heads() const { return store_.Heads(); }

  // --- What a run does to it ---

  // Follows the definitions, a set now and then.
  void CatchUp();
  bool IsCaughtUp() const {
    return node_->definition_position() == definitions_.catalog().position();
  }
  // Forgets the feed of a partition up to `seq`.
  void Trim(int part, int64_t seq) { store_.TrimFeed(part, seq); }
  void SetClockOffset(absl::Duration offset) { offset_ = offset; }
  absl::Duration clock_offset() const { return offset_; }

  // --- What a check needs ---

  // Every entry of the feed, trimmed ones too.
  const std::vector<Batch>& feed(int part) const { return feed_[static_cast<size_t>(part)]; }
  // The live samples by requests that were committed, each once.
  const SampleTable& committed() const { return committed_; }
  // The samples of one partition after the first `seq` entries of its feed.
  SampleTable TableAt(int part, int64_t seq);
  // Commits that a known request_id answered.
  int64_t duplicates() const { return duplicates_; }
  MemoryMeasurementStore& store() { return store_; }

 private:
  bool IsUp() const { return stage_.now() >= up_at_; }
  void Crash(const char* when);
  absl::Time Clock() const { return stage_.now() + offset_; }
  absl::StatusOr<IngestPlan> Plan(const SimulatedRequest& request);
  absl::StatusOr<IngestOutcome> Commit(const IngestUnit& unit);
  // A second opinion on every commit.
  void CheckCommit(const IngestUnit& unit, const IngestOutcome& outcome, int64_t head_before);
  void Archive(int part);

  Stage& stage_;
  DefinitionNode& definitions_;
  MemoryMeasurementStore store_;
  std::unique_ptr<MeasurementNode> node_;
  absl::Time up_at_ = absl::InfinitePast();
  absl::Duration offset_ = absl::ZeroDuration();
  std::vector<std::vector<Batch>> feed_;
  SampleTable committed_;
  // Counts with which each (request_id, part) was committed first.
  std::map<std::pair<std::string, int>, IngestCounts> requests_;
  int64_t duplicates_ = 0;
  // Tables that were asked for last, to replay the feed only once.
  std::map<int, std::pair<int64_t, SampleTable>> tables_;
};

}  // namespace kpisuite
