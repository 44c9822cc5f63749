#include "libs/document/json_schema.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/timestamp.pb.h>

#include <nlohmann/json.hpp>
#include <set>
#include <vector>

#include "absl/strings/str_cat.h"
#include "libs/document/definition_kinds.h"
#include "libs/document/definition_set.h"
#include "libs/document/message_reader.h"
#include "libs/document/scalar_reader.h"

namespace kpisuite {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using Json = nlohmann::ordered_json;

namespace {

// Collects the schema of every message that is reachable.
class SchemaBuilder {
 public:
  Json Reference(const Descriptor& message) {
    if (IsScalarMessage(message)) {
      return message.name() == "Timestamp"
                 ? Json{{"type", "string"}, {"format", "date-time"}}
                 : Json{{"type", "string"}, {"pattern", "^([0-9]+d)?([0-9.]+(h|m|s|ms|us|ns))*$"}};
    }
    if (seen_.insert(message.name()).second) definitions_[message.name()] = Message(message);
    return {{"$ref", absl::StrCat("#/$defs/", message.name())}};
  }

  const Json& definitions() const { return definitions_; }

 private:
  Json Single(const FieldDescriptor& field) {
    switch (field.cpp_type()) {
      case FieldDescriptor::CPPTYPE_MESSAGE: return Reference(*field.message_type());
      case FieldDescriptor::CPPTYPE_ENUM: return {{"enum", ShortEnumNames(*field.enum_type())}};
      case FieldDescriptor::CPPTYPE_BOOL: return {{"type", "boolean"}};
      case FieldDescriptor::CPPTYPE_STRING:
        // A decimal may be written as a plain number; it is read as its text.
        return {{"type", {"string", "number"}}};
      case FieldDescriptor::CPPTYPE_DOUBLE:
      case FieldDescriptor::CPPTYPE_FLOAT: return {{"type", "number"}};
      default: return {{"type", "integer"}};
    }
  }

  Json List(const FieldDescriptor& field) { return {{"type", "array"}, {"items", Single(field)}}; }

  Json Field(const FieldDescriptor& field) {
    if (field.is_map()) {
      return {{"type", "object"},
              {"additionalProperties", Single(*field.message_type()->map_value())}};
    }
    return field.is_repeated() ? List(field) : Single(field);
  }

  Json Message(const Descriptor& message) {
    Json properties = Json::object();
    for (int i = 0; i < message.field_count(); ++i) {
      properties[message.field(i)->json_name()] = Field(*message.field(i));
    }
    Json schema = {{"type", "object"}, {"additionalProperties", false}, {"properties", properties}};
    for (int i = 0; i < message.real_oneof_decl_count(); ++i) {
      schema["allOf"].push_back({{"oneOf", AtMostOne(*message.oneof_decl(i))}});
    }
    const FieldDescriptor* only = OnlyRepeatedField(message);
    if (only == nullptr) return schema;
    return {{"oneOf", Json::array({List(*only), schema})}};
  }

  // One alternative for each field of the oneof, and one without any of them.
  static Json AtMostOne(const google::protobuf::OneofDescriptor& oneof) {
    Json alternatives = Json::array();
    Json any = Json::array();
    for (int i = 0; i < oneof.field_count(); ++i) {
      const Json required = {{"required", Json::array({oneof.field(i)->json_name()})}};
      alternatives.push_back(required);
      any.push_back(required);
    }
    alternatives.push_back({{"not", {{"anyOf", any}}}});
    return alternatives;
  }

  Json definitions_ = Json::object();
  std::set<std::string> seen_;
};

Json MetadataSchema() {
  const Json text = {{"type", {"string", "number"}}};
  return {{"type", "object"},
          {"additionalProperties", false},
          {"required", {"name"}},
          {"properties",
           {{"name", {{"type", "string"}, {"pattern", "^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$"}}},
            {"displayName", text},
            {"description", text},
            {"labels", {{"type", "object"}, {"additionalProperties", text}}},
            {"workspace", {{"type", "string"}}},
            {"etag", {{"type", "string"}}}}}};
}

}  // namespace

std::string DefinitionJsonSchema() {
  SchemaBuilder builder;
  Json kinds = Json::array();
  Json rules = Json::array();
  for (const DocumentKind& kind : DocumentKinds()) {
    kinds.push_back(kind.kind);
    rules.push_back(
        {{"if", {{"properties", {{"kind", {{"const", kind.kind}}}}}}},
         {"then", {{"properties", {{"spec", builder.Reference(*kind.field->message_type())}}}}}});
  }
  const Json schema = {
      {"$schema", "https://json-schema.org/draft/2020-12/schema"},
      {"title", "Definition of the KPI suite"},
      {"type", "object"},
      {"additionalProperties", false},
      {"required", {"apiVersion", "kind", "metadata", "spec"}},
      {"properties",
       {{"apiVersion", {{"const", std::string(kApiVersion)}}},
        {"kind", {{"enum", kinds}}},
        {"metadata", MetadataSchema()},
        {"spec", {{"type", "object"}}}}},
      {"allOf", rules},
      {"$defs", builder.definitions()},
  };
  return schema.dump(2) + "\n";
}

}  // namespace kpisuite
