// Metrics by id.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "kpisuite/v1/definition.pb.h"
#include "services/kpictl/commands/context.h"

namespace kpisuite {

// The definitions of all `ids`. NOT_FOUND (UNKNOWN_METRIC) names those that are not defined.
absl::StatusOr<std::vector<v1::Definition>> FindMetrics(const std::vector<std::string>& ids,
                                                        Context& context);

}  // namespace kpisuite
