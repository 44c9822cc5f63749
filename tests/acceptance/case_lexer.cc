#include "tests/acceptance/case_lexer.h"

#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"

namespace kpisuite {
namespace {

// Calls `emit` with each part of `text` between separators that are outside of braces and quotes.
// False when a brace or quote stays open.
template <typename IsSeparator, typename Emit>
bool SplitOutside(absl::string_view text, IsSeparator is_separator, Emit emit) {
  int depth = 0;
  bool quoted = false;
  size_t start = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '"') quoted = !quoted;
    if (quoted) continue;
    if (text[i] == '{') ++depth;
    if (text[i] == '}') --depth;
    if (depth > 0 || !is_separator(text[i])) continue;
    emit(text.substr(start, i - start));
    start = i + 1;
  }
  emit(text.substr(start));
  return depth == 0 && !quoted;
}

}  // namespace

absl::StatusOr<std::vector<std::string>> SplitWords(absl::string_view line) {
  std::vector<std::string> words;
  const bool closed = SplitOutside(line, absl::ascii_isspace, [&](absl::string_view word) {
    if (!word.empty()) words.emplace_back(word);
  });
  if (!closed) return absl::InvalidArgumentError("a brace or a quote is not closed");
  return words;
}

std::vector<std::string> SplitList(absl::string_view text) {
  std::vector<std::string> parts;
  SplitOutside(
      text, [](char c) { return c == ','; },
      [&](absl::string_view part) { parts.emplace_back(absl::StripAsciiWhitespace(part)); });
  return parts;
}

bool IsBraced(absl::string_view word) {
  return absl::StartsWith(word, "{") && absl::EndsWith(word, "}");
}

absl::StatusOr<std::map<std::string, std::string>> ParseDimensions(absl::string_view word) {
  if (!IsBraced(word)) return absl::InvalidArgumentError("want {dimension=member; ...}");
  std::map<std::string, std::string> dimensions;
  for (absl::string_view part : absl::StrSplit(word.substr(1, word.size() - 2), ';')) {
    const std::pair<std::string, std::string> entry =
        absl::StrSplit(absl::StripAsciiWhitespace(part), absl::MaxSplits('=', 1));
    if (entry.first.empty() || entry.second.empty()) {
      return absl::InvalidArgumentError(
          absl::StrCat("got ", word, ", want {dimension=member; ...}"));
    }
    if (!dimensions.insert(entry).second) {
      return absl::InvalidArgumentError(absl::StrCat(entry.first, " is given twice"));
    }
  }
  return dimensions;
}

absl::StatusOr<absl::Time> ParseInstant(absl::string_view text) {
  absl::Time time;
  std::string error;
  if (!absl::ParseTime(absl::RFC3339_full, text, &time, &error)) {
    return absl::InvalidArgumentError(
        absl::StrCat("got ", text, ", want a time like 2025-03-10T12:00:00Z"));
  }
  return time;
}

std::string Unquoted(absl::string_view text) {
  const bool quoted = text.size() >= 2 && text.front() == '"' && text.back() == '"';
  return std::string(quoted ? text.substr(1, text.size() - 2) : text);
}

std::string SliceText(const std::string& braced) {
  return absl::StrReplaceAll(braced.substr(1, braced.size() - 2), {{"; ", ";"}});
}

}  // namespace kpisuite
