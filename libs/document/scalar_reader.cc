#include "libs/document/scalar_reader.h"

#include <google/protobuf/duration.pb.h>
#include <google/protobuf/timestamp.pb.h>

#include <limits>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "libs/base/status_macros.h"
#include "libs/document/suggestion.h"

namespace kpisuite {

using google::protobuf::Descriptor;
using google::protobuf::EnumDescriptor;
using google::protobuf::EnumValueDescriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

namespace {

absl::Status Wanted(const YamlNode& node, absl::string_view want) {
  return absl::InvalidArgumentError(absl::StrCat("got ", DescribeNode(node), ", want ", want));
}

// `Number(text, &value)` for a plain scalar of digits; YAML's other notations are not numbers.
template <typename Number>
absl::StatusOr<Number> ReadWhole(const YamlNode& node) {
  Number value = 0;
  const bool digits = node.plain && !absl::StartsWith(node.text, "+") &&
                      absl::StripAsciiWhitespace(node.text) == node.text &&
                      absl::SimpleAtoi(node.text, &value);
  if (!digits) {
    return Wanted(node, absl::StrCat("a whole number from ", std::numeric_limits<Number>::min(),
                                     " to ", std::numeric_limits<Number>::max()));
  }
  return value;
}

absl::StatusOr<double> ReadDouble(const YamlNode& node) {
  double value = 0;
  const bool number = node.plain &&
                      node.text.find_first_not_of("+-.eE0123456789") == std::string::npos &&
                      absl::SimpleAtod(node.text, &value);
  if (!number) return Wanted(node, "a number");
  return value;
}

absl::StatusOr<bool> ReadBool(const YamlNode& node) {
  if (node.plain && node.text == "true") return true;
  if (node.plain && node.text == "false") return false;
  return Wanted(node, "true or false");
}

absl::StatusOr<const EnumValueDescriptor*> ReadEnum(const YamlNode& node,
                                                    const EnumDescriptor& type) {
  for (int i = 0; i < type.value_count(); ++i) {
    const EnumValueDescriptor* value = type.value(i);
    if (value->number() != 0 && ShortEnumName(*value) == node.text) return value;
  }
  const std::vector<std::string> names = ShortEnumNames(type);
  return Wanted(node,
                absl::StrCat("one of ", absl::StrJoin(names, ", "), DidYouMean(node.text, names)));
}

// Sets or adds; `Set` and `Add` are the two member functions of Reflection for one type.
template <typename Value, typename Set, typename Add>
void Store(const FieldDescriptor& field, Message& message, const Value& value, Set set, Add add) {
  const Reflection& reflection = *message.GetReflection();
  if (field.is_repeated()) {
    (reflection.*add)(&message, &field, value);
  } else {
    (reflection.*set)(&message, &field, value);
  }
}

absl::Status ReadText(const YamlNode& node, const FieldDescriptor& field, Message& message) {
  std::string text = node.text;
  if (field.type() == FieldDescriptor::TYPE_BYTES && !absl::Base64Unescape(node.text, &text)) {
    return Wanted(node, "base64 text");
  }
  Store(field, message, text, &Reflection::SetString, &Reflection::AddString);
  return absl::OkStatus();
}

}  // namespace

std::string ShortEnumName(const EnumValueDescriptor& value) {
  // The prefix is the enum's name in upper snake case, as the lint rules of the contract ask.
  std::string prefix;
  for (char c : value.type()->name()) {
    if (absl::ascii_isupper(c) && !prefix.empty()) prefix.push_back('_');
    prefix.push_back(absl::ascii_toupper(c));
  }
  return std::string(absl::StripPrefix(value.name(), absl::StrCat(prefix, "_")));
}

std::vector<std::string> ShortEnumNames(const EnumDescriptor& type) {
  std::vector<std::string> names;
  for (int i = 0; i < type.value_count(); ++i) {
    if (type.value(i)->number() != 0) names.push_back(ShortEnumName(*type.value(i)));
  }
  return names;
}

absl::Status ReadScalar(const YamlNode& node, const FieldDescriptor& field, Message& message) {
  if (node.kind != YamlNode::Kind::kScalar) return Wanted(node, "a single value");
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_STRING: return ReadText(node, field, message);
    case FieldDescriptor::CPPTYPE_BOOL: {
      ASSIGN_OR_RETURN(const bool value, ReadBool(node));
      Store(field, message, value, &Reflection::SetBool, &Reflection::AddBool);
      return absl::OkStatus();
    }
    case FieldDescriptor::CPPTYPE_INT32: {
      ASSIGN_OR_RETURN(const int32_t value, ReadWhole<int32_t>(node));
      Store(field, message, value, &Reflection::SetInt32, &Reflection::AddInt32);
      return absl::OkStatus();
    }
    case FieldDescriptor::CPPTYPE_INT64: {
      ASSIGN_OR_RETURN(const int64_t value, ReadWhole<int64_t>(node));
      Store(field, message, value, &Reflection::SetInt64, &Reflection::AddInt64);
      return absl::OkStatus();
    }
    case FieldDescriptor::CPPTYPE_UINT32: {
      ASSIGN_OR_RETURN(const uint32_t value, ReadWhole<uint32_t>(node));
      Store(field, message, value, &Reflection::SetUInt32, &Reflection::AddUInt32);
      return absl::OkStatus();
    }
    case FieldDescriptor::CPPTYPE_UINT64: {
      ASSIGN_OR_RETURN(const uint64_t value, ReadWhole<uint64_t>(node));
      Store(field, message, value, &Reflection::SetUInt64, &Reflection::AddUInt64);
      return absl::OkStatus();
    }
    case FieldDescriptor::CPPTYPE_DOUBLE: {
      ASSIGN_OR_RETURN(const double value, ReadDouble(node));
      Store(field, message, value, &Reflection::SetDouble, &Reflection::AddDouble);
      return absl::OkStatus();
    }
    case FieldDescriptor::CPPTYPE_FLOAT: {
      ASSIGN_OR_RETURN(const double value, ReadDouble(node));
      Store(field, message, static_cast<float>(value), &Reflection::SetFloat,
            &Reflection::AddFloat);
      return absl::OkStatus();
    }
    case FieldDescriptor::CPPTYPE_ENUM: {
      ASSIGN_OR_RETURN(const EnumValueDescriptor* value, ReadEnum(node, *field.enum_type()));
      Store(field, message, value, &Reflection::SetEnum, &Reflection::AddEnum);
      return absl::OkStatus();
    }
    case FieldDescriptor::CPPTYPE_MESSAGE: break;
  }
  return absl::InternalError("a message is not a scalar");
}

