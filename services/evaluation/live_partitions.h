// LivePartitions: the definitions and the engine of each partition, without threads.
#pragma once

#include <cstdint>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "absl/container/btree_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "kpisuite/v1/common.pb.h"
#include "kpisuite/v1/definition.pb.h"
#include "libs/definitions/catalog.h"
#include "services/evaluation/engine/partition_engine.h"
#include "services/evaluation/kpi_directory.h"
#include "services/evaluation/log/state_log.h"
#include "services/evaluation/versions/kpi_versions.h"

namespace kpisuite {

// Loads of one partition; `generation` tells its engine from earlier ones.
struct PartLoad {
  int32_t part = 0;
  int64_t incarnation = 0;
  int64_t generation = 0;
  LoadRequest request;
};

// A partition that is to be evaluated from a head of its feed on.
struct PartBegin {
  v1::PartitionHead head;
  int64_t epoch = 0;
};

// What one tick changed in one partition.
struct PartTick {
  int32_t part = 0;
  int64_t epoch = 0;
  TickOutput output;
};

// Not thread-safe. Reads the state log when a KPI or a partition begins.
class LivePartitions {
 public:
  // One partition.
  struct Part {
    std::unique_ptr<PartitionEngine> engine;  // null: another process evaluates it
    int64_t epoch = 0;                        // in which the engine began
    int64_t generation = 0;
    // Whether all that was loading when the engine began has been evaluated.
    bool settled = false;
  };

  // The references outlive this.
  LivePartitions(StateLog& log, KpiDirectory& directory);

  // All live definitions, or one applied set. Keeps the directory up to date.
  void ApplyDefinitions(bool snapshot, absl::Span<const v1::Definition> definitions,
                        int64_t position);
  const Catalog& catalog() const { return catalog_; }
  KpiVersions& versions() { return versions_; }

  // Tells how many partitions there are, once; none of them is evaluated yet.
  void SetPartitions(int partitions);
  // Begins partitions, or begins them again, at their heads. What the log has is read anew: other
  // processes may have written it. Errors: those of reads; nothing has begun then.
  absl::Status Begin(const std::vector<PartBegin>& begins);
  // A partition is no longer evaluated here.
  void End(int32_t part);
  bool started() const { return !parts_.empty(); }

  // What was decided about the days of a KPI so far. UNAVAILABLE (STORE_UNAVAILABLE) while what the
  // log has is not known.
  absl::StatusOr<FinalityDecisions> DecisionsAbout(absl::string_view kpi);
  // Stores a decision and lets it count: every KPI that reads the days is computed again.
  absl::Status Decide(const FinalityDecision& decision);

  // See PartitionEngine. Batches of unknown partitions are refused, of others' are ignored.
  absl::Status Apply(std::shared_ptr<const v1::ChangeBatch> batch);
  // Answers to an engine that was replaced meanwhile are ignored.
  absl::Status Answer(int32_t part, int64_t generation, const LoadAnswer& answer);
  void AskAgain(int32_t part, int64_t generation, int64_t load);
  std::vector<PartLoad> TakeLoads();

  // Ticks every partition that was touched or whose time has come.
  std::vector<PartTick> Tick(absl::Time now, int max_evaluations);
  // Whether a tick would have something to do at once.
  bool HasWork() const { return !touched_.empty(); }
  absl::Time NextWakeup() const;

  // Where a KPI is evaluated; nulls when it is not.
  struct Located {
    PartitionEngine* engine = nullptr;
    const KpiRuntime* runtime = nullptr;
  };
  Located Find(absl::string_view kpi) const;
  // All KPIs by resource name, with their partitions.
  const absl::btree_map<std::string, int32_t>& kpis() const { return part_of_kpi_; }
  // Null for a partition that does not exist.
  const Part* PartAt(int32_t part) const {
    return part >= 0 && static_cast<size_t>(part) < parts_.size()
               ? &parts_[static_cast<size_t>(part)]
               : nullptr;
  }
  std::vector<Part>& parts() { return parts_; }
  const std::vector<Part>& parts() const { return parts_; }

 private:
  int32_t PartOf(const KpiDefinition& kpi) const;
  PartitionEngine* EngineOf(int32_t part) const;
  // Gives the KPI to its engine, with what the log said about it.
  void Place(const std::shared_ptr<const KpiDefinition>& kpi);
  void Take(const std::string& name);
  void BeginEngine(const PartBegin& begin);
  // Takes over what the log has of the versions of these KPIs, unless it lacks definitions.
  absl::Status AdoptVersions(const std::set<std::string>& kpis);
  absl::Status SeedFromLog(absl::Span<const std::string> kpis);
  absl::Status LoadDecisions();
  void TellDecisions(PartitionEngine& engine) const;

  StateLog& log_;
  KpiDirectory& directory_;
  Catalog catalog_;
  KpiVersions versions_;
  std::vector<Part> parts_;
  absl::btree_map<std::string, int32_t> part_of_kpi_;
  std::set<int32_t> touched_;
  absl::btree_map<std::string, FinalityDecisions> decisions_;  // by resource name of the KPI
  bool decisions_known_ = false;
  int64_t next_generation_ = 1;
};

}  // namespace kpisuite
