#pragma once

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "libs/kpi/decimal.h"
#include "libs/kpi/unit.h"

namespace kpisuite {

enum class FormulaFunction {
  kAbs,
  kMin,
  kMax,
  kRound,
  kFloor,
  kCeil,
  kSqrt,
  kLn,
  kExp,
  kClamp,
  kIf,
  kCoalesce,
  kIsNd,
  kSafeDivide,
};

struct FormulaFunctionTraits {
  absl::string_view name;
  FormulaFunction function;
  size_t min_arguments;
  size_t max_arguments;
};

// Null for a name that is no function.
const FormulaFunctionTraits* FindFormulaFunction(absl::string_view name);

inline constexpr absl::string_view kDaysConstant = "days";
inline constexpr absl::string_view kWorkingDaysConstant = "working_days";

// A function or constant name, which no input may have.
bool IsReservedFormulaName(absl::string_view name);

enum class FormulaNodeKind {
  kNumber,
  kName,  // an input or a constant
  kNegate,
  kNot,
  kPower,
  kMultiply,
  kDivide,
  kAdd,
  kSubtract,
  kLess,
  kLessEqual,
  kGreater,
  kGreaterEqual,
  kEqual,
  kNotEqual,
  kAnd,
  kOr,
  kCall,
};

// Text of a binary or unary operator; empty for the other kinds.
absl::string_view FormulaOperatorText(FormulaNodeKind kind);

struct FormulaNode {
  FormulaNodeKind kind;
  size_t offset = 0;          // of the operator or first byte
  Decimal number;             // kNumber
  Unit unit;                  // kNumber: dimensionless when it has none of its own
  std::string name;           // kName, kCall
  int exponent = 0;           // kPower
  std::vector<int> children;  // indices into FormulaTree::nodes
};

// A syntax tree in one vector: at most 256 nodes, children before parents.
struct FormulaTree {
  std::vector<FormulaNode> nodes;
  int root = 0;

  const FormulaNode& node(int index) const { return nodes[static_cast<size_t>(index)]; }
};

// Normal whitespace, minimal parentheses, canonical numbers. Parsing it gives the same tree but for
// offsets.
std::string FormulaTreeText(const FormulaTree& tree);

}  // namespace kpisuite
