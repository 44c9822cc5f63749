// Checks of units, as a person writes them.
#pragma once

#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "libs/definitions/violations.h"
#include "libs/kpi/unit.h"

namespace kpisuite {

// The unit, also where its currencies are wrong. Codes: REQUIRED, SYNTAX, CURRENCY (two currencies
// multiplied, or a common one that is not written as its ISO 4217 code).
std::optional<Unit> CheckUnit(absl::string_view field, const std::string& text,
                              Violations& violations);

}  // namespace kpisuite
