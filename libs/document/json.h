// Messages as proto3 JSON: lowerCamelCase, full enum names, 64-bit integers as text. The same
// message always gives the same text (map keys sorted).
#pragma once

#include <google/protobuf/message.h>

#include <string>

namespace kpisuite {

enum class JsonLayout {
  kLine,      // no line breaks, no line end
  kIndented,  // two spaces, with a line end
};

// Fields without presence that have their default are left out. A message that has no JSON form
// (a Timestamp beyond the year 9999) gives an empty object.
std::string ToJson(const google::protobuf::Message& message, JsonLayout layout);

}  // namespace kpisuite
