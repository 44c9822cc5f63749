// Suite: definition, measurement and evaluation in one thread under a virtual clock.
//
// The cores are those of the services; what is missing is gRPC, SQLite, Redis and threads. Tests
// that only want answers use Apply, Write, SetTime and State. Tests that inject faults take the
// nodes and move each message themselves: everything that Run does is a public step.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "kpisuite/v1/change.pb.h"
#include "kpisuite/v1/definition.pb.h"
#include "kpisuite/v1/evaluation.pb.h"
#include "kpisuite/v1/explanation.pb.h"
#include "kpisuite/v1/finality.pb.h"
#include "kpisuite/v1/forecast.pb.h"
#include "kpisuite/v1/measurement.pb.h"
#include "kpisuite/v1/measurement_service.pb.h"
#include "kpisuite/v1/simulation.pb.h"
#include "libs/definitions/validate.h"
#include "libs/kpi/comparator.h"
#include "services/evaluation/engine/decide_finality.h"
#include "services/measurement/memory_measurement_store.h"
#include "tests/harness/definition_node.h"
#include "tests/harness/evaluation_node.h"
#include "tests/harness/measurement_node.h"

namespace kpisuite {

struct SuiteOptions {
  std::string workspace = "test";
  int partitions = 1;
  absl::Time start = absl::FromUnixSeconds(1'735'689'600);  // 2025-01-01T00:00:00Z
};

// Names one state. The period is an id, `current` (the one that contains the clock) or `latest`
// (the last one with rows).
struct StateQuery {
  std::string kpi;     // id
  std::string window;  // "DAY"; empty: the KPI's first
  std::string slice;   // canonical
  std::string period;
  MembershipView view = MembershipView::kAsIs;
};

// Not thread-safe.
class Suite {
 public:
  explicit Suite(SuiteOptions options);

  // --- The outside world ---

  // Applies or removes definitions; what is wrong comes back and nothing changes then.
  ValidationResult Apply(std::vector<v1::Definition> definitions);
  ValidationResult Delete(const std::vector<ResourceName>& names);
  // As the rpcs; `parent` and a missing `request_id` are filled in.
  absl::StatusOr<v1::WriteResult> Write(v1::WriteSamplesRequest request);
  absl::StatusOr<v1::WriteResult> Retract(v1::RetractSamplesRequest request);
  absl::Status AdvanceWatermark(const std::string& metric, absl::Time complete_through);

  // As the rpcs; `kpi` is an id.
  absl::StatusOr<v1::FinalizePeriodsResponse> Finalize(v1::FinalizePeriodsRequest request);
  absl::StatusOr<v1::ReleaseHeldOutResponse> Release(v1::ReleaseHeldOutRequest request);

  // --- Time ---

  absl::Time now() const { return now_; }
  // Moves the clock forward without letting anything happen.
  void JumpTo(absl::Time time) { now_ = std::max(now_, time); }
  // Moves the clock through every instant at which a state changes by itself, as a server that
  // ticks all the time does, and runs at each of them.
  absl::Status AdvanceTo(absl::Time time);

  // --- Steps, for tests that put faults between them ---

  void DeliverDefinitionsToMeasurement();
  absl::Status DeliverDefinitionsToEvaluation();
  // Everything that the feed of one partition has after the engine's position.
  absl::Status DeliverFeed(PartitionEngine& engine);
  absl::Status AnswerLoads(PartitionEngine& engine);
  // One tick; what it says goes to the log and then to the readers.
  absl::StatusOr<bool> TickOnce(PartitionEngine& engine);
  // All of the above until nothing is left to do.
  absl::Status Run();
  // Evaluation loses everything but the state log, and starts again at the heads of the feed.
  void RestartEvaluation();

  // --- What is known ---

  // NOT_FOUND, FAILED_PRECONDITION as PartitionEngine::Read.
  absl::StatusOr<v1::KpiState> State(const StateQuery& query);
  // Next to these comparators.
  absl::StatusOr<v1::Explanation> Explain(const StateQuery& query,
                                          const std::vector<Comparator>& comparators);
  // As ReadChange, from the query's period.
  absl::StatusOr<v1::ChangeExplanation> ExplainChange(const StateQuery& query,
                                                      const std::string& base_period,
                                                      const std::string& dimension);
  // Of the query's series, so many periods after the last closed one.
  absl::StatusOr<v1::Forecast> Forecast(const StateQuery& query, int periods);
  // As the rpc; `parent` is filled in.
  absl::StatusOr<v1::SimulateKpiResponse> Simulate(v1::SimulateKpiRequest request);
  // As StatesAsOf for one open period; nothing when there was no such period.
  absl::StatusOr<std::optional<v1::KpiState>> StateAsOf(const StateQuery& query, absl::Time as_of);
  // Entries of the state log for one state, oldest first.
  absl::StatusOr<std::vector<LoggedState>> History(const StateQuery& query);

  DefinitionNode& definition() { return definition_; }
  MeasurementNode& measurement() { return measurement_; }
  EvaluationNode& evaluation() { return *evaluation_; }
  MemoryMeasurementStore& store() { return store_; }
  StateEntries& log() { return log_; }
  FinalityDecisions& decisions() { return decisions_; }
  PublishedStates& published() { return published_; }

 private:
  // A state query, resolved.
  struct Place {
    PartitionEngine* engine = nullptr;
    const KpiRuntime* runtime = nullptr;
    size_t window = 0;
    Period period;
  };
  absl::StatusOr<Place> Resolve(const StateQuery& query);
  absl::StatusOr<std::string> Store(const absl::StatusOr<Decided>& decided);
  std::string parent() const { return "workspaces/" + options_.workspace; }

  const SuiteOptions options_;
  absl::Time now_;
  int64_t next_request_ = 1;
  DefinitionNode definition_;
  MemoryMeasurementStore store_;
  MeasurementNode measurement_;
  StateEntries log_;
  std::vector<absl::Time> applied_at_;  // of each entry of the change log of definitions
  FinalityDecisions decisions_;
  PublishedStates published_;
  std::unique_ptr<EvaluationNode> evaluation_;
};

}  // namespace kpisuite
