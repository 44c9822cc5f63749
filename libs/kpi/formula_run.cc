#include <utility>

#include "absl/container/inlined_vector.h"
#include "libs/kpi/formula_program.h"

namespace kpisuite {
namespace {

constexpr int kMostRoundedPlaces = 10'000;  // beyond the exponents of decimal128

Value Compare(FormulaOperation operation, const Value& left, const Value& right) {
  if (left.is_nd()) return left;
  if (right.is_nd()) return right;
  switch (operation) {
    case FormulaOperation::kEqual: return Value::Boolean(left == right);
    case FormulaOperation::kNotEqual: return Value::Boolean(!(left == right));
    case FormulaOperation::kLess: return Value::Boolean(left.decimal() < right.decimal());
    case FormulaOperation::kLessEqual: return Value::Boolean(left.decimal() <= right.decimal());
    case FormulaOperation::kGreater: return Value::Boolean(left.decimal() > right.decimal());
    default: return Value::Boolean(left.decimal() >= right.decimal());
  }
}

// && decides on false, || on true, also when the other side is ND.
Value Decide(bool deciding, const Value& left, const Value& right) {
  for (const Value* side : {&left, &right}) {
    if (side->is_boolean() && side->boolean() == deciding) return *side;
  }
  return left.is_nd() ? left : right;
}

Number Round(const Number& number, const Number& places) {
  if (!number.defined()) return number;
  if (!places.defined()) return places;
  const Decimal& value = places.value();
  static const Decimal kMost = Decimal::FromInt(kMostRoundedPlaces);
  if (!value.IsInteger() || value.Abs() > kMost) return NdReason::kDomain;
  return RoundHalfAway(number, static_cast<int>(MantissaFromDecimal(value, 0).value_or(0)));
}

Number Clamp(const Number& number, const Number& low, const Number& high) {
  for (const Number* operand : {&number, &low, &high}) {
    if (!operand->defined()) return *operand;
  }
  if (low.value() > high.value()) return NdReason::kDomain;
  return Min(Max(number, low), high);
}

Number SafeDivide(const Number& dividend, const Number& divisor, const Number& otherwise) {
  for (const Number* operand : {&dividend, &divisor, &otherwise}) {
    if (!operand->defined()) return *operand;
  }
  return divisor.value().IsZero() ? otherwise : dividend / divisor;
}

class Machine {
 public:
  Machine(const FormulaProgram& program, absl::Span<const Value> values,
          const FormulaConstants& constants)
      : program_(program), values_(values), constants_(constants) {}

  Value Run() {
    size_t position = 0;
    while (position < program_.code.size()) {
      const FormulaInstruction& instruction = program_.code[position++];
      switch (instruction.operation) {
        case FormulaOperation::kJump: position = static_cast<size_t>(instruction.first); break;
        case FormulaOperation::kBranch: position = Branch(instruction, position); break;
        case FormulaOperation::kJumpIfDefined:
          if (!stack_.back().is_nd()) position = static_cast<size_t>(instruction.first);
          break;
        case FormulaOperation::kKeepFirstReason: {
          const Value last = Pop();
          if (last.is_nd()) break;
          stack_.back() = last;
          position = static_cast<size_t>(instruction.first);
          break;
        }
        default: Calculate(instruction);
      }
    }
    return stack_.back();
  }

 private:
  Value Pop() {
    const Value top = stack_.back();
    stack_.pop_back();
    return top;
  }

  size_t Branch(const FormulaInstruction& instruction, size_t next) {
    const Value condition = Pop();
    if (condition.is_nd()) {
      stack_.push_back(condition);
      return static_cast<size_t>(instruction.second);
    }
    return condition.boolean() ? next : static_cast<size_t>(instruction.first);
  }

