// What a store knows, as text: two stores that answer the same have the same description.
#pragma once

#include <string>

#include "services/definition/definition_store.h"
#include "services/evaluation/log/state_log.h"
#include "services/measurement/measurement_store.h"

namespace kpisuite {

// Everything that the seam can be asked, long values as their hash. Ids of series are the engine's
// own and left out. A failed read is a line of its own.
std::string Describe(DefinitionStore& store);
std::string Describe(MeasurementStore& store);
std::string Describe(StateLog& log);

}  // namespace kpisuite
