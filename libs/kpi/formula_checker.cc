#include "libs/kpi/formula_checker.h"

#include <map>
#include <set>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/kpi/quoted.h"

namespace kpisuite {
namespace {

// What is known about the value of a node. After a reported error it is kUnknown, which fits
// everywhere.
struct Typed {
  enum class Kind { kUnknown, kNumber, kBoolean };

  Kind kind = Kind::kUnknown;
  Unit unit = {};
  bool bare =
      false;  // a number without a unit of its own: takes the others' where it is a threshold

  bool is_number() const { return kind == Kind::kNumber; }
  bool is_boolean() const { return kind == Kind::kBoolean; }
};

Typed NumberOf(Unit unit) { return {.kind = Typed::Kind::kNumber, .unit = std::move(unit)}; }

std::string Shown(const Unit& unit) {
  return unit.IsDimensionless() ? "a dimensionless number" : unit.ToString();
}

class Checker {
 public:
  Checker(const ExpressionSource& source, const FormulaTree& tree,
          absl::Span<const FormulaInput> inputs)
      : source_(source), tree_(tree) {
    CheckInputs(inputs);
    day_ = Unit::Parse("d").value_or(Unit());
  }

  // `declared_unit` may be null: any will do. `result_unit` becomes that of the result.
  std::vector<FieldViolation> Check(const Unit* declared_unit, Unit& result_unit) {
    const Typed result = TypeOf(tree_.root);
    result_unit = result.unit;
    const size_t offset = tree_.node(tree_.root).offset;
    if (result.is_boolean()) {
      Report(offset, "TYPE", "got a truth value, want a number, for instance if(condition, 1, 0)");
    } else if (declared_unit != nullptr && result.is_number() && !result.bare &&
               !(result.unit == *declared_unit)) {
      Report(offset, "UNIT",
             absl::StrCat("got ", Shown(result.unit), ", want the declared unit, ",
                          Shown(*declared_unit)));
    }
    for (const auto& [alias, unit] : units_) {
      if (used_.count(alias) != 0) continue;
      ReportInput(alias, "UNUSED_INPUT",
                  absl::StrCat("got input ", alias, " which the formula does not use"));
    }
    return std::move(violations_);
  }

 private:
  void Report(size_t offset, absl::string_view reason, absl::string_view description) {
    violations_.push_back(source_.At(offset, reason, description));
  }

  void ReportInput(absl::string_view alias, absl::string_view reason, std::string description) {
    violations_.push_back({.field = absl::StrCat("inputs.", alias),
                           .description = std::move(description),
                           .reason = std::string(reason)});
  }

  void CheckInputs(absl::Span<const FormulaInput> inputs) {
    if (inputs.size() > kMaxFormulaInputs) {
      violations_.push_back(
          {.field = "inputs",
           .description =
               absl::StrCat("got ", inputs.size(), " inputs, want at most ", kMaxFormulaInputs),
           .reason = "LIMIT"});
    }
    for (const FormulaInput& input : inputs) {
      if (!IsIdentifier(input.alias)) {
        ReportInput(input.alias, "SYNTAX",
                    absl::StrCat("got ", Quoted(input.alias),
                                 ", want a letter or _, then letters, digits or _, at most 64"));
      } else if (IsReservedFormulaName(input.alias)) {
        ReportInput(input.alias, "RESERVED_NAME",
                    absl::StrCat("got ", Quoted(input.alias),
                                 ", want a name that is no function and no constant"));
      }
      if (!units_.emplace(input.alias, input.unit).second) {
        ReportInput(input.alias, "DUPLICATE_INPUT",
                    absl::StrCat("got input ", Quoted(input.alias), " twice"));
      }
    }
  }

