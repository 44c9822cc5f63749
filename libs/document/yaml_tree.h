// YAML text as a tree whose every node knows where it stands, within bounds.
//
// What is read: UTF-8 (a byte order mark is skipped), several documents, anchors and aliases. An
// alias shares its node; what all aliases of a document would expand to is bounded, so that a
// small file cannot blow up. Not read, and reported: explicit tags, keys that are no scalars,
// control characters. Never trusts its input.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace kpisuite {

// A place in a text; both from 1, the column in code points.
struct TextPosition {
  int line = 0;
  int column = 0;

  friend bool operator==(const TextPosition&, const TextPosition&) = default;
};

struct YamlNode;
using YamlNodePtr = std::shared_ptr<const YamlNode>;

// Immutable once parsed.
struct YamlNode {
  enum class Kind { kNull, kScalar, kSequence, kMap };

  struct Entry {
    YamlNodePtr key;  // a scalar
    YamlNodePtr value;
  };

  Kind kind = Kind::kNull;
  TextPosition position;
  std::string text;    // scalar: its text, escapes resolved
  bool plain = false;  // scalar: without quotes, not a block
  // Scalar: where `text` begins when it stands in the file byte for byte on one line; line 0 when
  // it does not (escapes, folding, blocks).
  TextPosition text_position;
  std::vector<YamlNodePtr> items;  // sequence
  std::vector<Entry> entries;      // map, in the order of the file, duplicates included
  int64_t expanded_nodes = 1;      // this node and all below it, aliases followed
};

struct YamlError {
  TextPosition position;
  std::string message;
};

struct YamlLimits {
  size_t max_bytes = 4 << 20;
  int64_t max_nodes = 200'000;  // of one document, aliases expanded
  int max_depth = 64;
};

struct YamlStream {
  std::vector<YamlNodePtr> documents;  // complete ones; a document without content is kNull
  std::vector<YamlError> errors;       // empty when the whole text was read
};

// Parses `text`. After a syntax error the documents before it are still returned.
YamlStream ParseYaml(absl::string_view text, const YamlLimits& limits = {});

// "a mapping", "a list", "nothing", or the scalar in quotes (shortened).
std::string DescribeNode(const YamlNode& node);

}  // namespace kpisuite
