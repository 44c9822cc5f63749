#include "libs/document/yaml_tree.h"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <map>
#include <optional>
#include <sstream>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "libs/document/utf8.h"

namespace kpisuite {
namespace {

constexpr size_t kShownBytes = 60;

// Turns the parser's (line, byte column) into positions in code points. Positions come in rising
// order, so the count goes on from the last one: linear even for a file of one line.
class PositionCounter {
 public:
  explicit PositionCounter(absl::string_view text) : text_(text) {
    line_starts_.push_back(0);
    for (size_t i = 0; i < text.size(); ++i) {
      if (text[i] == '\n') line_starts_.push_back(i + 1);
    }
  }

  size_t Offset(int line, int byte_column) const {
    const size_t index = std::min<size_t>(std::max(line, 0), line_starts_.size() - 1);
    return std::min(line_starts_[index] + std::max(byte_column, 0), text_.size());
  }

  TextPosition At(int line, int byte_column) {
    const size_t offset = Offset(line, byte_column);
    if (line != line_ || offset < counted_to_) {
      line_ = line;
      counted_to_ = Offset(line, 0);
      column_ = 0;
    }
    column_ += static_cast<int>(CountCodePoints(text_.substr(counted_to_, offset - counted_to_)));
    counted_to_ = offset;
    return {line + 1, column_ + 1};
  }

  TextPosition AtOffset(size_t offset) {
    const auto after = std::upper_bound(line_starts_.begin(), line_starts_.end(), offset);
    const int line = static_cast<int>(after - line_starts_.begin()) - 1;
    return At(line, static_cast<int>(offset - line_starts_[line]));
  }

  absl::string_view Line(int line) const {
    const size_t begin = Offset(line, 0);
    return text_.substr(begin, text_.find('\n', begin) - begin);
  }

 private:
  absl::string_view text_;
  std::vector<size_t> line_starts_;
  int line_ = -1;
  size_t counted_to_ = 0;
  int column_ = 0;
};

// Builds one document from the parser's events. After the first error it ignores the rest.
class TreeBuilder : public YAML::EventHandler {
 public:
  TreeBuilder(absl::string_view text, const YamlLimits& limits, PositionCounter& positions)
      : text_(text), limits_(limits), positions_(positions) {}

  YamlNodePtr root() const { return root_; }
  const std::optional<YamlError>& error() const { return error_; }

  // Where the document begins.
  const YAML::Mark& start() const { return start_; }

  void OnDocumentStart(const YAML::Mark& mark) override { start_ = mark; }
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    Leaf(mark, anchor, YamlNode::Kind::kNull);
  }

  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    if (error_) return;
    const auto found = anchors_.find(anchor);
    if (found == anchors_.end()) return Fail(mark, "an alias inside the node that it names");
    if (!Count(mark, found->second->expanded_nodes)) return;
    Attach(mark, found->second);
  }

  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    if (error_ || !CheckTag(mark, tag)) return;
    std::shared_ptr<YamlNode> node = Leaf(mark, anchor, YamlNode::Kind::kScalar);
    if (node == nullptr) return;
    node->text = value;
    const size_t offset = positions_.Offset(mark.line, mark.column);
    const bool block = offset < text_.size() && (text_[offset] == '|' || text_[offset] == '>');
    node->plain = tag != "!" && !block;
    for (int quote = 0; quote <= 1; ++quote) {
      if (block || value.find('\n') != std::string::npos) break;
      const bool verbatim = text_.substr(std::min(offset + quote, text_.size()), value.size()) ==
                            absl::string_view(value);
      if (verbatim && (quote == 0) == node->plain) {
        node->text_position = {node->position.line, node->position.column + quote};
      }
    }
  }

  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    Open(mark, tag, anchor, YamlNode::Kind::kSequence);
  }
  void OnSequenceEnd() override { Close(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    Open(mark, tag, anchor, YamlNode::Kind::kMap);
  }
  void OnMapEnd() override { Close(); }

 private:
  struct Frame {
    std::shared_ptr<YamlNode> node;
    YAML::anchor_t anchor = 0;
    YamlNodePtr key;  // of a map, while its value is awaited
  };

  void Fail(const YAML::Mark& mark, std::string message) {
    if (!error_) error_ = YamlError{positions_.At(mark.line, mark.column), std::move(message)};
  }

  bool CheckTag(const YAML::Mark& mark, const std::string& tag) {
    if (tag.empty() || tag == "?" || tag == "!") return true;
    Fail(mark, absl::StrCat("got the tag \"", tag, "\", want no tag"));
    return false;
  }

  bool Count(const YAML::Mark& mark, int64_t nodes) {
    nodes_ += nodes;
    if (nodes_ <= limits_.max_nodes) return true;
    Fail(mark, absl::StrCat("the document has more than ", limits_.max_nodes,
                            " nodes, aliases expanded"));
    return false;
  }

  std::shared_ptr<YamlNode> Leaf(const YAML::Mark& mark, YAML::anchor_t anchor,
                                 YamlNode::Kind kind) {
    if (error_ || !Count(mark, 1)) return nullptr;
    auto node = std::make_shared<YamlNode>();
    node->kind = kind;
    node->position = positions_.At(mark.line, mark.column);
    if (anchor != 0) anchors_[anchor] = node;
    Attach(mark, node);
    return node;
  }

  void Open(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
            YamlNode::Kind kind) {
    if (error_ || !CheckTag(mark, tag) || !Count(mark, 1)) return;
    if (static_cast<int>(stack_.size()) >= limits_.max_depth) {
      return Fail(mark, absl::StrCat("nested more than ", limits_.max_depth, " levels deep"));
    }
    auto node = std::make_shared<YamlNode>();
    node->kind = kind;
    node->position = positions_.At(mark.line, mark.column);
    stack_.push_back({std::move(node), anchor, nullptr});
    marks_.push_back(mark);
  }

  void Close() {
    if (error_) return;
    const Frame frame = std::move(stack_.back());
    const YAML::Mark mark = marks_.back();
    stack_.pop_back();
    marks_.pop_back();
    if (frame.anchor != 0) anchors_[frame.anchor] = frame.node;
    Attach(mark, frame.node);
  }

  void Attach(const YAML::Mark& mark, const YamlNodePtr& node) {
    if (stack_.empty()) {
      root_ = node;
      return;
    }
    Frame& parent = stack_.back();
    parent.node->expanded_nodes += node->expanded_nodes;
    if (parent.node->kind == YamlNode::Kind::kSequence) {
      parent.node->items.push_back(node);
    } else if (parent.key == nullptr) {
      const bool usable = node->kind == YamlNode::Kind::kScalar;
      if (!usable) return Fail(mark, absl::StrCat("got ", DescribeNode(*node), " as a key"));
      parent.key = node;
    } else {
      parent.node->entries.push_back({std::exchange(parent.key, nullptr), node});
    }
  }

  absl::string_view text_;
  const YamlLimits& limits_;
  PositionCounter& positions_;
  YAML::Mark start_ = YAML::Mark::null_mark();
  YamlNodePtr root_ = std::make_shared<YamlNode>();
  std::optional<YamlError> error_;
  std::vector<Frame> stack_;
  std::vector<YAML::Mark> marks_;
  std::map<YAML::anchor_t, YamlNodePtr> anchors_;
  int64_t nodes_ = 0;
};

