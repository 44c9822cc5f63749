#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/types/span.h"
#include "libs/kpi/formula.h"
#include "libs/kpi/formula_tree.h"

namespace kpisuite {

// What one instruction does to the stack of values. Operands are popped, the result is pushed.
enum class FormulaOperation : uint8_t {
  kPushNumber,  // first: index into numbers
  kPushInput,   // first: index of the declared input
  kPushDays,
  kPushWorkingDays,
  kNegate,
  kNot,
  kPower,  // first: the exponent
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
  kAbs,
  kMin,  // first: number of operands
  kMax,  // first: number of operands
  kRound,
  kFloor,
  kCeil,
  kSqrt,
  kLn,
  kExp,
  kClamp,
  kSafeDivide,
  kIsNd,
  kJump,             // first: target
  kBranch,           // pops a condition; false: to first; ND: pushes it and goes to second
  kJumpIfDefined,    // first: target; keeps the top
  kKeepFirstReason,  // of two: a defined top replaces the one below, an ND top is dropped; then, if
                     // defined, to first
};

struct FormulaInstruction {
  FormulaOperation operation;
  int32_t first = 0;
  int32_t second = 0;
};

// A checked formula as straight code over a stack, in the order of the text.
struct FormulaProgram {
  std::string canonical_text;
  std::vector<std::string> inputs;
  std::vector<FormulaInstruction> code;
  std::vector<Decimal> numbers;
  bool uses_days = false;
  bool uses_working_days = false;
};

// `tree` passed CheckFormula with inputs of these aliases.
FormulaProgram CompileFormula(const FormulaTree& tree, std::vector<std::string> inputs);

Value RunFormula(const FormulaProgram& program, absl::Span<const Value> values,
                 const FormulaConstants& constants);

}  // namespace kpisuite
