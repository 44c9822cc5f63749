// The variable parts of a template's texts: `$name` for a parameter, units in brackets.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "libs/templates/unit_binding.h"

namespace kpisuite {

// Names after '$', in order, repeated ones included.
std::vector<std::string> ParameterNames(absl::string_view text);

// Replaces `$name` by its value and the variables of units in brackets by what they stand for.
// INVALID_ARGUMENT when a name has no value or a unit cannot be made.
absl::StatusOr<std::string> FillText(absl::string_view text,
                                     const std::map<std::string, std::string>& values,
                                     const UnitBinding& units);

}  // namespace kpisuite