  Typed TypeOf(int index) {
    const FormulaNode& node = tree_.node(index);
    switch (node.kind) {
      case FormulaNodeKind::kNumber:
        if (!node.unit.IsDimensionless()) return NumberOf(node.unit);
        return {.kind = Typed::Kind::kNumber, .bare = true};
      case FormulaNodeKind::kName: return TypeOfName(node);
      case FormulaNodeKind::kNot:
        WantBoolean(node, TypeOf(node.children[0]));
        return {.kind = Typed::Kind::kBoolean};
      case FormulaNodeKind::kNegate: return WantNumber(node, TypeOf(node.children[0]));
      case FormulaNodeKind::kPower: {
        const Typed base = WantNumber(node, TypeOf(node.children[0]));
        return Derived(node, base, base.unit.ToThe(node.exponent));
      }
      case FormulaNodeKind::kAnd:
      case FormulaNodeKind::kOr:
        WantBoolean(node, TypeOf(node.children[0]));
        WantBoolean(node, TypeOf(node.children[1]));
        return {.kind = Typed::Kind::kBoolean};
      case FormulaNodeKind::kCall: return TypeOfCall(node);
      default: return TypeOfBinary(node);
    }
  }

  Typed TypeOfName(const FormulaNode& node) {
    if (node.name == kDaysConstant || node.name == kWorkingDaysConstant) return NumberOf(day_);
    const auto unit = units_.find(node.name);
    if (unit != units_.end()) {
      used_.insert(node.name);
      return NumberOf(unit->second);
    }
    if (unknown_.insert(node.name).second) {
      Report(
          node.offset, "UNKNOWN_IDENTIFIER",
          absl::StrCat("got ", Quoted(node.name), ", want a declared input, days or working_days"));
    }
    return {};
  }

  Typed TypeOfBinary(const FormulaNode& node) {
    const Typed left = TypeOf(node.children[0]);
    const Typed right = TypeOf(node.children[1]);
    const bool is_equality =
        node.kind == FormulaNodeKind::kEqual || node.kind == FormulaNodeKind::kNotEqual;
    if (is_equality && left.is_boolean() && right.is_boolean()) return left;
    const Typed x = WantNumber(node, left);
    const Typed y = WantNumber(node, right);
    switch (node.kind) {
      case FormulaNodeKind::kMultiply:
        return y.is_number() ? Derived(node, x, x.unit.Times(y.unit)) : y;
      case FormulaNodeKind::kDivide:
        return y.is_number() ? Derived(node, x, x.unit.Over(y.unit)) : y;
      case FormulaNodeKind::kAdd:
      case FormulaNodeKind::kSubtract:
        if (!x.is_number() || !y.is_number()) return {};
        if (x.unit == y.unit) return NumberOf(x.unit);
        ReportUnits(node, x.unit, y.unit);
        return {};
      default: Common(node, {x, y}); return {.kind = Typed::Kind::kBoolean};
    }
  }

  Typed TypeOfCall(const FormulaNode& node) {
    std::vector<Typed> arguments;
    for (const int child : node.children) arguments.push_back(TypeOf(child));
    const FormulaFunctionTraits* const traits = FindFormulaFunction(node.name);
    if (traits == nullptr) {
      Report(node.offset, "UNKNOWN_IDENTIFIER",
             absl::StrCat("got function ", Quoted(node.name),
                          ", want abs, min, max, round, floor, ceil, sqrt, ln, exp, clamp, if, "
                          "coalesce, is_nd or safe_div"));
      return {};
    }
    if (arguments.size() < traits->min_arguments || arguments.size() > traits->max_arguments) {
      const bool at_least = traits->max_arguments != traits->min_arguments;
      Report(node.offset, "TYPE",
             absl::StrCat("got ", arguments.size(), " arguments of ", node.name, ", want ",
                          at_least ? "at least " : "", traits->min_arguments));
      return {};
    }
    return TypeOfFunction(node, traits->function, std::move(arguments));
  }

