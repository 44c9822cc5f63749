// SimulateKpi: a draft run over history, next to the live definition.
#pragma once

#include <functional>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "kpisuite/v1/simulation.pb.h"
#include "libs/definitions/catalog.h"
#include "services/evaluation/engine/finality.h"
#include "services/evaluation/engine/recorded_values.h"
#include "services/evaluation/simulation/aggregate_source.h"

namespace kpisuite {

// What a simulation runs on.
struct SimulationEnvironment {
  const Catalog& live;  // the definitions of the request's workspace
  const AggregateSource& aggregates;
  FinalityDecisions decisions;  // about any KPI, in the order of time
  RecordedLookup recorded;      // what the log has about a KPI
  absl::Time now;
  // Asked now and then; an error ends the simulation with it.
  std::function<absl::Status()> proceed;
};

// The answer to SimulateKpi; `at_least` is not looked at. Draft and live KPI are computed from one
// snapshot of the samples, both at `now`, each from its first sample on and without what finality
// holds out. Frozen targets read what was recorded about the live KPI; those of a draft that
// measures something else (series_fingerprint) read values as they stand. Metrics that only the
// drafts have are without samples.
//
// Errors: those of PlanSimulation, of the source and of `proceed`; INVALID_ARGUMENT for more than
// kMaxSimulatedPeriods or an answer too large for one message; NOT_FOUND for a slice without
// samples.
absl::StatusOr<v1::SimulateKpiResponse> SimulateKpi(const v1::SimulateKpiRequest& request,
                                                    const SimulationEnvironment& environment);

}  // namespace kpisuite
