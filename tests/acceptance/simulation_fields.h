// What an `expect simulation` of a case can name.
//
//     simulate [KPI [WINDOW [{slice}]]] [from=PERIOD] [to=PERIOD]:
//       Kpi revenue: {target: {fixed: 90}}            drafts, as after `apply:`
//     expect error LIMIT start_period: part of the text
//     expect simulation: periods 9, changes 2, flaps 1, different 3, live_changes 0, live_flaps 0
//     expect simulation 2025-03-08: status ON_TARGET, live_value 95, live_status WARNING,
//       different true
//
// Of the whole also `first`, `last` and `warning`; of a period also `live_nd` and all names of a
// state. What is live is `none` where there is no live state.
#pragma once

#include <string>

#include "absl/strings/string_view.h"
#include "kpisuite/v1/simulation.pb.h"

namespace kpisuite {

// Whether `name` can be asked of a simulation, or of one of its periods.
bool IsSimulationField(absl::string_view name, bool of_period);
// All names, for messages.
std::string SimulationFieldNames(bool of_period);
// Its text; `none` when it is not set or the simulation has no such period. `period` is an id, or
// empty for the simulation as a whole.
std::string SimulationField(absl::string_view name, absl::string_view period,
                            const v1::SimulateKpiResponse& simulation);

}  // namespace kpisuite
