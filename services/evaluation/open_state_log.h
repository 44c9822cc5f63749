// Opens the state log that the options name.
#pragma once

#include <memory>

#include "absl/status/statusor.h"
#include "services/evaluation/log/state_log.h"
#include "services/evaluation/options.h"

namespace kpisuite {

// Errors: INVALID_ARGUMENT naming --store, and those of the engine.
absl::StatusOr<std::unique_ptr<StateLog>> OpenStateLog(const EvaluationOptions& options);

}  // namespace kpisuite
