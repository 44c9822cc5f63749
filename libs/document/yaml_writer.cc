#include "libs/document/yaml_writer.h"

#include <google/protobuf/descriptor.h>
#include <yaml-cpp/emitter.h>
#include <yaml-cpp/emittermanip.h>

#include <algorithm>
#include <map>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "libs/document/definition_kinds.h"
#include "libs/document/definition_set.h"
#include "libs/document/message_reader.h"
#include "libs/document/scalar_reader.h"

namespace kpisuite {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

namespace {

// A list is written on one line when its texts take no more than this.
constexpr size_t kMaxFlowBytes = 72;

// What YAML 1.1 readers take for a truth value or nothing.
bool IsAmbiguous(absl::string_view text) {
  static constexpr absl::string_view kWords[] = {"",   "~",  "null", "true", "false", "yes",
                                                 "no", "on", "off",  "y",    "n"};
  const std::string lower = absl::AsciiStrToLower(text);
  return std::find(std::begin(kWords), std::end(kWords), lower) != std::end(kWords);
}

void WriteText(YAML::Emitter& out, const std::string& text) {
  const bool control = std::any_of(text.begin(), text.end(), [](char c) {
    return absl::ascii_iscntrl(static_cast<unsigned char>(c));
  });
  if (control || IsAmbiguous(text)) out << YAML::DoubleQuoted;
  out << text;
}

std::string TimeText(absl::Time time) {
  return absl::FormatTime("%Y-%m-%dT%H:%M:%E*SZ", time, absl::UTCTimeZone());
}

std::string ScalarMessageText(const Message& message) {
  const auto& type = *message.GetDescriptor();
  const Reflection& reflection = *message.GetReflection();
  const absl::Duration since_zero =
      absl::Seconds(reflection.GetInt64(message, type.FindFieldByNumber(1))) +
      absl::Nanoseconds(reflection.GetInt32(message, type.FindFieldByNumber(2)));
  if (type.name() == "Timestamp") return TimeText(absl::UnixEpoch() + since_zero);
  return DurationText(since_zero);
}

// Text of a value that is no message; `index` is -1 for a singular field.
std::string ScalarText(const Message& message, const FieldDescriptor& field, int index) {
  const Reflection& reflection = *message.GetReflection();
  const bool many = index >= 0;
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_STRING: {
      const std::string text = many ? reflection.GetRepeatedString(message, &field, index)
                                    : reflection.GetString(message, &field);
      return field.type() == FieldDescriptor::TYPE_BYTES ? absl::Base64Escape(text) : text;
    }
    case FieldDescriptor::CPPTYPE_BOOL: {
      const bool value = many ? reflection.GetRepeatedBool(message, &field, index)
                              : reflection.GetBool(message, &field);
      return value ? "true" : "false";
    }
    case FieldDescriptor::CPPTYPE_INT32:
      return absl::StrCat(many ? reflection.GetRepeatedInt32(message, &field, index)
                               : reflection.GetInt32(message, &field));
    case FieldDescriptor::CPPTYPE_INT64:
      return absl::StrCat(many ? reflection.GetRepeatedInt64(message, &field, index)
                               : reflection.GetInt64(message, &field));
    case FieldDescriptor::CPPTYPE_UINT32:
      return absl::StrCat(many ? reflection.GetRepeatedUInt32(message, &field, index)
                               : reflection.GetUInt32(message, &field));
    case FieldDescriptor::CPPTYPE_UINT64:
      return absl::StrCat(many ? reflection.GetRepeatedUInt64(message, &field, index)
                               : reflection.GetUInt64(message, &field));
    case FieldDescriptor::CPPTYPE_DOUBLE:
      return absl::StrCat(many ? reflection.GetRepeatedDouble(message, &field, index)
                               : reflection.GetDouble(message, &field));
    case FieldDescriptor::CPPTYPE_FLOAT:
      return absl::StrCat(many ? reflection.GetRepeatedFloat(message, &field, index)
                               : reflection.GetFloat(message, &field));
    case FieldDescriptor::CPPTYPE_ENUM:
      return ShortEnumName(*(many ? reflection.GetRepeatedEnum(message, &field, index)
                                  : reflection.GetEnum(message, &field)));
    case FieldDescriptor::CPPTYPE_MESSAGE: break;
  }
  return "";
}

void WriteMessage(YAML::Emitter& out, const Message& message);

void WriteScalar(YAML::Emitter& out, const Message& message, const FieldDescriptor& field,
                 int index) {
  const std::string text = ScalarText(message, field, index);
  if (field.cpp_type() == FieldDescriptor::CPPTYPE_STRING) {
    WriteText(out, text);
  } else {
    out << text;
  }
}

// Bytes that a list of scalars, or of lists of scalars, takes on one line; more than kMaxFlowBytes
// when it holds anything else.
size_t FlowBytes(const Message& message, const FieldDescriptor& field) {
  size_t bytes = 0;
  for (int i = 0; i < message.GetReflection()->FieldSize(message, &field); ++i) {
    if (field.cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE) {
      bytes += ScalarText(message, field, i).size() + 2;
      continue;
    }
    const Message& item = message.GetReflection()->GetRepeatedMessage(message, &field, i);
    const FieldDescriptor* only = OnlyRepeatedField(*item.GetDescriptor());
    bytes += only == nullptr ? kMaxFlowBytes + 1 : FlowBytes(item, *only) + 4;
  }
  return bytes;
}

void WriteList(YAML::Emitter& out, const Message& message, const FieldDescriptor& field) {
  if (FlowBytes(message, field) <= kMaxFlowBytes) out << YAML::Flow;
  out << YAML::BeginSeq;
  for (int i = 0; i < message.GetReflection()->FieldSize(message, &field); ++i) {
    if (field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
      WriteMessage(out, message.GetReflection()->GetRepeatedMessage(message, &field, i));
    } else {
      WriteScalar(out, message, field, i);
    }
  }
  out << YAML::EndSeq;
}

void WriteMap(YAML::Emitter& out, const Message& message, const FieldDescriptor& field) {
  std::map<std::string, const Message*> sorted;
  for (int i = 0; i < message.GetReflection()->FieldSize(message, &field); ++i) {
    const Message& entry = message.GetReflection()->GetRepeatedMessage(message, &field, i);
    sorted[ScalarText(entry, *field.message_type()->map_key(), -1)] = &entry;
  }
  const FieldDescriptor& value = *field.message_type()->map_value();
  out << YAML::BeginMap;
  for (const auto& [key, entry] : sorted) {
    out << YAML::Key;
    WriteText(out, key);
    out << YAML::Value;
    if (value.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
      WriteMessage(out, entry->GetReflection()->GetMessage(*entry, &value));
    } else {
      WriteScalar(out, *entry, value, -1);
    }
  }
  out << YAML::EndMap;
}

void WriteField(YAML::Emitter& out, const Message& message, const FieldDescriptor& field) {
  out << YAML::Key << field.json_name() << YAML::Value;
  if (field.is_map()) {
    WriteMap(out, message, field);
  } else if (field.is_repeated()) {
    WriteList(out, message, field);
  } else if (field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
    WriteMessage(out, message.GetReflection()->GetMessage(message, &field));
  } else {
    WriteScalar(out, message, field, -1);
  }
}

void WriteMessage(YAML::Emitter& out, const Message& message) {
  if (IsScalarMessage(*message.GetDescriptor())) {
    out << ScalarMessageText(message);
    return;
  }
  const FieldDescriptor* only = OnlyRepeatedField(*message.GetDescriptor());
  if (only != nullptr) {
    WriteList(out, message, *only);
    return;
  }
  std::vector<const FieldDescriptor*> fields;
  message.GetReflection()->ListFields(message, &fields);
  if (fields.empty()) out << YAML::Flow;
  out << YAML::BeginMap;
  for (const FieldDescriptor* field : fields) WriteField(out, message, *field);
  out << YAML::EndMap;
}

}  // namespace

