// Kinds and names as people type them.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "libs/document/definition_kinds.h"

namespace kpisuite {

// A kind by collection ("kpis"), singular ("kpi", "AlertRule", "alert-rule") or short name: m k t
// o sc cal bm init ar src. INVALID_ARGUMENT (usage) with a suggestion otherwise.
absl::StatusOr<const DocumentKind*> ParseKind(absl::string_view text);

// Resource names of `KIND NAME...`, `KIND/NAME...` or full resource names. `arguments` is not
// empty. INVALID_ARGUMENT (usage) for unknown kinds and names that cannot be.
absl::StatusOr<std::vector<std::string>> ParseResourceArguments(
    const std::vector<std::string>& arguments, absl::string_view workspace);

// Resource name of a KPI given by id or in full.
absl::StatusOr<std::string> ParseKpiArgument(absl::string_view text, absl::string_view workspace);

}  // namespace kpisuite
