// The fields of a state that an `expect` can name, as text.
#pragma once

#include <string>

#include "absl/strings/string_view.h"
#include "kpisuite/v1/evaluation.pb.h"
#include "kpisuite/v1/explanation.pb.h"

namespace kpisuite {

// Whether the name is one of StateFieldNames().
bool IsStateField(absl::string_view name);

// All names, for messages.
std::string StateFieldNames();

// Whether the field contains the expected text instead of being equal to it (`reason`, `note`).
bool IsTextField(absl::string_view name);

// `none` for what is not set; of a list all entries joined by '+'.
std::string StateField(absl::string_view name, const v1::Explanation& explanation);

}  // namespace kpisuite
