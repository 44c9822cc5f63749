#include "libs/document/source_map.h"

#include <utility>

#include "absl/strings/str_cat.h"

namespace kpisuite {

std::string ToString(const SourcePosition& position) {
  return absl::StrCat(position.file, ":", position.line, ":", position.column);
}

void SourceMap::Add(std::string path, SourcePosition position, TextPosition text) {
  entries_.insert_or_assign(std::move(path), Entry{std::move(position), text});
}

std::optional<SourceMap::Found> SourceMap::Find(absl::string_view path, int inner_line,
                                                int inner_column) const {
  bool exact = true;
  for (; !path.empty(); path = EnclosingPath(path), exact = false) {
    const auto entry = entries_.find(std::string(path));
    if (entry == entries_.end()) continue;
    Found found{entry->second.position, exact, false};
    if (exact && inner_line == 1 && inner_column > 0 && entry->second.text.line > 0) {
      found.position.line = entry->second.text.line;
      found.position.column = entry->second.text.column + inner_column - 1;
      found.inner_applied = true;
    }
    return found;
  }
  return std::nullopt;
}

absl::string_view EnclosingPath(absl::string_view path) {
  size_t last = 0;
  bool quoted = false;
  for (size_t i = 0; i < path.size(); ++i) {
    if (quoted) {
      if (path[i] == '\\') {
        ++i;
      } else if (path[i] == '"') {
        quoted = false;
      }
    } else if (path[i] == '"') {
      quoted = true;
    } else if (path[i] == '.' || path[i] == '[') {
      last = i;
    }
  }
  return path.substr(0, last);
}

std::string KeyComponent(absl::string_view key) {
  std::string component = "[\"";
  for (char c : key) {
    if (c == '"' || c == '\\') component.push_back('\\');
    component.push_back(c);
  }
  component.append("\"]");
  return component;
}

}  // namespace kpisuite
