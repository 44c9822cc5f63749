#include "libs/base/position_token.h"

#include <tuple>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "libs/base/error.h"

namespace kpisuite {
namespace {

constexpr size_t kMaxTextBytes = 64 * 1024;

absl::Status Damaged() {
  return InvalidFields({{.field = "at_least",
                         .description = "got a text that is not a position token, want one that a "
                                        "write returned",
                         .reason = "SYNTAX"}});
}

bool ParsePart(absl::string_view text, PositionToken& token) {
  const std::vector<absl::string_view> fields = absl::StrSplit(text, ':');
  int32_t part = 0;
  PartPosition position;
  if (fields.size() != 3 || !absl::SimpleAtoi(fields[0], &part) ||
      !absl::SimpleAtoi(fields[1], &position.incarnation) ||
      !absl::SimpleAtoi(fields[2], &position.seq)) {
    return false;
  }
  return part >= 0 && position.seq >= 0 && token.parts.emplace(part, position).second;
}

}  // namespace

std::string PositionToken::ToText() const {
  std::string plain = absl::StrCat("1;", definition_position, ";");
  for (auto it = parts.begin(); it != parts.end(); ++it) {
    absl::StrAppend(&plain, it == parts.begin() ? "" : ",", it->first, ":", it->second.incarnation,
                    ":", it->second.seq);
  }
  return absl::WebSafeBase64Escape(plain);
}

absl::StatusOr<PositionToken> PositionToken::Parse(absl::string_view text) {
  std::string plain;
  if (text.size() > kMaxTextBytes || !absl::WebSafeBase64Unescape(text, &plain)) return Damaged();
  const std::vector<absl::string_view> sections = absl::StrSplit(plain, ';');
  PositionToken token;
  if (sections.size() != 3 || sections[0] != "1" ||
      !absl::SimpleAtoi(sections[1], &token.definition_position) || token.definition_position < 0) {
    return Damaged();
  }
  if (sections[2].empty()) return token;
  for (absl::string_view part : absl::StrSplit(sections[2], ',')) {
    if (!ParsePart(part, token)) return Damaged();
  }
  return token;
}

void PositionToken::Merge(const PositionToken& other) {
  definition_position = std::max(definition_position, other.definition_position);
  for (const auto& [part, theirs] : other.parts) {
    PartPosition& ours = parts[part];
    if (std::tie(ours.incarnation, ours.seq) < std::tie(theirs.incarnation, theirs.seq)) {
      ours = theirs;
    }
  }
}

}  // namespace kpisuite
