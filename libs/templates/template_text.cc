#include "libs/templates/template_text.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "libs/base/status_macros.h"
#include "libs/definitions/violations.h"

namespace kpisuite {
namespace {

// The name that begins at `position`.
absl::string_view NameAt(absl::string_view text, size_t position) {
  size_t end = position;
  while (end < text.size() && (absl::ascii_isalnum(text[end]) || text[end] == '_')) ++end;
  return text.substr(position, end - position);
}

}  // namespace

std::vector<std::string> ParameterNames(absl::string_view text) {
  std::vector<std::string> names;
  for (size_t at = text.find('$'); at != absl::string_view::npos; at = text.find('$', at + 1)) {
    names.emplace_back(NameAt(text, at + 1));
  }
  return names;
}

absl::StatusOr<std::string> FillText(absl::string_view text,
                                     const std::map<std::string, std::string>& values,
                                     const UnitBinding& units) {
  std::string filled;
  size_t position = 0;
  while (position < text.size()) {
    const size_t next = std::min(text.find_first_of("$[", position), text.size());
    absl::StrAppend(&filled, text.substr(position, next - position));
    position = next;
    if (position == text.size()) break;
    if (text[position] == '$') {
      const std::string name(NameAt(text, position + 1));
      const auto value = values.find(name);
      if (value == values.end()) {
        return absl::InvalidArgumentError(GotWant("$" + name, "a declared parameter"));
      }
      absl::StrAppend(&filled, value->second);
      position += 1 + name.size();
    } else {
      const size_t end = text.find(']', position);
      if (end == absl::string_view::npos) {
        return absl::InvalidArgumentError(GotWant(text, "a \"]\" for each \"[\""));
      }
      ASSIGN_OR_RETURN(const std::string unit,
                       units.Apply(text.substr(position + 1, end - position - 1)));
      absl::StrAppend(&filled, "[", unit, "]");
      position = end + 1;
    }
  }
  return filled;
}

}  // namespace kpisuite