  void Calculate(const FormulaInstruction& instruction) {
    switch (instruction.operation) {
      case FormulaOperation::kPushNumber:
        stack_.push_back(program_.numbers[static_cast<size_t>(instruction.first)]);
        break;
      case FormulaOperation::kPushInput:
        stack_.push_back(values_[static_cast<size_t>(instruction.first)].number());
        break;
      case FormulaOperation::kPushDays: stack_.push_back(constants_.days); break;
      case FormulaOperation::kPushWorkingDays: stack_.push_back(constants_.working_days); break;
      case FormulaOperation::kMin:
      case FormulaOperation::kMax: Choose(instruction); break;
      case FormulaOperation::kRound:
      case FormulaOperation::kMultiply:
      case FormulaOperation::kDivide:
      case FormulaOperation::kAdd:
      case FormulaOperation::kSubtract:
      case FormulaOperation::kLess:
      case FormulaOperation::kLessEqual:
      case FormulaOperation::kGreater:
      case FormulaOperation::kGreaterEqual:
      case FormulaOperation::kEqual:
      case FormulaOperation::kNotEqual:
      case FormulaOperation::kAnd:
      case FormulaOperation::kOr: {
        const Value right = Pop();
        stack_.back() = Binary(instruction.operation, stack_.back(), right);
        break;
      }
      case FormulaOperation::kClamp:
      case FormulaOperation::kSafeDivide: {
        const Number third = Pop().number();
        const Number second = Pop().number();
        const Number first = stack_.back().number();
        stack_.back() = instruction.operation == FormulaOperation::kClamp
                            ? Clamp(first, second, third)
                            : SafeDivide(first, second, third);
        break;
      }
      default: stack_.back() = Unary(instruction, stack_.back());
    }
  }

  // min and max over the topmost `first` values, from the leftmost on.
  void Choose(const FormulaInstruction& instruction) {
    const auto count = static_cast<size_t>(instruction.first);
    const size_t start = stack_.size() - count;
    Number chosen = stack_[start].number();
    for (size_t i = start + 1; i < stack_.size(); ++i) {
      const Number next = stack_[i].number();
      chosen =
          instruction.operation == FormulaOperation::kMin ? Min(chosen, next) : Max(chosen, next);
    }
    stack_.resize(start, NdReason::kDomain);
    stack_.push_back(chosen);
  }

  static Value Unary(const FormulaInstruction& instruction, const Value& operand) {
    switch (instruction.operation) {
      case FormulaOperation::kNegate: return -operand.number();
      case FormulaOperation::kNot:
        return operand.is_nd() ? operand : Value::Boolean(!operand.boolean());
      case FormulaOperation::kPower: return Power(operand.number(), instruction.first);
      case FormulaOperation::kAbs: return Abs(operand.number());
      case FormulaOperation::kFloor: return Floor(operand.number());
      case FormulaOperation::kCeil: return Ceil(operand.number());
      case FormulaOperation::kSqrt: return Sqrt(operand.number());
      case FormulaOperation::kLn: return Ln(operand.number());
      case FormulaOperation::kExp: return Exp(operand.number());
      default:  // kIsNd
        return Value::Boolean(operand.is_nd());
    }
  }

  static Value Binary(FormulaOperation operation, const Value& left, const Value& right) {
    switch (operation) {
      case FormulaOperation::kMultiply: return left.number() * right.number();
      case FormulaOperation::kDivide: return left.number() / right.number();
      case FormulaOperation::kAdd: return left.number() + right.number();
      case FormulaOperation::kSubtract: return left.number() - right.number();
      case FormulaOperation::kRound: return Round(left.number(), right.number());
      case FormulaOperation::kAnd: return Decide(false, left, right);
      case FormulaOperation::kOr: return Decide(true, left, right);
      default: return Compare(operation, left, right);
    }
  }

  const FormulaProgram& program_;
  absl::Span<const Value> values_;
  const FormulaConstants& constants_;
  absl::InlinedVector<Value, 16> stack_;
};

}  // namespace

Value RunFormula(const FormulaProgram& program, absl::Span<const Value> values,
                 const FormulaConstants& constants) {
  return Machine(program, values, constants).Run();
}

}  // namespace kpisuite
