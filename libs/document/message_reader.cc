#include "libs/document/message_reader.h"

#include <google/protobuf/descriptor.h>

#include <map>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/document/scalar_reader.h"
#include "libs/document/suggestion.h"

namespace kpisuite {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::OneofDescriptor;

namespace {

constexpr char kNoValue[] = "has no value; give one or leave the key out";

const FieldDescriptor* FindField(const Descriptor& message, const std::string& json_name) {
  for (int i = 0; i < message.field_count(); ++i) {
    if (message.field(i)->json_name() == json_name) return message.field(i);
  }
  return nullptr;
}

std::string UnknownField(const Descriptor& message, const std::string& name) {
  std::vector<std::string> names;
  for (int i = 0; i < message.field_count(); ++i) names.push_back(message.field(i)->json_name());
  return absl::StrCat("unknown field", DidYouMean(name, names));
}

std::string Place(TextPosition position) {
  return absl::StrCat("line ", position.line, ", column ", position.column);
}

}  // namespace

std::string ToString(const DocumentError& error) {
  const std::string place = ToString(error.position);
  if (error.field.empty()) return absl::StrCat(place, ": ", error.description);
  return absl::StrCat(place, ": ", error.field, ": ", error.description);
}

std::string JoinPath(absl::string_view path, absl::string_view name) {
  return path.empty() ? std::string(name) : absl::StrCat(path, ".", name);
}

const FieldDescriptor* OnlyRepeatedField(const Descriptor& message) {
  if (message.field_count() != 1) return nullptr;
  const FieldDescriptor* field = message.field(0);
  return field->is_repeated() && !field->is_map() ? field : nullptr;
}

void MessageReader::Report(const YamlNode& node, const std::string& yaml_path,
                           std::string description) {
  errors_.push_back(
      {{file_, node.position.line, node.position.column}, yaml_path, std::move(description)});
}

void MessageReader::Locate(const YamlNode& node, std::string proto_path) {
  source_map_.Add(std::move(proto_path), {file_, node.position.line, node.position.column},
                  node.text_position);
}

void MessageReader::ReadLocated(const YamlNode& node, const Path& path,
                                const FieldDescriptor& field, Message& message) {
  Locate(node, path.proto);
  ReadField(node, path, field, message);
}

void MessageReader::Read(const YamlNode& node, const Path& path, Message& message) {
  const Descriptor& descriptor = *message.GetDescriptor();
  if (IsScalarMessage(descriptor)) {
    const absl::Status status = ReadScalarMessage(node, message);
    if (!status.ok()) Report(node, path.yaml, std::string(status.message()));
    return;
  }
  const FieldDescriptor* only = OnlyRepeatedField(descriptor);
  if (only != nullptr && node.kind == YamlNode::Kind::kSequence) {
    ReadRepeated(node, {path.yaml, JoinPath(path.proto, only->name())}, *only, message);
  } else if (node.kind == YamlNode::Kind::kMap) {
    ReadEntries(node, path, message);
  } else {
    Report(node, path.yaml,
           absl::StrCat("got ", DescribeNode(node), ", want ",
                        only == nullptr ? "a mapping of fields" : "a list"));
  }
}

void MessageReader::ReadEntries(const YamlNode& node, const Path& path, Message& message) {
  const Descriptor& descriptor = *message.GetDescriptor();
  std::map<const FieldDescriptor*, TextPosition> seen;
  std::map<const OneofDescriptor*, const FieldDescriptor*> chosen;
  for (const YamlNode::Entry& entry : node.entries) {
    const std::string& name = entry.key->text;
    const std::string yaml_path = JoinPath(path.yaml, name);
    const FieldDescriptor* field = FindField(descriptor, name);
    if (field == nullptr) {
      Report(*entry.key, yaml_path, UnknownField(descriptor, name));
      continue;
    }
    const auto [first, is_new] = seen.emplace(field, entry.key->position);
    if (!is_new) {
      Report(*entry.key, yaml_path, absl::StrCat("given twice, first at ", Place(first->second)));
      continue;
    }
    if (const OneofDescriptor* oneof = field->real_containing_oneof()) {
      const auto [other, is_only] = chosen.emplace(oneof, field);
      if (!is_only) {
        Report(*entry.key, yaml_path,
               absl::StrCat("got \"", name, "\" besides \"", other->second->json_name(), "\" at ",
                            Place(seen.at(other->second)), ", want one of them"));
        continue;
      }
    }
    const Path field_path{yaml_path, JoinPath(path.proto, field->name())};
    source_map_.Add(field_path.proto, {file_, entry.key->position.line, entry.key->position.column},
                    entry.value->text_position);
    if (entry.value->kind == YamlNode::Kind::kNull) {
      Report(*entry.key, yaml_path, kNoValue);
    } else {
      ReadField(*entry.value, field_path, *field, message);
    }
  }
}

void MessageReader::ReadField(const YamlNode& node, const Path& path, const FieldDescriptor& field,
                              Message& message) {
  if (field.is_map()) {
    ReadMap(node, path, field, message);
  } else if (field.is_repeated()) {
    ReadRepeated(node, path, field, message);
  } else if (field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
    Read(node, path, *message.GetReflection()->MutableMessage(&message, &field));
  } else {
    const absl::Status status = ReadScalar(node, field, message);
    if (!status.ok()) Report(node, path.yaml, std::string(status.message()));
  }
}

void MessageReader::ReadRepeated(const YamlNode& node, const Path& path,
                                 const FieldDescriptor& field, Message& message) {
  if (node.kind != YamlNode::Kind::kSequence) {
    Report(node, path.yaml, absl::StrCat("got ", DescribeNode(node), ", want a list"));
    return;
  }
  for (size_t i = 0; i < node.items.size(); ++i) {
    const YamlNode& item = *node.items[i];
    const std::string index = absl::StrCat("[", i, "]");
    const Path item_path{path.yaml + index, path.proto + index};
    Locate(item, item_path.proto);
    if (item.kind == YamlNode::Kind::kNull) {
      Report(item, item_path.yaml, "has no value");
    } else if (field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
      Read(item, item_path, *message.GetReflection()->AddMessage(&message, &field));
    } else {
      const absl::Status status = ReadScalar(item, field, message);
      if (!status.ok()) Report(item, item_path.yaml, std::string(status.message()));
    }
  }
}

void MessageReader::ReadMap(const YamlNode& node, const Path& path, const FieldDescriptor& field,
                            Message& message) {
  if (node.kind != YamlNode::Kind::kMap) {
    Report(node, path.yaml, absl::StrCat("got ", DescribeNode(node), ", want a mapping"));
    return;
  }
  const FieldDescriptor& key_field = *field.message_type()->map_key();
  const FieldDescriptor& value_field = *field.message_type()->map_value();
  std::map<std::string, TextPosition> seen;
  for (const YamlNode::Entry& entry : node.entries) {
    const std::string& key = entry.key->text;
    const Path entry_path{JoinPath(path.yaml, key), path.proto + KeyComponent(key)};
    const auto [first, is_new] = seen.emplace(key, entry.key->position);
    if (!is_new) {
      Report(*entry.key, entry_path.yaml,
             absl::StrCat("given twice, first at ", Place(first->second)));
      continue;
    }
    source_map_.Add(entry_path.proto, {file_, entry.key->position.line, entry.key->position.column},
                    entry.value->text_position);
    if (entry.value->kind == YamlNode::Kind::kNull) {
      Report(*entry.key, entry_path.yaml, kNoValue);
      continue;
    }
    Message* map_entry = message.GetReflection()->AddMessage(&message, &field);
    const absl::Status status = ReadScalar(*entry.key, key_field, *map_entry);
    if (!status.ok()) Report(*entry.key, entry_path.yaml, std::string(status.message()));
    ReadField(*entry.value, entry_path, value_field, *map_entry);
  }
}

}  // namespace kpisuite
