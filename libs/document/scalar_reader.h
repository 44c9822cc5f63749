// Reads YAML scalars into single values: numbers, texts, enums, timestamps, durations.
#pragma once

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "libs/document/yaml_tree.h"

namespace kpisuite {

// Sets (or, when it is repeated, adds to) a field that is no message. INVALID_ARGUMENT says what
// came and what is wanted.
absl::Status ReadScalar(const YamlNode& node, const google::protobuf::FieldDescriptor& field,
                        google::protobuf::Message& message);

// Whether the message is written as one scalar: google.protobuf.Timestamp and Duration.
bool IsScalarMessage(const google::protobuf::Descriptor& message);

// Fills such a message. INVALID_ARGUMENT as ReadScalar.
absl::Status ReadScalarMessage(const YamlNode& node, google::protobuf::Message& message);

// Names of an enum's values without its prefix, in order; the unspecified one is left out.
std::vector<std::string> ShortEnumNames(const google::protobuf::EnumDescriptor& type);

// Name of one value without the prefix: DIRECTION_HIGHER -> HIGHER.
std::string ShortEnumName(const google::protobuf::EnumValueDescriptor& value);

// Reads 90s, 1h30m, 7d (d is exactly 24 hours, before all others). INVALID_ARGUMENT otherwise.
absl::StatusOr<absl::Duration> ParseDurationText(absl::string_view text);

// The text that ParseDurationText reads back: whole days, then hours, minutes, seconds.
std::string DurationText(absl::Duration duration);

}  // namespace kpisuite
