// Opens the store that the options name.
#pragma once

#include <memory>

#include "absl/status/statusor.h"
#include "libs/base/clock.h"
#include "services/measurement/measurement_store.h"
#include "services/measurement/options.h"

namespace kpisuite {

// `clock` outlives the store. Errors: INVALID_ARGUMENT naming --store, and those of the engine.
absl::StatusOr<std::shared_ptr<MeasurementStore>> OpenMeasurementStore(
    const MeasurementOptions& options, const Clock& clock);

}  // namespace kpisuite
