// SimulationPlan: what a SimulateKpiRequest asks for, checked and resolved.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "kpisuite/v1/simulation.pb.h"
#include "libs/definitions/catalog.h"
#include "services/evaluation/simulation/series_replay.h"

namespace kpisuite {

inline constexpr int kMaxSimulatedPeriods = 1000;
inline constexpr int kMaxDrafts = 100;

struct SimulationPlan {
  std::string workspace;  // id
  ReplayedSeries draft;
  std::optional<ReplayedSeries> live;     // nothing when there is no live KPI with this series
  std::unique_ptr<const Catalog> drafts;  // the workspace with the drafts; refers to the live one
  std::optional<Period> start;
  std::optional<Period> end;
  std::vector<std::string> warnings;
};

// `live` are the definitions of the workspace; it outlives the plan. A draft of a new definition
// counts as created at `now`, others keep when they were. INVALID_ARGUMENT with all that
// is wrong with the drafts, as ApplyDefinitions says it but under `drafts[2]`, or with the other
// fields; NOT_FOUND for a KPI that neither the drafts nor the workspace have.
absl::StatusOr<SimulationPlan> PlanSimulation(const v1::SimulateKpiRequest& request,
                                              const Catalog& live, absl::Time now);

}  // namespace kpisuite