std::string MessageToYaml(const Message& message) {
  YAML::Emitter out;
  WriteMessage(out, message);
  return absl::StrCat(out.c_str(), "\n");
}

std::string DefinitionToYaml(const v1::Definition& definition) {
  const DocumentKind* kind = KindOf(definition);
  const auto& type = *v1::Definition::descriptor();
  YAML::Emitter out;
  out << YAML::BeginMap;
  out << YAML::Key << "apiVersion" << YAML::Value << std::string(kApiVersion);
  if (kind != nullptr) out << YAML::Key << "kind" << YAML::Value << kind->kind;
  out << YAML::Key << "metadata" << YAML::Value << YAML::BeginMap;
  out << YAML::Key << "name" << YAML::Value << ParseResourceName(definition.name()).id;
  for (const char* name : {"display_name", "description", "labels"}) {
    const FieldDescriptor& field = *type.FindFieldByName(name);
    const bool present = field.is_repeated()
                             ? definition.GetReflection()->FieldSize(definition, &field) > 0
                             : definition.GetReflection()->HasField(definition, &field);
    if (present) WriteField(out, definition, field);
  }
  out << YAML::EndMap;
  if (kind != nullptr) {
    out << YAML::Key << "spec" << YAML::Value;
    WriteMessage(out, definition.GetReflection()->GetMessage(definition, kind->field));
  }
  out << YAML::EndMap;
  return absl::StrCat(out.c_str(), "\n");
}

}  // namespace kpisuite
