#include "libs/definitions/difference.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/duration.pb.h>
#include <google/protobuf/message.h>

#include <map>
#include <set>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "libs/definitions/references.h"

namespace kpisuite {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

// "AVG" for AGGREGATION_AVG: the value without the name of its enum.
std::string ShortEnumName(const FieldDescriptor* field, int number) {
  const auto* value = field->enum_type()->FindValueByNumber(number);
  if (value == nullptr) return absl::StrCat(number);
  std::string prefix;
  for (const char c : field->enum_type()->name()) {
    if (absl::ascii_isupper(c) && !prefix.empty()) prefix += '_';
    prefix += absl::ascii_toupper(c);
  }
  prefix += '_';
  return absl::StartsWith(value->name(), prefix) ? value->name().substr(prefix.size())
                                                 : value->name();
}

// The leaves of a message by path, in the order in which they are met.
class Flattener {
 public:
  void AddMessage(const std::string& path, const Message& message) {
    if (message.GetDescriptor()->full_name() == "google.protobuf.Duration") {
      google::protobuf::Duration duration;
      duration.CopyFrom(message);
      Add(path, absl::FormatDuration(absl::Seconds(duration.seconds()) +
                                     absl::Nanoseconds(duration.nanos())));
      return;
    }
    std::vector<const FieldDescriptor*> fields;
    message.GetReflection()->ListFields(message, &fields);
    if (fields.empty() && !path.empty()) Add(path, "{}");
    for (const FieldDescriptor* field : fields) {
      const std::string child = path.empty() ? field->name() : path + "." + field->name();
      if (field->is_map()) {
        AddMap(child, message, field);
      } else if (field->is_repeated()) {
        const int size = message.GetReflection()->FieldSize(message, field);
        for (int i = 0; i < size; ++i) AddValue(IndexField(child, i), message, field, i);
      } else {
        AddValue(child, message, field, -1);
      }
    }
  }

  std::vector<std::string> order;
  std::map<std::string, std::string> leaves;

 private:
  void Add(const std::string& path, std::string text) {
    if (leaves.emplace(path, std::move(text)).second) order.push_back(path);
  }

  void AddMap(const std::string& path, const Message& message, const FieldDescriptor* field) {
    const Reflection* reflection = message.GetReflection();
    std::map<std::string, const Message*> entries;
    for (int i = 0; i < reflection->FieldSize(message, field); ++i) {
      const Message& entry = reflection->GetRepeatedMessage(message, field, i);
      const FieldDescriptor* key = entry.GetDescriptor()->map_key();
      entries[entry.GetReflection()->GetString(entry, key)] = &entry;
    }
    for (const auto& [key, entry] : entries) {
      AddValue(MapField(path, key), *entry, entry->GetDescriptor()->map_value(), -1);
    }
  }

  // One value; `index` is -1 for a field that is not repeated.
  void AddValue(const std::string& path, const Message& message, const FieldDescriptor* field,
                int index) {
    const Reflection* reflection = message.GetReflection();
    const bool repeated = index >= 0;
    switch (field->cpp_type()) {
      case FieldDescriptor::CPPTYPE_MESSAGE:
        AddMessage(path, repeated ? reflection->GetRepeatedMessage(message, field, index)
                                  : reflection->GetMessage(message, field));
        break;
      case FieldDescriptor::CPPTYPE_ENUM:
        Add(path,
            ShortEnumName(field, repeated ? reflection->GetRepeatedEnumValue(message, field, index)
                                          : reflection->GetEnumValue(message, field)));
        break;
      case FieldDescriptor::CPPTYPE_BOOL:
        Add(path, reflection->GetBool(message, field) ? "true" : "false");
        break;
      case FieldDescriptor::CPPTYPE_INT32:
        Add(path, absl::StrCat(repeated ? reflection->GetRepeatedInt32(message, field, index)
                                        : reflection->GetInt32(message, field)));
        break;
      case FieldDescriptor::CPPTYPE_INT64:
        Add(path, absl::StrCat(repeated ? reflection->GetRepeatedInt64(message, field, index)
                                        : reflection->GetInt64(message, field)));
        break;
      case FieldDescriptor::CPPTYPE_STRING:
        Add(path, repeated ? reflection->GetRepeatedString(message, field, index)
                           : reflection->GetString(message, field));
        break;
      default: break;  // definitions have no other types
    }
  }
};

}  // namespace

v1::Definition WithoutOutputFields(const v1::Definition& definition) {
  v1::Definition written = definition;
  written.clear_revision();
  written.clear_etag();
  written.clear_create_time();
  written.clear_update_time();
  written.clear_creator();
  written.clear_updater();
  written.clear_uid();
  written.clear_change_reason();
  written.clear_owned_set();
  written.clear_deleted();
  return written;
}

std::vector<v1::FieldDifference> DifferencesOf(const v1::Definition& before,
                                               const v1::Definition& after) {
  Flattener old_leaves;
  Flattener new_leaves;
  const auto written = [](const v1::Definition& definition) {
    v1::Definition fields = WithoutOutputFields(definition);
    fields.clear_name();
    return fields;
  };
  old_leaves.AddMessage("", written(before));
  new_leaves.AddMessage("", written(after));
  std::vector<v1::FieldDifference> differences;
  const auto add = [&](const std::string& path) {
    const auto old_leaf = old_leaves.leaves.find(path);
    const auto new_leaf = new_leaves.leaves.find(path);
    const std::string old_text = old_leaf == old_leaves.leaves.end() ? "" : old_leaf->second;
    const std::string new_text = new_leaf == new_leaves.leaves.end() ? "" : new_leaf->second;
    const bool both = old_leaf != old_leaves.leaves.end() && new_leaf != new_leaves.leaves.end();
    if (both && old_text == new_text) return;
    v1::FieldDifference& difference = differences.emplace_back();
    difference.set_field(path);
    difference.set_before(old_text);
    difference.set_after(new_text);
  };
  for (const std::string& path : new_leaves.order) add(path);
  for (const std::string& path : old_leaves.order) {
    if (!new_leaves.leaves.contains(path)) add(path);
  }
  return differences;
}

}  // namespace kpisuite
