// Definitions of a case: short forms of KPI-as-code, with the defaults of the tests.
#pragma once

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "kpisuite/v1/definition.pb.h"
#include "libs/definitions/catalog.h"
#include "tests/acceptance/acceptance_case.h"

namespace kpisuite {

inline constexpr char kCaseWorkspace[] = "test";

// One line of a block, without its indentation of two blanks.
struct BlockLine {
  int line = 0;
  std::string text;
};

// Reads a block of entries
//
//   Kpi mean-delay:
//     inputs: {...}
//   Metric delay: {unit: min}
//
// Each is the `spec` of one definition file with this kind and name. Only what the block says is
// set. Adds what is wrong to `errors`.
std::vector<v1::Definition> ReadDefinitions(const std::string& file,
                                            const std::vector<BlockLine>& block,
                                            std::vector<CaseError>& errors);

// The definition to apply: the fields of `said` replace those of the live definition; what is new
// starts from the defaults of the tests (README.md).
v1::Definition CompleteDefinition(const v1::Definition& said, const Catalog& live);

// How a case calls a definition: `Kpi mean-delay`.
std::string CaseName(const v1::Definition& definition);

}  // namespace kpisuite
