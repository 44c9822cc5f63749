// The words of one line of a case file.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace kpisuite {

// Splits at blanks outside of braces and double quotes; `{a=b; c=d}` is one word with its braces.
// INVALID_ARGUMENT for a brace or quote that is not closed.
absl::StatusOr<std::vector<std::string>> SplitWords(absl::string_view line);

// Splits at commas outside of braces and double quotes and trims the parts.
std::vector<std::string> SplitList(absl::string_view text);

bool IsBraced(absl::string_view word);
// `{origin=ORD; team=42}` as a map. INVALID_ARGUMENT otherwise.
absl::StatusOr<std::map<std::string, std::string>> ParseDimensions(absl::string_view word);

// The canonical text of a slice in braces, which may have blanks after its semicolons.
std::string SliceText(const std::string& braced);

// RFC 3339 with an offset. INVALID_ARGUMENT otherwise.
absl::StatusOr<absl::Time> ParseInstant(absl::string_view text);

// Text without the double quotes around it, if it has them.
std::string Unquoted(absl::string_view text);

}  // namespace kpisuite
