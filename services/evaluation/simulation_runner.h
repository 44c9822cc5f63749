// SimulationRunner: the thread on which simulations run, and on which past moments are computed
// again, apart from the engine and from gRPC.
#pragma once

#include <grpcpp/channel.h>

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "kpisuite/v1/definition.pb.h"
#include "kpisuite/v1/simulation.pb.h"
#include "libs/base/clock.h"
#include "libs/base/executor.h"
#include "services/evaluation/aggregate_client.h"
#include "services/evaluation/definition_history.h"
#include "services/evaluation/log/state_log.h"
#include "services/evaluation/simulation/states_as_of.h"

namespace kpisuite {

// One simulation at a time, a few may wait: what one needs in memory is bounded, and so is what it
// takes from the processor. Thread-safe.
class SimulationRunner {
 public:
  using Done = std::function<void(absl::StatusOr<v1::SimulateKpiResponse>)>;
  using Definitions = std::vector<std::shared_ptr<const v1::Definition>>;

  // Parallel to the periods that were asked for.
  using States = std::vector<std::optional<v1::KpiState>>;

  // `measurement` answers for the samples, `definition` for what was defined once, `log` for what
  // was decided about finality and said; it and `clock` outlive the runner.
  SimulationRunner(std::shared_ptr<grpc::Channel> definition,
                   std::shared_ptr<grpc::Channel> measurement, StateLog& log, const Clock& clock);
  SimulationRunner(const SimulationRunner&) = delete;
  SimulationRunner& operator=(const SimulationRunner&) = delete;
  ~SimulationRunner();  // Stop()

  // Runs the request over the live definitions of its workspace and calls `done` once, from another
  // thread or at once. Errors: those of SimulateKpi and of AggregateClient; RESOURCE_EXHAUSTED
  // (QUEUE_FULL) when too many wait, DEADLINE_EXCEEDED (DEADLINE_TOO_SHORT), UNAVAILABLE
  // (SHUTTING_DOWN) after Stop.
  void Run(v1::SimulateKpiRequest request, Definitions definitions, absl::Time deadline, Done done);
  // As kpisuite::StatesAsOf, at `as_of` or now if that is earlier; else as Run. Errors: also those
  // of DefinitionHistory.
  void ComputeAsOf(SeriesOfKpi series, std::vector<std::string> periods, absl::Time as_of,
                   absl::Time deadline, std::function<void(absl::StatusOr<States>)> done);
  // Ends what runs and waits. Idempotent.
  void Stop();

 private:
  absl::StatusOr<v1::SimulateKpiResponse> Simulate(const v1::SimulateKpiRequest& request,
                                                   const Definitions& definitions,
                                                   absl::Time deadline);
  absl::StatusOr<States> ComputeStates(const SeriesOfKpi& series,
                                       const std::vector<std::string>& periods, absl::Time as_of,
                                       absl::Time deadline);
  AggregateSource AggregatesUntil(absl::Time deadline);
  absl::Status Proceed(absl::Time deadline) const;

  StateLog& log_;
  const Clock& clock_;
  AggregateClient client_;
  DefinitionHistory definitions_;
  std::atomic<bool> stopping_{false};
  Executor executor_;
};

}  // namespace kpisuite
