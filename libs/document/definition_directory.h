// Files of definitions on disk.
#pragma once

#include <istream>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "libs/document/definition_set.h"

namespace kpisuite {

// Text of a stream, cut one byte after what the reader of YAML accepts, so that it says what is
// wrong.
std::string ReadDefinitionText(std::istream& in);

// Every .yaml, .yml and .json file below `directory`, sorted; hidden files and folders are left
// out, links are followed (a mounted ConfigMap consists of them). NOT_FOUND when it cannot be read.
absl::StatusOr<std::vector<std::string>> DefinitionFilesBelow(const std::string& directory);

// Adds the file to `set`; what is wrong with its text is in set.errors(). NOT_FOUND when it cannot
// be read.
absl::Status AddDefinitionFile(const std::string& path, DefinitionSet& set);

}  // namespace kpisuite
