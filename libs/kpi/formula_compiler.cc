#include <algorithm>
#include <utility>

#include "libs/kpi/formula_program.h"

namespace kpisuite {
namespace {

FormulaOperation OperatorOf(FormulaNodeKind kind) {
  switch (kind) {
    case FormulaNodeKind::kNegate: return FormulaOperation::kNegate;
    case FormulaNodeKind::kNot: return FormulaOperation::kNot;
    case FormulaNodeKind::kMultiply: return FormulaOperation::kMultiply;
    case FormulaNodeKind::kDivide: return FormulaOperation::kDivide;
    case FormulaNodeKind::kAdd: return FormulaOperation::kAdd;
    case FormulaNodeKind::kSubtract: return FormulaOperation::kSubtract;
    case FormulaNodeKind::kLess: return FormulaOperation::kLess;
    case FormulaNodeKind::kLessEqual: return FormulaOperation::kLessEqual;
    case FormulaNodeKind::kGreater: return FormulaOperation::kGreater;
    case FormulaNodeKind::kGreaterEqual: return FormulaOperation::kGreaterEqual;
    case FormulaNodeKind::kEqual: return FormulaOperation::kEqual;
    case FormulaNodeKind::kNotEqual: return FormulaOperation::kNotEqual;
    case FormulaNodeKind::kAnd: return FormulaOperation::kAnd;
    default: return FormulaOperation::kOr;
  }
}

FormulaOperation FunctionOf(FormulaFunction function) {
  switch (function) {
    case FormulaFunction::kAbs: return FormulaOperation::kAbs;
    case FormulaFunction::kMin: return FormulaOperation::kMin;
    case FormulaFunction::kMax: return FormulaOperation::kMax;
    case FormulaFunction::kRound: return FormulaOperation::kRound;
    case FormulaFunction::kFloor: return FormulaOperation::kFloor;
    case FormulaFunction::kCeil: return FormulaOperation::kCeil;
    case FormulaFunction::kSqrt: return FormulaOperation::kSqrt;
    case FormulaFunction::kLn: return FormulaOperation::kLn;
    case FormulaFunction::kExp: return FormulaOperation::kExp;
    case FormulaFunction::kClamp: return FormulaOperation::kClamp;
    case FormulaFunction::kSafeDivide: return FormulaOperation::kSafeDivide;
    default: return FormulaOperation::kIsNd;
  }
}

class Compiler {
 public:
  Compiler(const FormulaTree& tree, FormulaProgram& program) : tree_(tree), program_(program) {}

  void Append(int index) {
    const FormulaNode& node = tree_.node(index);
    switch (node.kind) {
      case FormulaNodeKind::kNumber:
        Emit(FormulaOperation::kPushNumber, static_cast<int32_t>(program_.numbers.size()));
        program_.numbers.push_back(node.number);
        return;
      case FormulaNodeKind::kName: return AppendName(node.name);
      case FormulaNodeKind::kPower:
        Append(node.children[0]);
        Emit(FormulaOperation::kPower, node.exponent);
        return;
      case FormulaNodeKind::kCall: return AppendCall(node);
      default:
        for (const int child : node.children) Append(child);
        Emit(OperatorOf(node.kind));
    }
  }

 private:
  int32_t Here() const { return static_cast<int32_t>(program_.code.size()); }

  FormulaInstruction& At(int32_t position) { return program_.code[static_cast<size_t>(position)]; }

  // Returns the position of the instruction, so that its target can be set later.
  int32_t Emit(FormulaOperation operation, int32_t first = 0) {
    program_.code.push_back({.operation = operation, .first = first});
    return Here() - 1;
  }

  void AppendName(const std::string& name) {
    if (name == kDaysConstant) {
      program_.uses_days = true;
      Emit(FormulaOperation::kPushDays);
    } else if (name == kWorkingDaysConstant) {
      program_.uses_working_days = true;
      Emit(FormulaOperation::kPushWorkingDays);
    } else {
      const auto at = std::find(program_.inputs.begin(), program_.inputs.end(), name);
      Emit(FormulaOperation::kPushInput, static_cast<int32_t>(at - program_.inputs.begin()));
    }
  }

  void AppendCall(const FormulaNode& node) {
    const FormulaFunction function = FindFormulaFunction(node.name)->function;
    if (function == FormulaFunction::kIf) return AppendIf(node);
    if (function == FormulaFunction::kCoalesce) return AppendCoalesce(node);
    for (const int child : node.children) Append(child);
    Emit(FunctionOf(function), static_cast<int32_t>(node.children.size()));
  }

  void AppendIf(const FormulaNode& node) {
    Append(node.children[0]);
    const int32_t branch = Emit(FormulaOperation::kBranch);
    Append(node.children[1]);
    const int32_t jump = Emit(FormulaOperation::kJump);
    At(branch).first = Here();
    Append(node.children[2]);
    At(jump).first = Here();
    At(branch).second = Here();
  }

  void AppendCoalesce(const FormulaNode& node) {
    std::vector<int32_t> jumps;
    Append(node.children[0]);
    jumps.push_back(Emit(FormulaOperation::kJumpIfDefined));
    for (size_t i = 1; i < node.children.size(); ++i) {
      Append(node.children[i]);
      jumps.push_back(Emit(FormulaOperation::kKeepFirstReason));
    }
    for (const int32_t jump : jumps) At(jump).first = Here();
  }

  const FormulaTree& tree_;
  FormulaProgram& program_;
};

}  // namespace

FormulaProgram CompileFormula(const FormulaTree& tree, std::vector<std::string> inputs) {
  FormulaProgram program;
  program.canonical_text = FormulaTreeText(tree);
  program.inputs = std::move(inputs);
  Compiler(tree, program).Append(tree.root);
  return program;
}

}  // namespace kpisuite
