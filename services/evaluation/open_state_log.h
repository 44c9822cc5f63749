// Opens the state log that the options name.
#pragma once

#include <memory>

#include "absl/status/statusor.h"
#include "services/evaluation/log/state_log.h"
#include "services/evaluation/options.h"

namespace kpisuite {

// Errors: INVALID_ARGUMENT naming --store, and those of the engine. A process whose log another one
// has taken over (PostgreSQL) ends as if told to by SIGTERM: started again, it stands by.
absl::StatusOr<std::unique_ptr<StateLog>> OpenStateLog(const EvaluationOptions& options);

}  // namespace kpisuite
