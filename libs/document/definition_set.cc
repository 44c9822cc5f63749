#include "libs/document/definition_set.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "libs/document/definition_kinds.h"
#include "libs/document/suggestion.h"
#include "libs/document/yaml_tree.h"

namespace kpisuite {
namespace {

using Path = MessageReader::Path;

// The parts of one document's envelope; null where it has none.
struct Envelope {
  const YamlNode* api_version = nullptr;
  const YamlNode* kind = nullptr;
  const YamlNode* metadata = nullptr;
  const YamlNode* spec = nullptr;
};

// Whether a document means to be a definition: other files may lie beside definitions.
bool IsEnvelope(const YamlNode& root) {
  for (const YamlNode::Entry& entry : root.entries) {
    if (entry.key->text == "apiVersion" || entry.key->text == "kind") return true;
  }
  return false;
}

// Assigns the entries of a mapping to named slots; reports unknown and repeated keys.
void ReadSlots(const YamlNode& map, const std::string& yaml_path,
               const std::map<std::string, const YamlNode**>& slots, MessageReader& reader) {
  std::vector<std::string> names;
  for (const auto& slot : slots) names.push_back(slot.first);
  for (const YamlNode::Entry& entry : map.entries) {
    const std::string& name = entry.key->text;
    const auto slot = slots.find(name);
    if (slot == slots.end()) {
      reader.Report(*entry.key, JoinPath(yaml_path, name),
                    absl::StrCat("unknown field", DidYouMean(name, names)));
    } else if (*slot->second != nullptr) {
      reader.Report(*entry.key, JoinPath(yaml_path, name), "given twice");
    } else {
      *slot->second = entry.value.get();
    }
  }
}

const DocumentKind* ReadKind(const YamlNode& root, const Envelope& envelope,
                             MessageReader& reader) {
  std::vector<std::string> kinds;
  for (const DocumentKind& kind : DocumentKinds()) kinds.push_back(kind.kind);
  if (envelope.kind == nullptr) {
    reader.Report(root, "kind", "required");
    return nullptr;
  }
  const DocumentKind* kind = FindKind(envelope.kind->text);
  if (kind == nullptr) {
    reader.Report(*envelope.kind, "kind",
                  absl::StrCat("got ", DescribeNode(*envelope.kind), ", want a kind",
                               DidYouMean(envelope.kind->text, kinds)));
  }
  return kind;
}

// The text of a scalar; reports and returns the empty text for other nodes.
std::string ReadText(const YamlNode& node, const std::string& yaml_path, MessageReader& reader) {
  if (node.kind == YamlNode::Kind::kScalar) return node.text;
  reader.Report(node, yaml_path, absl::StrCat("got ", DescribeNode(node), ", want a text"));
  return "";
}

// Fills all but the spec; returns the id, empty when it is missing or wrong.
std::string ReadMetadata(const YamlNode& root, const Envelope& envelope,
                         const std::string& workspace, const std::string& proto_path,
                         MessageReader& reader, v1::Definition& definition) {
  if (envelope.metadata == nullptr || envelope.metadata->kind != YamlNode::Kind::kMap) {
    reader.Report(envelope.metadata == nullptr ? root : *envelope.metadata, "metadata",
                  "want a mapping with at least a name");
    return "";
  }
  const YamlNode* name = nullptr;
  const YamlNode* space = nullptr;
  std::map<std::string, const YamlNode*> fields = {
      {"displayName", nullptr}, {"description", nullptr}, {"labels", nullptr}, {"etag", nullptr}};
  std::map<std::string, const YamlNode**> slots = {{"name", &name}, {"workspace", &space}};
  for (auto& [field, node] : fields) slots[field] = &node;
  ReadSlots(*envelope.metadata, "metadata", slots, reader);

  const auto& type = *v1::Definition::descriptor();
  for (const auto& [json_name, node] : fields) {
    const auto* field = type.FindFieldByCamelcaseName(json_name);
    const Path path{absl::StrCat("metadata.", json_name), JoinPath(proto_path, field->name())};
    if (node != nullptr) reader.ReadLocated(*node, path, *field, definition);
  }
  if (space != nullptr && space->text != workspace) {
    reader.Report(*space, "metadata.workspace",
                  absl::StrCat("got ", DescribeNode(*space), ", want \"", workspace,
                               "\", the workspace that is asked for"));
  }
  if (name == nullptr) {
    reader.Report(*envelope.metadata, "metadata.name", "required");
    return "";
  }
  const std::string id = ReadText(*name, "metadata.name", reader);
  if (id.empty() || !IsResourceId(id)) {
    reader.Report(*name, "metadata.name",
                  absl::StrCat("got ", DescribeNode(*name),
                               ", want lower-case letters, digits and inner '-', at most 63"));
    return "";
  }
  reader.Locate(*name, JoinPath(proto_path, "name"));
  return id;
}

std::vector<FieldViolation> Violations(const std::vector<DocumentError>& errors) {
  std::vector<FieldViolation> violations;
  for (const DocumentError& error : errors) {
    violations.push_back(
        {error.field, error.description, "", error.position.line, error.position.column});
  }
  return violations;
}

}  // namespace

void DefinitionSet::Add(const std::string& file, absl::string_view text) {
  const YamlStream stream = ParseYaml(text);
  std::vector<DocumentError> errors;
  for (const YamlNodePtr& root : stream.documents) {
    if (root->kind != YamlNode::Kind::kNull) AddDocument(file, *root, errors);
  }
  for (const YamlError& error : stream.errors) {
    errors.push_back({{file, error.position.line, error.position.column}, "", error.message});
  }
  std::stable_sort(errors.begin(), errors.end(), [](const auto& a, const auto& b) {
    return std::pair(a.position.line, a.position.column) <
           std::pair(b.position.line, b.position.column);
  });
  if (errors.size() > kMaxErrors) {
    const size_t more = errors.size() - kMaxErrors;
    errors.resize(kMaxErrors);
    errors.push_back({errors.back().position, "", absl::StrCat("and ", more, " more errors")});
  }
  errors_.insert(errors_.end(), errors.begin(), errors.end());
}

void DefinitionSet::AddDocument(const std::string& file, const YamlNode& root,
                                std::vector<DocumentError>& errors) {
  const size_t errors_before = errors.size();
  const std::string proto_path = absl::StrCat("definitions[", definitions_.size(), "]");
  MessageReader reader(file, errors, source_map_);
  if (!IsEnvelope(root)) {
    reader.Report(
        root, "",
        absl::StrCat("got ", DescribeNode(root), ", want apiVersion, kind, metadata and spec"));
    return;
  }
  reader.Locate(root, proto_path);
  Envelope envelope;
  ReadSlots(root, "",
            {{"apiVersion", &envelope.api_version},
             {"kind", &envelope.kind},
             {"metadata", &envelope.metadata},
             {"spec", &envelope.spec}},
            reader);
  if (envelope.api_version == nullptr || envelope.api_version->text != kApiVersion) {
    const YamlNode& node = envelope.api_version == nullptr ? root : *envelope.api_version;
    reader.Report(
        node, "apiVersion",
        absl::StrCat(envelope.api_version == nullptr ? std::string("required")
                                                     : absl::StrCat("got ", DescribeNode(node)),
                     ", want ", kApiVersion));
  }
  const DocumentKind* kind = ReadKind(root, envelope, reader);
  v1::Definition definition;
  const std::string id = ReadMetadata(root, envelope, workspace_, proto_path, reader, definition);
  if (envelope.spec == nullptr) {
    reader.Report(root, "spec", "required");
  } else if (kind != nullptr) {
    reader.ReadLocated(*envelope.spec, {"spec", JoinPath(proto_path, kind->field->name())},
                       *kind->field, definition);
  }
  if (kind != nullptr && !id.empty()) {
    definition.set_name(MakeResourceName(workspace_, kind->collection, id));
    CheckUnique(file, root, definition.name(), reader);
  }
  if (errors.size() == errors_before) definitions_.push_back(std::move(definition));
}

void DefinitionSet::CheckUnique(const std::string& file, const YamlNode& root,
                                const std::string& name, MessageReader& reader) {
  const SourcePosition position{file, root.position.line, root.position.column};
  const auto [first, is_new] = names_.emplace(name, position);
  if (is_new) return;
  const ResourceNameParts parts = ParseResourceName(name);
  reader.Report(root, "metadata.name",
                absl::StrCat("\"", parts.id, "\" of ", parts.collection,
                             " is defined twice, first at ", ToString(first->second)));
}

absl::StatusOr<std::vector<v1::Definition>> ParseDefinitions(absl::string_view text,
                                                             absl::string_view workspace) {
  DefinitionSet set{std::string(workspace)};
  set.Add("", text);
  if (!set.errors().empty()) return InvalidFields(Violations(set.errors()));
  return set.definitions();
}

absl::Status ParseMessage(absl::string_view text, google::protobuf::Message& message) {
  message.Clear();
  const YamlStream stream = ParseYaml(text);
  std::vector<DocumentError> errors;
  for (const YamlError& error : stream.errors) {
    errors.push_back({{"", error.position.line, error.position.column}, "", error.message});
  }
  if (errors.empty() && stream.documents.size() != 1) {
    errors.push_back(
        {{"", 1, 1}, "", absl::StrCat("got ", stream.documents.size(), " documents, want one")});
  }
  SourceMap source_map;
  MessageReader reader("", errors, source_map);
  if (errors.empty()) reader.Read(*stream.documents.front(), {"", ""}, message);
  return errors.empty() ? absl::OkStatus() : InvalidFields(Violations(errors));
}

}  // namespace kpisuite
