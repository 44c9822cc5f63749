#include "services/evaluation/simulation_runner.h"

#include <algorithm>
#include <string>
#include <utility>

#include "libs/base/error.h"
#include "libs/base/status_macros.h"
#include "libs/definitions/catalog.h"
#include "libs/definitions/names.h"
#include "services/evaluation/simulation/simulate_kpi.h"

namespace kpisuite {
namespace {

constexpr ExecutorLimits kQueue = {.threads = 1, .max_items = 8, .max_bytes = size_t{64} << 20};
// Aggregates of one simulation.
constexpr size_t kMaxAggregateBytes = size_t{256} << 20;
// Change log of one workspace.
constexpr size_t kMaxDefinitionBytes = size_t{64} << 20;
// The answer still has to reach the client.
constexpr absl::Duration kMargin = absl::Milliseconds(50);

}  // namespace

SimulationRunner::SimulationRunner(std::shared_ptr<grpc::Channel> definition,
                                   std::shared_ptr<grpc::Channel> measurement, StateLog& log,
                                   const Clock& clock)
    : log_(log),
      clock_(clock),
      client_(std::move(measurement)),
      definitions_(std::move(definition)),
      executor_(kQueue, clock) {}

SimulationRunner::~SimulationRunner() { Stop(); }

void SimulationRunner::Stop() {
  stopping_ = true;
  client_.Stop();
  definitions_.Stop();
  executor_.Shutdown();
}

absl::Status SimulationRunner::Proceed(absl::Time deadline) const {
  if (stopping_) {
    return MakeError(absl::StatusCode::kUnavailable, "SHUTTING_DOWN", "the evaluator is stopping");
  }
  if (clock_.Now() < deadline - kMargin) return absl::OkStatus();
  return MakeError(absl::StatusCode::kDeadlineExceeded, "DEADLINE_TOO_SHORT",
                   "the simulation takes longer than the deadline of the call allows");
}

void SimulationRunner::Run(v1::SimulateKpiRequest request, Definitions definitions,
                           absl::Time deadline, Done done) {
  const size_t bytes = request.ByteSizeLong();
  const absl::Status submitted =
      executor_.Submit(bytes, deadline,
                       [this, request = std::move(request), definitions = std::move(definitions),
                        deadline, done](const absl::Status& started) {
                         if (!started.ok()) return done(started);
                         done(Simulate(request, definitions, deadline));
                       });
  if (!submitted.ok()) done(submitted);
}

AggregateSource SimulationRunner::AggregatesUntil(absl::Time deadline) {
  return [this, deadline](const std::string& workspace,
                          const std::vector<v1::AggregateQuery>& queries) {
    return client_.Query(workspace, queries, deadline - kMargin, kMaxAggregateBytes);
  };
}

void SimulationRunner::ComputeAsOf(SeriesOfKpi series, std::vector<std::string> periods,
                                   absl::Time as_of, absl::Time deadline,
                                   std::function<void(absl::StatusOr<States>)> done) {
  const absl::Status submitted =
      executor_.Submit(0, deadline,
                       [this, series = std::move(series), periods = std::move(periods), as_of,
                        deadline, done](const absl::Status& started) {
                         if (!started.ok()) return done(started);
                         done(ComputeStates(series, periods, as_of, deadline));
                       });
  if (!submitted.ok()) done(submitted);
}

absl::StatusOr<SimulationRunner::States> SimulationRunner::ComputeStates(
    const SeriesOfKpi& series, const std::vector<std::string>& periods, absl::Time as_of,
    absl::Time deadline) {
  Moment moment{.time = std::min(as_of, clock_.Now())};
  ASSIGN_OR_RETURN(const ResourceName kpi, ResourceName::Parse(series.kpi));
  ASSIGN_OR_RETURN(moment.definitions, definitions_.Read(kpi.workspace, moment.time,
                                                         deadline - kMargin, kMaxDefinitionBytes));
  moment.last_closed = [this](const std::string& name, const std::string& window,
                              int64_t before_position) {
    return log_.LastClosed(name, window, before_position);
  };
  ASSIGN_OR_RETURN(moment.decisions, log_.LoadDecisions());
  moment.recorded = [this, time = moment.time](const std::string& name) {
    return ReadRecorded(log_, name, time);
  };
  moment.aggregates = AggregatesUntil(deadline);
  moment.proceed = [this, deadline] { return Proceed(deadline); };
  absl::StatusOr<States> states = StatesAsOf(series, periods, moment);
  const absl::Status proceeds = Proceed(deadline);
  if (!states.ok() && !proceeds.ok()) return proceeds;
  return states;
}

absl::StatusOr<v1::SimulateKpiResponse> SimulationRunner::Simulate(
    const v1::SimulateKpiRequest& request, const Definitions& definitions, absl::Time deadline) {
  std::vector<v1::Definition> set;
  for (const auto& definition : definitions) set.push_back(*definition);
  Catalog live;
  live.Apply(set, 0);
  const AggregateSource aggregates = AggregatesUntil(deadline);
  ASSIGN_OR_RETURN(FinalityDecisions decisions, log_.LoadDecisions());
  absl::StatusOr<v1::SimulateKpiResponse> response = SimulateKpi(
      request, {.live = live,
                .aggregates = aggregates,
                .decisions = std::move(decisions),
                .recorded = [this](const std::string& kpi) { return ReadRecorded(log_, kpi); },
                .now = clock_.Now(),
                .proceed = [this, deadline] { return Proceed(deadline); }});
  // A call that was cut short says so as any other step does.
  const absl::Status proceeds = Proceed(deadline);
  if (!response.ok() && !proceeds.ok()) return proceeds;
  return response;
}

}  // namespace kpisuite
