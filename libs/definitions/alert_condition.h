// The condition of an alert rule, as text.
#pragma once

#include <string>

#include "absl/strings/string_view.h"
#include "libs/definitions/violations.h"

namespace kpisuite {

// Checks `NAME`, `NAME(ARGUMENT, ...)` or `NAME < 0.1` for the conditions of SEMANTICS 3.17.1.
// Codes: REQUIRED, SYNTAX, with the column.
void CheckAlertCondition(absl::string_view field, const std::string& text, Violations& violations);

}  // namespace kpisuite
