// EvaluationNode: the engines of kpi-evaluation with the definitions they follow.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "kpisuite/v1/evaluation.pb.h"
#include "kpisuite/v1/measurement.pb.h"
#include "libs/definitions/catalog.h"
#include "services/evaluation/engine/partition_engine.h"
#include "services/evaluation/versions/kpi_versions.h"
#include "services/measurement/measurement_store.h"
#include "tests/harness/definition_node.h"

namespace kpisuite {

// What survives a crash of kpi-evaluation: the state log, in the order of writing.
using StateEntries = std::vector<LoggedState>;

// As StateLog::LastClosed.
std::optional<int32_t> LastClosedIn(const StateEntries& log, const std::string& kpi,
                                    const std::string& window, int64_t before_position);
// What the entries say about closed periods of the KPI of that resource name.
RecordedValues RecordedIn(const StateEntries& log, const std::string& kpi);

// Published states by StateId::Key(), as readers of the cache see them. Of two versions of one
// state the greater one stays.
class PublishedStates {
 public:
  void Publish(const TickOutput& output);
  // Everything is lost, as when Redis is flushed.
  void Flush() { states_.clear(); }
  const std::map<std::string, ChangedState>& states() const { return states_; }

 private:
  std::map<std::string, ChangedState> states_;
};

// One engine for each partition. Every effect is a call of its own: nothing is delivered, answered
// or published unless the caller does it. A crash is a new node with the old entries. Not
// thread-safe.
class EvaluationNode {
 public:
  // Starts at `heads`, one for each partition in order; what the log last said is known from the
  // start. It outlives the node, and has everything that the node says.
  EvaluationNode(const std::vector<FeedHead>& heads, const StateEntries& log,
                 const FinalityDecisions& decisions = {});

  // The next entry of the definition log; entries at or before definition_position() are ignored.
  absl::Status DeliverDefinitions(const DefinitionChange& change);
  // Lets a decision count. All KPIs that read the days are computed again.
  absl::Status DeliverDecision(const FinalityDecision& decision);
  const FinalityDecisions& DecisionsAbout(const std::string& kpi) { return decisions_[kpi]; }
  // As PartitionEngine::Apply, by the batch's partition.
  absl::Status DeliverBatch(std::shared_ptr<const v1::ChangeBatch> batch);

  int64_t definition_position() const { return catalog_.position(); }
  const Catalog& catalog() const { return catalog_; }
  std::deque<PartitionEngine>& engines() { return engines_; }
  // The engine that owns a KPI, by its resource name; null when it is unknown.
  PartitionEngine* EngineOf(absl::string_view kpi);
  // When the first state changes without new data; InfiniteFuture when none does.
  absl::Time NextWakeup() const;

 private:
  PartitionEngine& EngineFor(const KpiDefinition& kpi);

  Catalog catalog_;
  std::map<std::string, FinalityDecisions> decisions_;  // by resource name of the KPI
  KpiVersions versions_;
  std::deque<PartitionEngine> engines_;
};

}  // namespace kpisuite
