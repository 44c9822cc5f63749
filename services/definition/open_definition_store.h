// Opens the store that the options name.
#pragma once

#include <memory>

#include "absl/status/statusor.h"
#include "services/definition/definition_store.h"
#include "services/definition/options.h"

namespace kpisuite {

// Errors: INVALID_ARGUMENT naming --store, and those of the engine.
absl::StatusOr<std::unique_ptr<DefinitionStore>> OpenDefinitionStore(
    const DefinitionOptions& options);

}  // namespace kpisuite
