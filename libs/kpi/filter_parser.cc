#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/status_macros.h"
#include "libs/kpi/filter_expression.h"
#include "libs/kpi/quoted.h"

namespace kpisuite {
namespace {

constexpr absl::string_view kValueWord = "value";
constexpr size_t kMaxBoundBytes = 64;

struct ComparisonSymbol {
  absl::string_view symbol;
  Comparison comparison;
};

constexpr ComparisonSymbol kComparisons[] = {
    {"<", Comparison::kLess},          {"<=", Comparison::kLessEqual}, {">", Comparison::kGreater},
    {">=", Comparison::kGreaterEqual}, {"==", Comparison::kEqual},     {"=", Comparison::kEqual},
    {"!=", Comparison::kNotEqual}};

// Recursive descent; recursion goes through Nested only, which bounds it.
class Parser {
 public:
  Parser(const ExpressionSource& source, std::vector<Token> tokens,
         absl::Span<const std::string> dimensions, int scale)
      : source_(source), tokens_(std::move(tokens)), dimensions_(dimensions), scale_(scale) {}

  absl::StatusOr<FilterExpression> Parse() {
    ASSIGN_OR_RETURN(expression_.root, Or());
    if (Peek().kind != TokenKind::kEnd) return Unexpected("\"&&\", \"||\" or the end of the text");
    if (!unknown_.empty()) return InvalidFields(std::move(unknown_));
    return std::move(expression_);
  }

 private:
  using Rule = absl::StatusOr<int> (Parser::*)();

  const Token& Peek() const { return tokens_[position_]; }

  bool Accept(absl::string_view symbol) {
    if (!Peek().Is(symbol)) return false;
    ++position_;
    return true;
  }

  absl::Status Unexpected(absl::string_view want) const {
    return source_.Error(Peek().offset, "SYNTAX",
                         absl::StrCat("got ", Peek().Shown(), ", want ", want));
  }

  absl::Status Count(int added) {
    count_ += added;
    if (count_ <= kMaxExpressionNodes) return absl::OkStatus();
    return source_.Error(
        Peek().offset, "LIMIT",
        absl::StrCat("got more than ", kMaxExpressionNodes,
                     " operands and operators, want at most ", kMaxExpressionNodes));
  }

  absl::StatusOr<int> AddNode(FilterNode node) {
    RETURN_IF_ERROR(Count(1));
    expression_.nodes.push_back(std::move(node));
    return static_cast<int>(expression_.nodes.size()) - 1;
  }

  // Runs a rule one nesting level deeper.
  absl::StatusOr<int> Nested(Rule rule) {
    if (nesting_ == kMaxExpressionNesting) {
      return source_.Error(Peek().offset, "LIMIT",
                           absl::StrCat("got a nesting deeper than ", kMaxExpressionNesting,
                                        ", want at most ", kMaxExpressionNesting));
    }
    ++nesting_;
    absl::StatusOr<int> result = (this->*rule)();
    --nesting_;
    return result;
  }

  absl::StatusOr<int> Chain(Rule operand, absl::string_view symbol, FilterNode::Kind kind) {
    ASSIGN_OR_RETURN(int left, (this->*operand)());
    while (Accept(symbol)) {
      ASSIGN_OR_RETURN(const int right, (this->*operand)());
      ASSIGN_OR_RETURN(left, AddNode({.kind = kind, .children = {left, right}}));
    }
    return left;
  }

  absl::StatusOr<int> Or() { return Chain(&Parser::And, "||", FilterNode::Kind::kOr); }

  absl::StatusOr<int> And() { return Chain(&Parser::Not, "&&", FilterNode::Kind::kAnd); }

  absl::StatusOr<int> Not() {
    if (!Accept("!")) return Primary();
    ASSIGN_OR_RETURN(const int operand, Nested(&Parser::Not));
    return AddNode({.kind = FilterNode::Kind::kNot, .children = {operand}});
  }

  absl::StatusOr<int> Primary() {
    if (Accept("(")) {
      ASSIGN_OR_RETURN(const int inner, Nested(&Parser::Or));
      if (!Accept(")")) return Unexpected("\")\"");
      return inner;
    }
    if (Peek().kind != TokenKind::kWord)
      return Unexpected("\"value\", a dimension, \"!\" or \"(\"");
    const Token name = Peek();
    ++position_;
    return name.text == kValueWord ? ValueComparison() : DimensionTest(name);
  }

