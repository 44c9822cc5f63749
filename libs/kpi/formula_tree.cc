#include "libs/kpi/formula_tree.h"

#include <algorithm>
#include <array>

#include "absl/strings/str_cat.h"
#include "libs/kpi/expression_lexer.h"

namespace kpisuite {
namespace {

constexpr size_t kAnyNumber = kMaxExpressionNodes;

constexpr std::array<FormulaFunctionTraits, 14> kFunctions = {{
    {"abs", FormulaFunction::kAbs, 1, 1},
    {"min", FormulaFunction::kMin, 2, kAnyNumber},
    {"max", FormulaFunction::kMax, 2, kAnyNumber},
    {"round", FormulaFunction::kRound, 2, 2},
    {"floor", FormulaFunction::kFloor, 1, 1},
    {"ceil", FormulaFunction::kCeil, 1, 1},
    {"sqrt", FormulaFunction::kSqrt, 1, 1},
    {"ln", FormulaFunction::kLn, 1, 1},
    {"exp", FormulaFunction::kExp, 1, 1},
    {"clamp", FormulaFunction::kClamp, 3, 3},
    {"if", FormulaFunction::kIf, 3, 3},
    {"coalesce", FormulaFunction::kCoalesce, 2, kAnyNumber},
    {"is_nd", FormulaFunction::kIsNd, 1, 1},
    {"safe_div", FormulaFunction::kSafeDivide, 3, 3},
}};

// How strongly an operator binds: the levels of the grammar.
enum Level {
  kOrLevel,
  kAndLevel,
  kCompareLevel,
  kAddLevel,
  kMultiplyLevel,
  kUnaryLevel,
  kPowerLevel,
  kPrimaryLevel
};

Level LevelOf(FormulaNodeKind kind) {
  switch (kind) {
    case FormulaNodeKind::kOr: return kOrLevel;
    case FormulaNodeKind::kAnd: return kAndLevel;
    case FormulaNodeKind::kLess:
    case FormulaNodeKind::kLessEqual:
    case FormulaNodeKind::kGreater:
    case FormulaNodeKind::kGreaterEqual:
    case FormulaNodeKind::kEqual:
    case FormulaNodeKind::kNotEqual: return kCompareLevel;
    case FormulaNodeKind::kAdd:
    case FormulaNodeKind::kSubtract: return kAddLevel;
    case FormulaNodeKind::kMultiply:
    case FormulaNodeKind::kDivide: return kMultiplyLevel;
    case FormulaNodeKind::kNegate:
    case FormulaNodeKind::kNot: return kUnaryLevel;
    case FormulaNodeKind::kPower: return kPowerLevel;
    case FormulaNodeKind::kNumber:
    case FormulaNodeKind::kName:
    case FormulaNodeKind::kCall: return kPrimaryLevel;
  }
  return kPrimaryLevel;
}

class Printer {
 public:
  explicit Printer(const FormulaTree& tree) : tree_(tree) {}

  std::string Print() {
    Append(tree_.root, kOrLevel);
    return std::move(text_);
  }

 private:
  // Appends a node where the grammar wants at least `level`.
  void Append(int index, Level level) {
    const FormulaNode& node = tree_.node(index);
    const bool parenthesised = LevelOf(node.kind) < level;
    if (parenthesised) text_.push_back('(');
    AppendBare(node);
    if (parenthesised) text_.push_back(')');
  }

  void AppendBare(const FormulaNode& node) {
    const Level level = LevelOf(node.kind);
    switch (node.kind) {
      case FormulaNodeKind::kNumber:
        absl::StrAppend(&text_, node.number.ToString());
        if (!node.unit.IsDimensionless()) absl::StrAppend(&text_, "[", node.unit.ToString(), "]");
        return;
      case FormulaNodeKind::kName: absl::StrAppend(&text_, node.name); return;
      case FormulaNodeKind::kCall: return AppendCall(node);
      case FormulaNodeKind::kNegate:
      case FormulaNodeKind::kNot:
        absl::StrAppend(&text_, FormulaOperatorText(node.kind));
        return Append(node.children[0], kUnaryLevel);
      case FormulaNodeKind::kPower:
        Append(node.children[0], kPrimaryLevel);
        absl::StrAppend(&text_, "^", node.exponent);
        return;
      default:
        // Left associative, but comparisons do not chain at all.
        Append(node.children[0], level == kCompareLevel ? kAddLevel : level);
        absl::StrAppend(&text_, " ", FormulaOperatorText(node.kind), " ");
        Append(node.children[1], static_cast<Level>(level + 1));
    }
  }

  void AppendCall(const FormulaNode& node) {
    absl::StrAppend(&text_, node.name, "(");
    absl::string_view joint;
    for (const int child : node.children) {
      absl::StrAppend(&text_, joint);
      Append(child, kOrLevel);
      joint = ", ";
    }
    text_.push_back(')');
  }

  const FormulaTree& tree_;
  std::string text_;
};

}  // namespace

const FormulaFunctionTraits* FindFormulaFunction(absl::string_view name) {
  const auto* const at =
      std::find_if(kFunctions.begin(), kFunctions.end(),
                   [name](const FormulaFunctionTraits& traits) { return traits.name == name; });
  return at == kFunctions.end() ? nullptr : at;
}

bool IsReservedFormulaName(absl::string_view name) {
  return name == kDaysConstant || name == kWorkingDaysConstant ||
         FindFormulaFunction(name) != nullptr;
}

absl::string_view FormulaOperatorText(FormulaNodeKind kind) {
  switch (kind) {
    case FormulaNodeKind::kNegate:
    case FormulaNodeKind::kSubtract: return "-";
    case FormulaNodeKind::kNot: return "!";
    case FormulaNodeKind::kPower: return "^";
    case FormulaNodeKind::kMultiply: return "*";
    case FormulaNodeKind::kDivide: return "/";
    case FormulaNodeKind::kAdd: return "+";
    case FormulaNodeKind::kLess: return "<";
    case FormulaNodeKind::kLessEqual: return "<=";
    case FormulaNodeKind::kGreater: return ">";
    case FormulaNodeKind::kGreaterEqual: return ">=";
    case FormulaNodeKind::kEqual: return "==";
    case FormulaNodeKind::kNotEqual: return "!=";
    case FormulaNodeKind::kAnd: return "&&";
    case FormulaNodeKind::kOr: return "||";
    case FormulaNodeKind::kNumber:
    case FormulaNodeKind::kName:
    case FormulaNodeKind::kCall: return "";
  }
  return "";
}

std::string FormulaTreeText(const FormulaTree& tree) { return Printer(tree).Print(); }

}  // namespace kpisuite