  Typed TypeOfFunction(const FormulaNode& node, FormulaFunction function,
                       std::vector<Typed> arguments) {
    if (function == FormulaFunction::kIsNd) return {.kind = Typed::Kind::kBoolean};
    if (function == FormulaFunction::kIf) {
      WantBoolean(node, arguments[0]);
      arguments.erase(arguments.begin());
    }
    if (function == FormulaFunction::kIf || function == FormulaFunction::kCoalesce) {
      return Common(node, arguments);
    }
    for (Typed& argument : arguments) argument = WantNumber(node, argument);
    const Typed& first = arguments[0];
    switch (function) {
      case FormulaFunction::kRound: WantDimensionless(node, arguments[1]); return first;
      case FormulaFunction::kSqrt: return Derived(node, first, first.unit.SquareRoot());
      case FormulaFunction::kLn:
      case FormulaFunction::kExp: WantDimensionless(node, first); return NumberOf(Unit());
      case FormulaFunction::kSafeDivide: {
        if (!arguments[1].is_number()) return {};
        const Typed quotient = Derived(node, first, first.unit.Over(arguments[1].unit));
        return Common(node, {quotient, arguments[2]});
      }
      case FormulaFunction::kMin:
      case FormulaFunction::kMax:
      case FormulaFunction::kClamp: return Common(node, arguments);
      default:  // abs, floor, ceil
        return first;
    }
  }

  // The type all alternatives share; bare numbers take the unit of the others.
  Typed Common(const FormulaNode& node, const std::vector<Typed>& alternatives) {
    Typed common = alternatives[0];
    for (const Typed& alternative : alternatives) {
      if (alternative.kind == Typed::Kind::kUnknown) return {};
      if (alternative.kind != common.kind) {
        Report(node.offset, "TYPE", "got a number and a truth value, want the same type");
        return {};
      }
      if (alternative.bare || alternative.is_boolean()) continue;
      if (common.bare) {
        common = alternative;
      } else if (!(alternative.unit == common.unit)) {
        ReportUnits(node, common.unit, alternative.unit);
        return {};
      }
    }
    return common;
  }

  void ReportUnits(const FormulaNode& node, const Unit& left, const Unit& right) {
    Report(node.offset, "UNIT",
           absl::StrCat("got ", Shown(left), " and ", Shown(right), ", want equal units"));
  }

  Typed Derived(const FormulaNode& node, const Typed& from, absl::StatusOr<Unit> unit) {
    if (!from.is_number()) return {};
    if (unit.ok()) return NumberOf(*std::move(unit));
    Report(node.offset, "UNIT", unit.status().message());
    return {};
  }

  Typed WantNumber(const FormulaNode& node, Typed typed) {
    if (!typed.is_boolean()) return typed;
    Report(node.offset, "TYPE", "got a truth value, want a number");
    return {};
  }

  void WantBoolean(const FormulaNode& node, const Typed& typed) {
    if (typed.is_number()) {
      Report(node.offset, "TYPE", "got a number, want a truth value such as a comparison");
    }
  }

  void WantDimensionless(const FormulaNode& node, const Typed& typed) {
    if (typed.is_number() && !typed.unit.IsDimensionless()) {
      Report(node.offset, "UNIT",
             absl::StrCat("got ", Shown(typed.unit), ", want a dimensionless number"));
    }
  }

  const ExpressionSource& source_;
  const FormulaTree& tree_;
  Unit day_;
  std::map<std::string, Unit> units_;
  std::set<std::string> used_;
  std::set<std::string> unknown_;
  std::vector<FieldViolation> violations_;
};

}  // namespace

std::vector<FieldViolation> CheckFormula(const ExpressionSource& source, const FormulaTree& tree,
                                         absl::Span<const FormulaInput> inputs,
                                         const Unit& declared_unit) {
  Unit unit;
  return Checker(source, tree, inputs).Check(&declared_unit, unit);
}

std::vector<FieldViolation> CheckFormulaUnit(const ExpressionSource& source,
                                             const FormulaTree& tree,
                                             absl::Span<const FormulaInput> inputs, Unit& unit) {
  return Checker(source, tree, inputs).Check(nullptr, unit);
}

}  // namespace kpisuite
