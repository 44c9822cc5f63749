// EvaluationService: simulations.
#include <utility>

#include "libs/definitions/names.h"
#include "services/evaluation/evaluation_service.h"

namespace kpisuite {
namespace {

// The live definitions of one workspace; none for a name that is no workspace.
SimulationRunner::Definitions DefinitionsIn(const Catalog& catalog, const std::string& parent) {
  SimulationRunner::Definitions definitions;
  const auto workspace = ParseWorkspace(parent);
  if (!workspace.ok()) return definitions;
  for (const ResourceName& name : catalog.Names()) {
    if (name.workspace == *workspace) definitions.push_back(catalog.Find(name)->definition);
  }
  return definitions;
}

}  // namespace

void EvaluationService::SimulateKpi(const v1::SimulateKpiRequest& request, absl::Time deadline,
                                    Done<v1::SimulateKpiResponse> done) {
  When(request.at_least(), deadline, [this, request, deadline, done](const absl::Status& reached) {
    if (!reached.ok()) return done(reached);
    // The engine thread only hands out what it knows; the simulation runs elsewhere.
    OnEngine(
        [this, request, deadline, done] {
          parts_.simulations.Run(request,
                                 DefinitionsIn(parts_.loop.live().catalog(), request.parent()),
                                 deadline, done);
        },
        done);
  });
}

}  // namespace kpisuite
