#include "libs/kpi/filter.h"

#include <algorithm>
#include <set>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "libs/base/status_macros.h"
#include "libs/kpi/filter_expression.h"

namespace kpisuite {
namespace {

absl::string_view SymbolOf(Comparison comparison) {
  switch (comparison) {
    case Comparison::kLess: return "<";
    case Comparison::kLessEqual: return "<=";
    case Comparison::kGreater: return ">";
    case Comparison::kGreaterEqual: return ">=";
    case Comparison::kEqual: return "==";
    case Comparison::kNotEqual: return "!=";
  }
  return "";
}

std::string MemberText(const Member& member) {
  if (member.kind() != Member::Kind::kText) return member.ToString();
  if (IsFilterWord(member.text())) return member.text();
  std::string text = "\"";
  for (const char c : member.text()) {
    if (c == '"' || c == '\\') text.push_back('\\');
    text.push_back(c);
  }
  text.push_back('"');
  return text;
}

// How strongly a node binds: || less than && less than ! and the tests.
int LevelOf(FilterNode::Kind kind) {
  if (kind == FilterNode::Kind::kOr) return 0;
  return kind == FilterNode::Kind::kAnd ? 1 : 2;
}

// Appends a node where the grammar wants at least `level`.
void AppendText(const FilterExpression& expression, int index, int level, std::string& text) {
  const FilterNode& node = expression.node(index);
  const bool parenthesised = LevelOf(node.kind) < level;
  if (parenthesised) text.push_back('(');
  switch (node.kind) {
    case FilterNode::Kind::kValue:
      absl::StrAppend(&text, "value ", SymbolOf(node.comparison), " ", node.bound.ToString());
      break;
    case FilterNode::Kind::kDimension:
      absl::StrAppend(&text, node.dimension, node.comparison == Comparison::kEqual ? " = " : " != ",
                      MemberText(node.members[0]));
      break;
    case FilterNode::Kind::kMembership: {
      absl::StrAppend(&text, node.dimension, " in (");
      absl::string_view joint;
      for (const Member& member : node.members) {
        absl::StrAppend(&text, joint, MemberText(member));
        joint = ", ";
      }
      text.push_back(')');
      break;
    }
    case FilterNode::Kind::kNot:
      text.push_back('!');
      AppendText(expression, node.children[0], 2, text);
      break;
    case FilterNode::Kind::kAnd:
      AppendText(expression, node.children[0], 1, text);
      absl::StrAppend(&text, " && ");
      AppendText(expression, node.children[1], 2, text);
      break;
    case FilterNode::Kind::kOr:
      AppendText(expression, node.children[0], 0, text);
      absl::StrAppend(&text, " || ");
      AppendText(expression, node.children[1], 1, text);
      break;
  }
  if (parenthesised) text.push_back(')');
}

bool HasAnyMember(const FilterNode& node, const Slice& dimensions) {
  const Member* const found = dimensions.Find(node.dimension);
  const Member member = found == nullptr ? Member::Null() : *found;
  return std::find(node.members.begin(), node.members.end(), member) != node.members.end();
}

ValueFilter Evaluate(const FilterExpression& expression, int index, const Slice& dimensions) {
  const FilterNode& node = expression.node(index);
  switch (node.kind) {
    case FilterNode::Kind::kValue: return node.kept;
    case FilterNode::Kind::kDimension:
    case FilterNode::Kind::kMembership: {
      const bool wanted = node.comparison == Comparison::kEqual;
      return HasAnyMember(node, dimensions) == wanted ? ValueFilter::All() : ValueFilter();
    }
    case FilterNode::Kind::kNot: return Evaluate(expression, node.children[0], dimensions).Not();
    case FilterNode::Kind::kAnd:
      return Evaluate(expression, node.children[0], dimensions)
          .And(Evaluate(expression, node.children[1], dimensions));
    case FilterNode::Kind::kOr:
      return Evaluate(expression, node.children[0], dimensions)
          .Or(Evaluate(expression, node.children[1], dimensions));
  }
  return ValueFilter();
}

}  // namespace

std::string FilterText(const FilterExpression& expression) {
  std::string text;
  AppendText(expression, expression.root, 0, text);
  return text;
}

absl::StatusOr<Filter> Filter::Create(absl::string_view text,
                                      absl::Span<const std::string> dimensions, int scale) {
  if (absl::StripAsciiWhitespace(text).empty()) return Filter();
  const ExpressionSource source{.text = text, .language = ExpressionSource::Language::kFilter};
  ASSIGN_OR_RETURN(FilterExpression expression, ParseFilter(source, dimensions, scale));
  expression.canonical_text = FilterText(expression);
  RETURN_IF_ERROR(source.CheckSize(expression.canonical_text));
  return Filter(std::make_shared<const FilterExpression>(std::move(expression)));
}

const std::string& Filter::canonical_text() const {
  static const std::string* const kEverything = new std::string;
  return expression_ == nullptr ? *kEverything : expression_->canonical_text;
}

ValueFilter Filter::ForSeries(const Slice& dimensions) const {
  if (expression_ == nullptr) return ValueFilter::All();
  return Evaluate(*expression_, expression_->root, dimensions);
}

bool Filter::ReadsValue() const {
  return expression_ != nullptr &&
         std::any_of(expression_->nodes.begin(), expression_->nodes.end(),
                     [](const FilterNode& node) { return node.kind == FilterNode::Kind::kValue; });
}

std::vector<std::string> Filter::Dimensions() const {
  std::set<std::string> names;
  if (expression_ != nullptr) {
    for (const FilterNode& node : expression_->nodes) {
      if (!node.dimension.empty()) names.insert(node.dimension);
    }
  }
  return {names.begin(), names.end()};
}

}  // namespace kpisuite