// What YAML or a terminal cannot carry: control characters but tab and line ends.
std::optional<size_t> FindControlCharacter(absl::string_view text) {
  for (size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    if ((c < 0x20 && c != '\t' && c != '\n' && c != '\r') || c == 0x7F) return i;
  }
  return std::nullopt;
}

std::optional<YamlError> CheckText(absl::string_view text, const YamlLimits& limits,
                                   PositionCounter& positions) {
  if (text.size() > limits.max_bytes) {
    return YamlError{{1, 1},
                     absl::StrCat("got ", text.size(), " bytes, want at most ", limits.max_bytes)};
  }
  if (absl::StartsWith(text, "\xFF\xFE") || absl::StartsWith(text, "\xFE\xFF")) {
    return YamlError{{1, 1}, "got UTF-16, want UTF-8"};
  }
  const std::optional<size_t> invalid = FindInvalidUtf8(text);
  if (invalid.has_value()) {
    return YamlError{positions.AtOffset(*invalid),
                     absl::StrFormat("got the byte 0x%02X, want UTF-8 text",
                                     static_cast<unsigned char>(text[*invalid]))};
  }
  const std::optional<size_t> control = FindControlCharacter(text);
  if (control.has_value()) {
    return YamlError{positions.AtOffset(*control),
                     absl::StrFormat("got the control character U+%04X, want text",
                                     static_cast<unsigned char>(text[*control]))};
  }
  return std::nullopt;
}

YamlError SyntaxError(const YAML::Exception& error, PositionCounter& positions) {
  if (error.mark.is_null()) return {{1, 1}, error.msg};
  const TextPosition position = positions.At(error.mark.line, error.mark.column);
  const absl::string_view line = positions.Line(error.mark.line);
  const size_t content = line.find_first_not_of(" \t");
  if (line.substr(0, content).find('\t') != absl::string_view::npos) {
    return {position, "got a tab in the indentation, want spaces"};
  }
  return {position, error.msg};
}

}  // namespace

YamlStream ParseYaml(absl::string_view text, const YamlLimits& limits) {
  YamlStream stream;
  if (absl::StartsWith(text, "\xEF\xBB\xBF")) text.remove_prefix(3);
  PositionCounter positions(text.substr(0, limits.max_bytes + 1));
  if (std::optional<YamlError> error = CheckText(text, limits, positions)) {
    stream.errors.push_back(*std::move(error));
    return stream;
  }
  std::istringstream input{std::string(text)};
  try {
    YAML::Parser parser(input);
    int last_start = -1;
    while (true) {
      TreeBuilder builder(text, limits, positions);
      const bool more = parser.HandleNextDocument(builder);
      if (builder.error().has_value()) {
        stream.errors.push_back(*builder.error());
        break;
      }
      if (!more) break;
      // The parser takes nothing away at a stray ',' between documents, again and again.
      if (builder.start().pos == last_start) {
        stream.errors.push_back({positions.At(builder.start().line, builder.start().column),
                                 "got text that belongs to no document"});
        break;
      }
      last_start = builder.start().pos;
      stream.documents.push_back(builder.root());
    }
  } catch (const YAML::Exception& error) {
    stream.errors.push_back(SyntaxError(error, positions));
  } catch (const std::exception& error) {
    stream.errors.push_back({{1, 1}, error.what()});
  }
  return stream;
}

std::string DescribeNode(const YamlNode& node) {
  switch (node.kind) {
    case YamlNode::Kind::kNull: return "nothing";
    case YamlNode::Kind::kSequence: return "a list";
    case YamlNode::Kind::kMap: return "a mapping";
    case YamlNode::Kind::kScalar: break;
  }
  if (node.text.size() <= kShownBytes) return absl::StrCat("\"", node.text, "\"");
  size_t length = kShownBytes;
  while (length > 0 && (static_cast<unsigned char>(node.text[length]) & 0xC0) == 0x80) --length;
  return absl::StrCat("\"", node.text.substr(0, length), "…\"");
}

}  // namespace kpisuite
