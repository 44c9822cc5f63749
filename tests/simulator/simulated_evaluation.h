// SimulatedEvaluation: the evaluation process: engines in memory, state log and cache outside.
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <vector>

#include "absl/time/time.h"
#include "libs/definitions/catalog.h"
#include "services/evaluation/engine/partition_engine.h"
#include "services/evaluation/log/memory_state_log.h"
#include "services/evaluation/versions/kpi_versions.h"
#include "tests/harness/definition_node.h"
#include "tests/simulator/cache_writer.h"
#include "tests/simulator/simulated_cache.h"
#include "tests/simulator/simulated_measurement.h"
#include "tests/simulator/simulated_watcher.h"
#include "tests/simulator/stage.h"

namespace kpisuite {

// Not thread-safe; the references outlive it.
class SimulatedEvaluation {
 public:
  SimulatedEvaluation(Stage& stage, DefinitionNode& definitions, SimulatedMeasurement& measurement,
                      SimulatedCache& cache);

  // Does one thing that is to be done, or finds nothing.
  void Step();
  // Nothing is left to do until something arrives or time passes.
  bool IsIdle() const;
  void SetClockOffset(absl::Duration offset) { offset_ = offset; }
  // The evaluators' clock never goes back, not even from one life to the next.
  absl::Time Clock() const { return std::max(clock_floor_, stage_.now() + offset_); }
  bool IsUp() const { return life_ != nullptr; }

  // Null while the process is down.
  const PartitionEngine* Engine(int part) const;
  // Whether the definitions have the state's KPI, window, slice and period.
  bool Declares(const StateId& id, int32_t first_day) const;
  const Catalog& catalog() const { return life_->catalog; }
  const KpiVersions& versions() const { return life_->versions; }
  std::vector<SimulatedWatcher>& watchers() { return watchers_; }
  // Everything that was logged, in order.
  const std::vector<LoggedState>& logged() const { return logged_; }
  MemoryStateLog& log() { return log_; }
  // Instant of the last tick of a partition's engine.
  absl::Time LastTick(int part) const { return life_->partitions.at(part).tick; }
  // True once after each tick of this partition that left nothing to do.
  bool TakeSettled(int part);

 private:
  // One partition of a life.
  struct Owned {
    std::unique_ptr<PartitionEngine> engine;
    int64_t generation = 0;  // of the engine
    absl::Time tick = absl::InfinitePast();
    bool established = false;  // published whole
    bool settled = false;      // nothing arrived since the last tick, which left nothing to do
    bool settled_news = false;
  };
  // What a crash destroys.
  struct Life {
    int64_t epoch = 0;
    Catalog catalog;
    KpiVersions versions;
    std::map<int, Owned> partitions;
    CacheWriter writer;

    Life(Stage& stage, SimulatedCache& cache, MemoryStateLog& log)
        : versions([&log](const std::string& kpi, const std::string& window,
                          int64_t before) { return log.LastClosed(kpi, window, before); },
                   [](const std::string&) { return FinalityDecisions(); }),
          writer(stage, cache) {}
  };

  void Start();
  void Crash(const char* when);
  // Strikes and crashes; the caller returns at once then.
  bool CrashesAt(Fault fault, const char* when);
  void StartPartition(int part, int64_t seq);
  absl::Status SetKpi(PartitionEngine& engine, const std::shared_ptr<const KpiDefinition>& kpi);
  Owned& OwnerOf(const KpiDefinition& kpi);

  void FollowDefinitions();
  void ReadFeed(int part);
  void ReceiveFeed(int part, const std::vector<SimulatedMeasurement::Batch>& batches);
  void TrimFeed(int part);
  void AskForLoads(int part);
  void SendLoad(int part, const LoadRequest& request);
  void AnswerLoad(int part, const LoadRequest& request);
  void AskAgainLater(int part, int64_t load);
  void ReceiveAnswer(int part, const LoadAnswer& answer);
  void Tick(int part);
  void Log(const std::vector<LoggedState>& entries);
  void PublishAfter(int part, const TickOutput& output);
  void PublishFirst(int part, const Frontier& frontier);
  void ConnectWatchers();
  std::vector<ChangedState> Snapshot() const;
  // Runs `receive` later, unless the process has died by then or the partition was rebuilt.
  void Later(int part, absl::Duration delay, std::function<void()> receive);

  Stage& stage_;
  DefinitionNode& definitions_;
  SimulatedMeasurement& measurement_;
  SimulatedCache& cache_;
  MemoryStateLog log_;
  std::vector<LoggedState> logged_;
  std::vector<SimulatedWatcher> watchers_;
  std::unique_ptr<Life> life_;
  int64_t generations_ = 0;
  absl::Time up_at_ = absl::InfinitePast();
  absl::Duration offset_ = absl::ZeroDuration();
  absl::Time clock_floor_ = absl::InfinitePast();
};

}  // namespace kpisuite
