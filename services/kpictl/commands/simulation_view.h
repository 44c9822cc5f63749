// A simulation as people read it.
#pragma once

#include <string>

#include "kpisuite/v1/simulation.pb.h"
#include "services/kpictl/view/table.h"

namespace kpisuite {

// A row for each period: the draft next to the live KPI.
Table SimulationTable(const v1::SimulateKpiResponse& simulation);

// "31 periods, 4 different from the live KPI\nchanges of status: 3, of which 1 flaps (live 6, 4)".
std::string SimulationSummary(const v1::SimulateKpiResponse& simulation);

}  // namespace kpisuite
