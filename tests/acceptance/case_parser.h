// Reads case files. The format: README.md.
#pragma once

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "tests/acceptance/acceptance_case.h"

namespace kpisuite {

struct ParsedCase {
  AcceptanceCase parsed;
  // In the order of the lines; the case is to be run only when there is none.
  std::vector<CaseError> errors;
};

// Preludes by name: the text of prelude/NAME.kpi.
using Preludes = std::map<std::string, std::string>;

// Everything that is wrong comes back with its line. An unknown word is an error.
ParsedCase ParseCase(const std::string& file, absl::string_view text, const Preludes& preludes);

// `file:line: text`, one for each error.
std::string ToString(const std::string& file, const std::vector<CaseError>& errors);

}  // namespace kpisuite