  const ComparisonSymbol* AcceptComparison() {
    for (const ComparisonSymbol& candidate : kComparisons) {
      if (Accept(candidate.symbol)) return &candidate;
    }
    return nullptr;
  }

  absl::StatusOr<int> ValueComparison() {
    const ComparisonSymbol* const comparison = AcceptComparison();
    if (comparison == nullptr) return Unexpected("<, <=, >, >=, == or !=");
    const size_t offset = Peek().offset;
    std::string text = Accept("-") ? "-" : "";
    if (Peek().kind != TokenKind::kWord) return Unexpected("a decimal number");
    absl::StrAppend(&text, Peek().text);
    const absl::StatusOr<Decimal> bound = Decimal::ParseWithPercent(text);
    if (!bound.ok()) return source_.Error(offset, "TYPE", bound.status().message());
    if (bound->ToString().size() > kMaxBoundBytes) {
      return source_.Error(offset, "LIMIT",
                           absl::StrCat("got ", Quoted(text), ", want a number of at most ",
                                        kMaxBoundBytes, " characters in plain notation"));
    }
    ++position_;
    return AddNode({.kind = FilterNode::Kind::kValue,
                    .comparison = comparison->comparison,
                    .bound = *bound,
                    .kept = ValueFilter::Where(comparison->comparison, *bound, scale_)});
  }

  absl::StatusOr<int> DimensionTest(const Token& name) {
    if (std::find(dimensions_.begin(), dimensions_.end(), name.text) == dimensions_.end()) {
      unknown_.push_back(source_.At(
          name.offset, "UNKNOWN_IDENTIFIER",
          absl::StrCat("got ", Quoted(name.text), ", want \"value\" or a declared dimension")));
    }
    if (Peek().kind == TokenKind::kWord && Peek().text == "in") {
      ++position_;
      return Membership(name.text);
    }
    const Token symbol = Peek();
    const ComparisonSymbol* const comparison = AcceptComparison();
    if (comparison == nullptr) return Unexpected("=, != or in");
    if (comparison->comparison != Comparison::kEqual &&
        comparison->comparison != Comparison::kNotEqual) {
      return source_.Error(symbol.offset, "TYPE",
                           absl::StrCat("got ", symbol.Shown(), " on dimension ", Quoted(name.text),
                                        ", want =, != or in"));
    }
    ASSIGN_OR_RETURN(Member member, MemberText());
    return AddNode({.kind = FilterNode::Kind::kDimension,
                    .comparison = comparison->comparison,
                    .dimension = name.text,
                    .members = {std::move(member)}});
  }

  absl::StatusOr<int> Membership(const std::string& dimension) {
    FilterNode node{.kind = FilterNode::Kind::kMembership, .dimension = dimension};
    if (!Accept("(")) return Unexpected("\"(\"");
    do {
      ASSIGN_OR_RETURN(Member member, MemberText());
      RETURN_IF_ERROR(Count(1));
      node.members.push_back(std::move(member));
    } while (Accept(","));
    if (!Accept(")")) return Unexpected("\",\" or \")\"");
    return AddNode(std::move(node));
  }

  absl::StatusOr<Member> MemberText() {
    if (Accept("(")) {
      const std::string word = Peek().kind == TokenKind::kWord ? Peek().text : "";
      if (word != "null" && word != "other") return Unexpected("null or other");
      ++position_;
      if (!Accept(")")) return Unexpected("\")\"");
      return word == "null" ? Member::Null() : Member::Other();
    }
    const Token token = Peek();
    if (token.kind != TokenKind::kWord && token.kind != TokenKind::kQuoted) {
      return Unexpected("a member: a word, a quoted text, (null) or (other)");
    }
    const Member member = Member::Text(token.text);
    const absl::Status valid = Slice::Create({{"dimension", member}}).status();
    if (!valid.ok()) return source_.Error(token.offset, "TYPE", valid.message());
    ++position_;
    return member;
  }

  const ExpressionSource& source_;
  std::vector<Token> tokens_;
  absl::Span<const std::string> dimensions_;
  int scale_;
  size_t position_ = 0;
  int nesting_ = 0;
  int count_ = 0;
  std::vector<FieldViolation> unknown_;
  FilterExpression expression_;
};

}  // namespace

absl::StatusOr<FilterExpression> ParseFilter(const ExpressionSource& source,
                                             absl::Span<const std::string> dimensions, int scale) {
  ASSIGN_OR_RETURN(std::vector<Token> tokens, Tokenise(source));
  return Parser(source, std::move(tokens), dimensions, scale).Parse();
}

}  // namespace kpisuite
