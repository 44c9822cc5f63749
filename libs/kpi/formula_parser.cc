#include "libs/kpi/formula_parser.h"

#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "libs/base/status_macros.h"

namespace kpisuite {
namespace {

constexpr size_t kMaxExponentDigits = 9;

constexpr FormulaNodeKind kComparisons[] = {
    FormulaNodeKind::kLess,         FormulaNodeKind::kLessEqual, FormulaNodeKind::kGreater,
    FormulaNodeKind::kGreaterEqual, FormulaNodeKind::kEqual,     FormulaNodeKind::kNotEqual};
constexpr FormulaNodeKind kAdditions[] = {FormulaNodeKind::kAdd, FormulaNodeKind::kSubtract};
constexpr FormulaNodeKind kMultiplications[] = {FormulaNodeKind::kMultiply,
                                                FormulaNodeKind::kDivide};

// Recursive descent, one function per rule of the grammar. Recursion goes through Nested only,
// which bounds it.
class Parser {
 public:
  Parser(const ExpressionSource& source, std::vector<Token> tokens)
      : source_(source), tokens_(std::move(tokens)) {}

  absl::StatusOr<FormulaTree> Parse() {
    ASSIGN_OR_RETURN(tree_.root, Or());
    if (Peek().kind != TokenKind::kEnd) return Unexpected("an operator or the end of the text");
    return std::move(tree_);
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

  absl::StatusOr<int> AddNode(FormulaNode node) {
    if (tree_.nodes.size() == kMaxExpressionNodes) {
      return source_.Error(
          node.offset, "LIMIT",
          absl::StrCat("got more than ", kMaxExpressionNodes,
                       " operands and operators, want at most ", kMaxExpressionNodes));
    }
    tree_.nodes.push_back(std::move(node));
    return static_cast<int>(tree_.nodes.size()) - 1;
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

  // operand (operator operand)*, left associative.
  absl::StatusOr<int> Chain(Rule operand, absl::Span<const FormulaNodeKind> operators) {
    ASSIGN_OR_RETURN(int left, (this->*operand)());
    while (true) {
      const FormulaNodeKind* const kind = AcceptOneOf(operators);
      if (kind == nullptr) return left;
      const size_t offset = tokens_[position_ - 1].offset;
      ASSIGN_OR_RETURN(const int right, (this->*operand)());
      ASSIGN_OR_RETURN(left, AddNode({.kind = *kind, .offset = offset, .children = {left, right}}));
    }
  }

  const FormulaNodeKind* AcceptOneOf(absl::Span<const FormulaNodeKind> operators) {
    for (const FormulaNodeKind& kind : operators) {
      if (Accept(FormulaOperatorText(kind))) return &kind;
    }
    return nullptr;
  }

  absl::StatusOr<int> Or() {
    static constexpr FormulaNodeKind kOperators[] = {FormulaNodeKind::kOr};
    return Chain(&Parser::And, kOperators);
  }

  absl::StatusOr<int> And() {
    static constexpr FormulaNodeKind kOperators[] = {FormulaNodeKind::kAnd};
    return Chain(&Parser::Comparison, kOperators);
  }

  absl::StatusOr<int> Comparison() {
    ASSIGN_OR_RETURN(const int left, Addition());
    const FormulaNodeKind* const kind = AcceptOneOf(kComparisons);
    if (kind == nullptr) {
      if (Peek().Is("=")) return Unexpected("\"==\" to compare");
      return left;
    }
    const size_t offset = tokens_[position_ - 1].offset;
    ASSIGN_OR_RETURN(const int right, Addition());
    return AddNode({.kind = *kind, .offset = offset, .children = {left, right}});
  }

  absl::StatusOr<int> Addition() { return Chain(&Parser::Multiplication, kAdditions); }

  absl::StatusOr<int> Multiplication() { return Chain(&Parser::Unary, kMultiplications); }

  absl::StatusOr<int> Unary() {
    const size_t offset = Peek().offset;
    FormulaNodeKind kind = FormulaNodeKind::kNegate;
    if (Accept("!")) {
      kind = FormulaNodeKind::kNot;
    } else if (!Accept("-")) {
      return PowerOf();
    }
    ASSIGN_OR_RETURN(const int operand, Nested(&Parser::Unary));
    return AddNode({.kind = kind, .offset = offset, .children = {operand}});
  }

  absl::StatusOr<int> PowerOf() {
    ASSIGN_OR_RETURN(const int base, Primary());
    const size_t offset = Peek().offset;
    if (!Accept("^")) return base;
    const bool negative = Accept("-");
    int exponent = 0;
    if (Peek().kind != TokenKind::kNumber || Peek().text.size() > kMaxExponentDigits ||
        !absl::SimpleAtoi(Peek().text, &exponent)) {
      return Unexpected("an integer exponent of at most 9 digits");
    }
    ++position_;
    return AddNode({.kind = FormulaNodeKind::kPower,
                    .offset = offset,
                    .exponent = negative ? -exponent : exponent,
                    .children = {base}});
  }

  absl::StatusOr<int> Primary() {
    const Token token = Peek();
    if (Accept("(")) {
      ASSIGN_OR_RETURN(const int inner, Nested(&Parser::Or));
      if (!Accept(")")) return Unexpected("\")\"");
      return inner;
    }
    if (token.kind == TokenKind::kNumber) return Number(token);
    if (token.kind != TokenKind::kWord) return Unexpected("a number, an input or \"(\"");
    ++position_;
    if (Peek().Is("(")) return Call(token);
    return AddNode({.kind = FormulaNodeKind::kName, .offset = token.offset, .name = token.text});
  }

  absl::StatusOr<int> Number(const Token& token) {
    const absl::StatusOr<Decimal> number = Decimal::Parse(token.text);
    if (!number.ok()) return source_.Error(token.offset, "SYNTAX", number.status().message());
    ++position_;
    FormulaNode node{.kind = FormulaNodeKind::kNumber, .offset = token.offset, .number = *number};
    if (const Token& next = Peek(); next.kind == TokenKind::kUnit) {
      absl::StatusOr<Unit> unit = Unit::Parse(next.text);
      if (!unit.ok()) return source_.Error(next.offset, "SYNTAX", unit.status().message());
      if (next.text.empty() || unit->IsPercent() || unit->alias() == "pp") {
        return Unexpected("a unit such as [d/y], and 0.8 for 80 %");
      }
      node.unit = *std::move(unit);
      ++position_;
    }
    return AddNode(std::move(node));
  }

  absl::StatusOr<int> Call(const Token& name) {
    ++position_;  // the parenthesis
    FormulaNode call{.kind = FormulaNodeKind::kCall, .offset = name.offset, .name = name.text};
    if (!Accept(")")) {
      do {
        ASSIGN_OR_RETURN(const int argument, Nested(&Parser::Or));
        call.children.push_back(argument);
      } while (Accept(","));
      if (!Accept(")")) return Unexpected("\",\" or \")\"");
    }
    return AddNode(std::move(call));
  }

  const ExpressionSource& source_;
  std::vector<Token> tokens_;
  size_t position_ = 0;
  int nesting_ = 0;
  FormulaTree tree_;
};

}  // namespace

absl::StatusOr<FormulaTree> ParseFormula(const ExpressionSource& source) {
  ASSIGN_OR_RETURN(std::vector<Token> tokens, Tokenise(source));
  return Parser(source, std::move(tokens)).Parse();
}

}  // namespace kpisuite
