// The kinds of definitions, taken from the descriptor of kpisuite.v1.Definition.
#pragma once

#include <google/protobuf/descriptor.h>

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "kpisuite/v1/definition.pb.h"

namespace kpisuite {

// One kind of definition. Lives for ever.
struct DocumentKind {
  std::string kind;                                // as in files: "AlertRule"
  std::string collection;                          // as in resource names: "alertRules"
  const google::protobuf::FieldDescriptor* field;  // of Definition.spec
};

// All kinds, in the order of the contract.
const std::vector<DocumentKind>& DocumentKinds();

// By name in files, exactly; null when there is none.
const DocumentKind* FindKind(absl::string_view kind);

// By collection, exactly; null when there is none.
const DocumentKind* FindCollection(absl::string_view collection);

// The kind of a definition; null when it has no spec.
const DocumentKind* KindOf(const v1::Definition& definition);

// The parts of a resource name; empty parts when it is not
// `workspaces/{workspace}/{collection}/{id}`.
struct ResourceNameParts {
  std::string workspace;
  std::string collection;
  std::string id;
};
ResourceNameParts ParseResourceName(absl::string_view name);
std::string MakeResourceName(absl::string_view workspace, absl::string_view collection,
                             absl::string_view id);

// Whether `id` is a lower-case RFC 1123 label: letters, digits and inner '-', 1 to 63 characters.
bool IsResourceId(absl::string_view id);

}  // namespace kpisuite
