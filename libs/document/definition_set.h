// Definitions as a person writes them: files of YAML documents
//
//   apiVersion: kpisuite/v1
//   kind: Kpi
//   metadata: {name: on-time-performance, displayName: On-time performance, labels: {team: ops}}
//   spec: {...}
//
// `metadata` may also hold description, workspace (must be the one of the set) and etag. Field
// names and values of `spec`: message_reader.h. JSON files are YAML. Documents without content are
// skipped.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "kpisuite/v1/definition.pb.h"
#include "libs/document/message_reader.h"
#include "libs/document/source_map.h"

namespace kpisuite {

inline constexpr absl::string_view kApiVersion = "kpisuite/v1";

// A set of definitions read from any number of files. Never trusts its input. Not thread-safe.
class DefinitionSet {
 public:
  // `workspace` is the id that all names get.
  explicit DefinitionSet(std::string workspace) : workspace_(std::move(workspace)) {}

  // Reads one file: adds its definitions, and everything that is wrong with it to errors().
  // `file` is how errors call it.
  void Add(const std::string& file, absl::string_view text);

  // In the order of the files; those with errors are left out.
  const std::vector<v1::Definition>& definitions() const { return definitions_; }
  // Paths are those of ApplyDefinitionsRequest: `definitions[2].kpi.formula`.
  const SourceMap& source_map() const { return source_map_; }
  // By file and position; at most kMaxErrors for each file, then one line that says so.
  const std::vector<DocumentError>& errors() const { return errors_; }

  static constexpr size_t kMaxErrors = 100;

 private:
  void AddDocument(const std::string& file, const YamlNode& root,
                   std::vector<DocumentError>& errors);
  void CheckUnique(const std::string& file, const YamlNode& root, const std::string& name,
                   MessageReader& reader);

  std::string workspace_;
  std::vector<v1::Definition> definitions_;
  SourceMap source_map_;
  std::vector<DocumentError> errors_;
  std::map<std::string, SourcePosition> names_;
};

// The definitions of one text. INVALID_ARGUMENT (INVALID_FIELD) with every error as a field
// violation with line and column.
absl::StatusOr<std::vector<v1::Definition>> ParseDefinitions(absl::string_view text,
                                                             absl::string_view workspace);

// One YAML (or JSON) document as a message of any type, flavour as in message_reader.h. `message`
// is cleared first. INVALID_ARGUMENT (INVALID_FIELD) with every error as a field violation.
absl::Status ParseMessage(absl::string_view text, google::protobuf::Message& message);

}  // namespace kpisuite
