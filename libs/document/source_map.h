// Where the fields of a message stand in the files that they were read from.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "libs/document/yaml_tree.h"

namespace kpisuite {

// A place in a file.
struct SourcePosition {
  std::string file;
  int line = 0;    // from 1
  int column = 0;  // from 1, in code points

  friend bool operator==(const SourcePosition&, const SourcePosition&) = default;
};

// "file:line:column".
std::string ToString(const SourcePosition& position);

// Positions by field path as servers write them: proto field names, `[index]` and `["key"]`, for
// instance `definitions[2].kpi.inputs["late"].where`. Not thread-safe while it is filled.
class SourceMap {
 public:
  struct Found {
    SourcePosition position;
    bool exact = false;  // false: of the nearest enclosing field that is in a file
    // Whether the asked line and column inside the field's own text are part of `position`.
    bool inner_applied = false;
  };

  // Keeps the position of one field. `text` is where its own text begins when it stands in the
  // file on one line, else line 0.
  void Add(std::string path, SourcePosition position, TextPosition text = {});

  // The position of `path`, or of the nearest enclosing path that is known; nullopt when there is
  // none. `inner_line` and `inner_column` (from 1; 0: none) point into the field's own text.
  std::optional<Found> Find(absl::string_view path, int inner_line = 0, int inner_column = 0) const;

  size_t size() const { return entries_.size(); }

 private:
  struct Entry {
    SourcePosition position;
    TextPosition text;
  };

  std::map<std::string, Entry, std::less<>> entries_;
};

// `path` without its last component; empty when it has one.
// `a.b["x.y"]` -> `a.b` -> `a` -> ``.
absl::string_view EnclosingPath(absl::string_view path);

// `["key"]` with quotes and backslashes of the key escaped, as it stands in a path.
std::string KeyComponent(absl::string_view key);

}  // namespace kpisuite
