// Definition files on disk, and what servers say about them.
#pragma once

#include <google/protobuf/repeated_ptr_field.h>

#include <istream>
#include <ostream>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "kpisuite/v1/definition_service.pb.h"
#include "libs/document/definition_set.h"
#include "services/kpictl/commands/context.h"

namespace kpisuite {

// Reads the definitions of `paths`: files, directories (every .yaml, .yml and .json below them, by
// name, hidden ones left out) and "-" for `in`. NOT_FOUND when a path does not exist,
// INVALID_ARGUMENT when nothing is defined or anything is wrong; the latter are printed to `err`,
// all of them.
absl::StatusOr<DefinitionSet> ReadDefinitionFiles(const std::vector<std::string>& paths,
                                                  const std::string& workspace, std::istream& in,
                                                  std::ostream& err);

// Prints violations with the place in the file that they are about.
void PrintViolations(const google::protobuf::RepeatedPtrField<v1::Violation>& violations,
                     const char* severity, const DefinitionSet& definitions, std::ostream& err);

// The request that applies `definitions`; validate_only is not set.
v1::ApplyDefinitionsRequest ApplyRequest(const DefinitionSet& definitions, const Context& context);

// Asks the server what applying would do. INVALID_ARGUMENT when there are violations, which are
// printed to stderr like the warnings.
absl::StatusOr<v1::ApplyDefinitionsResponse> Validate(v1::ApplyDefinitionsRequest request,
                                                      const DefinitionSet& definitions,
                                                      Context& context);

}  // namespace kpisuite
