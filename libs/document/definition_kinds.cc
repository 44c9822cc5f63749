#include "libs/document/definition_kinds.h"

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace kpisuite {

const std::vector<DocumentKind>& DocumentKinds() {
  static const auto& kinds = *[] {
    auto* all = new std::vector<DocumentKind>();
    const auto& oneof = *v1::Definition::descriptor()->FindOneofByName("spec");
    for (int i = 0; i < oneof.field_count(); ++i) {
      const google::protobuf::FieldDescriptor* field = oneof.field(i);
      all->push_back({field->message_type()->name(), absl::StrCat(field->json_name(), "s"), field});
    }
    return all;
  }();
  return kinds;
}

const DocumentKind* FindKind(absl::string_view kind) {
  for (const DocumentKind& candidate : DocumentKinds()) {
    if (candidate.kind == kind) return &candidate;
  }
  return nullptr;
}

const DocumentKind* FindCollection(absl::string_view collection) {
  for (const DocumentKind& candidate : DocumentKinds()) {
    if (candidate.collection == collection) return &candidate;
  }
  return nullptr;
}

const DocumentKind* KindOf(const v1::Definition& definition) {
  for (const DocumentKind& kind : DocumentKinds()) {
    if (definition.GetReflection()->HasField(definition, kind.field)) return &kind;
  }
  return nullptr;
}

ResourceNameParts ParseResourceName(absl::string_view name) {
  const std::vector<std::string> parts = absl::StrSplit(name, '/');
  if (parts.size() != 4 || parts[0] != "workspaces") return {};
  return {parts[1], parts[2], parts[3]};
}

std::string MakeResourceName(absl::string_view workspace, absl::string_view collection,
                             absl::string_view id) {
  return absl::StrCat("workspaces/", workspace, "/", collection, "/", id);
}

bool IsResourceId(absl::string_view id) {
  if (id.empty() || id.size() > 63 || id.front() == '-' || id.back() == '-') return false;
  for (char c : id) {
    if (!absl::ascii_islower(c) && !absl::ascii_isdigit(c) && c != '-') return false;
  }
  return true;
}

}  // namespace kpisuite
