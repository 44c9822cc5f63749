// The JSON Schema (draft 2020-12) of one definition document, generated from the descriptors, for
// editors that complete and check YAML.
#pragma once

#include <string>

namespace kpisuite {

// Indented, with a line end; the same text for the same contract.
std::string DefinitionJsonSchema();

}  // namespace kpisuite