bool IsScalarMessage(const Descriptor& message) {
  return &message == google::protobuf::Timestamp::descriptor() ||
         &message == google::protobuf::Duration::descriptor();
}

absl::Status ReadScalarMessage(const YamlNode& node, Message& message) {
  const bool is_time = message.GetDescriptor() == google::protobuf::Timestamp::descriptor();
  const absl::string_view want =
      is_time ? "a time such as 2025-03-31T22:30:00Z" : "a duration such as 90s, 1h30m, 24h or 7d";
  if (node.kind != YamlNode::Kind::kScalar) return Wanted(node, want);
  int64_t seconds = 0;
  int32_t nanos = 0;
  if (is_time) {
    absl::Time time;
    std::string ignored;  // google.protobuf.Timestamp holds the years 1 to 9999
    if (!absl::ParseTime(absl::RFC3339_full, node.text, &time, &ignored) ||
        time < absl::FromUnixSeconds(-62'135'596'800) ||
        time >= absl::FromUnixSeconds(253'402'300'800)) {
      return Wanted(node, want);
    }
    seconds = absl::ToUnixSeconds(time);
    nanos = static_cast<int32_t>((time - absl::FromUnixSeconds(seconds)) / absl::Nanoseconds(1));
  } else {
    const absl::StatusOr<absl::Duration> duration = ParseDurationText(node.text);
    if (!duration.ok()) return Wanted(node, want);
    absl::Duration rest;
    seconds = absl::IDivDuration(*duration, absl::Seconds(1), &rest);
    nanos = static_cast<int32_t>(rest / absl::Nanoseconds(1));
  }
  // Both messages are {int64 seconds = 1; int32 nanos = 2}.
  const Descriptor& type = *message.GetDescriptor();
  message.GetReflection()->SetInt64(&message, type.FindFieldByNumber(1), seconds);
  message.GetReflection()->SetInt32(&message, type.FindFieldByNumber(2), nanos);
  return absl::OkStatus();
}

absl::StatusOr<absl::Duration> ParseDurationText(absl::string_view text) {
  const absl::Status error = absl::InvalidArgumentError(
      absl::StrCat("got \"", text, "\", want a duration such as 90s, 1h30m, 24h or 7d"));
  if (text.find_first_not_of("0123456789.dhmsun") != absl::string_view::npos) return error;
  absl::Duration total = absl::ZeroDuration();
  const size_t day_mark = text.find('d');
  if (day_mark != absl::string_view::npos) {
    int32_t days = 0;
    if (!absl::SimpleAtoi(text.substr(0, day_mark), &days)) return error;
    total = days * absl::Hours(24);
    text.remove_prefix(day_mark + 1);
  }
  absl::Duration rest = absl::ZeroDuration();
  const bool only_days = day_mark != absl::string_view::npos && text.empty();
  if (!only_days && !absl::ParseDuration(text, &rest)) return error;
  total += rest;
  // The bound of google.protobuf.Duration: 10 000 years.
  if (total > absl::Seconds(315'576'000'000)) return error;
  return total;
}

std::string DurationText(absl::Duration duration) {
  const int64_t days = duration > absl::ZeroDuration() ? duration / absl::Hours(24) : 0;
  const absl::Duration rest = duration - days * absl::Hours(24);
  if (days == 0) return rest == absl::ZeroDuration() ? "0s" : absl::FormatDuration(rest);
  if (rest == absl::ZeroDuration()) return absl::StrCat(days, "d");
  return absl::StrCat(days, "d", absl::FormatDuration(rest));
}

}  // namespace kpisuite
