// Reads a YAML tree into a protobuf message, by the message's descriptor alone.
//
//   names       lowerCamelCase (the proto3 JSON names), exactly
//   enums       value names without the enum's prefix: HIGHER for DIRECTION_HIGHER, exactly
//   string      a scalar, quoted or not, as its text: 0.80 stays "0.80"
//   bool        true or false; numbers: decimal digits; bytes: base64
//   Timestamp   RFC 3339 with an offset: 2025-03-31T22:30:00Z
//   Duration    90s, 24h, 1h30m, 500ms; d is exactly 24 hours: 7d, 1d12h
//   map         a mapping
//   repeated    a list
//   a message whose only field is repeated may be written as that field's list: [[origin]]
//
// Unknown and repeated keys, keys without a value, two fields of one oneof and values of another
// type are errors. All errors are collected; reading goes on behind each of them.
#pragma once

#include <google/protobuf/message.h>

#include <string>
#include <vector>

#include "libs/document/source_map.h"
#include "libs/document/yaml_tree.h"

namespace kpisuite {

// One thing wrong with a file.
struct DocumentError {
  SourcePosition position;
  std::string field;        // path as written in the file, "spec.inputs.late.where"; may be empty
  std::string description;  // what came and what is wanted
};

// "file:line:column: field: description".
std::string ToString(const DocumentError& error);

class MessageReader {
 public:
  // Appends to `errors` and `source_map`, which outlive the reader; `file` names the text.
  MessageReader(std::string file, std::vector<DocumentError>& errors, SourceMap& source_map)
      : file_(std::move(file)), errors_(errors), source_map_(source_map) {}

  // A field as it is called in the file and in the source map.
  struct Path {
    std::string yaml;
    std::string proto;
  };

  // Fills `message`, which is empty, from `node`.
  void Read(const YamlNode& node, const Path& path, google::protobuf::Message& message);

  // Fills one field of `message` from `node`.
  void ReadField(const YamlNode& node, const Path& path,
                 const google::protobuf::FieldDescriptor& field,
                 google::protobuf::Message& message);

  // As ReadField, and keeps the position of `node` for the field.
  void ReadLocated(const YamlNode& node, const Path& path,
                   const google::protobuf::FieldDescriptor& field,
                   google::protobuf::Message& message);

  // Keeps the position of `node` for a field of the source map.
  void Locate(const YamlNode& node, std::string proto_path);

  // Reports an error at `node`.
  void Report(const YamlNode& node, const std::string& yaml_path, std::string description);

 private:
  void ReadEntries(const YamlNode& node, const Path& path, google::protobuf::Message& message);
  void ReadRepeated(const YamlNode& node, const Path& path,
                    const google::protobuf::FieldDescriptor& field,
                    google::protobuf::Message& message);
  void ReadMap(const YamlNode& node, const Path& path,
               const google::protobuf::FieldDescriptor& field, google::protobuf::Message& message);

  std::string file_;
  std::vector<DocumentError>& errors_;
  SourceMap& source_map_;
};

// The repeated field of a message that has no other field; null for other messages.
const google::protobuf::FieldDescriptor* OnlyRepeatedField(
    const google::protobuf::Descriptor& message);

// Path of a field below a message: `a` + `b` -> `a.b`.
std::string JoinPath(absl::string_view path, absl::string_view name);

}  // namespace kpisuite
