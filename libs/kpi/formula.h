#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "libs/kpi/unit.h"
#include "libs/kpi/value.h"

namespace kpisuite {

struct FormulaProgram;

inline constexpr size_t kMaxFormulaInputs = 64;

// An operand of a formula: its alias and the unit of the values it delivers.
struct FormulaInput {
  std::string alias;  // [A-Za-z_][A-Za-z0-9_]*, at most 64 bytes, not a function or constant name
  Unit unit;
};

// What the constants `days` and `working_days` mean for the evaluated window.
struct FormulaConstants {
  Decimal days;
  Decimal working_days;
};

// A checked arithmetic expression over declared inputs (SEMANTICS 3.2), compiled for evaluation.
// Immutable; copies share the program; thread-safe.
class Formula {
 public:
  // Parses, then checks names, types and units (the unit rules: formula_checker.h). At most 16 KiB,
  // 256 operands and operators, a nesting of 64, 64 inputs. Errors are INVALID_ARGUMENT with
  // FieldViolations: one for a syntax or limit error, else all name, type and unit violations at
  // once. Those of the text have field "formula", a 1-based line and column (bytes), and a
  // description that starts with "offset N:"; those of the declarations have field "inputs" or
  // "inputs.<alias>". Reasons: SYNTAX, LIMIT, UNKNOWN_IDENTIFIER, UNUSED_INPUT, DUPLICATE_INPUT,
  // RESERVED_NAME, TYPE, UNIT.
  static absl::StatusOr<Formula> Create(absl::string_view text,
                                        absl::Span<const FormulaInput> inputs,
                                        const Unit& declared_unit);

  // The same formula with normal whitespace, minimal parentheses and canonical numbers. Create on
  // it gives the same canonical text and the same results.
  const std::string& canonical_text() const;

  // Aliases in declared order: the order of the values Evaluate takes.
  absl::Span<const std::string> inputs() const;

  // Whether the formula reads `days` or `working_days`.
  bool uses_days() const;
  bool uses_working_days() const;

  // Evaluates left to right in decimal128. `values` has one entry per declared input, in declared
  // order; a truth value there counts as ND(DOMAIN). The result is a decimal or ND.
  Value Evaluate(absl::Span<const Value> values, const FormulaConstants& constants) const;

 private:
  explicit Formula(std::shared_ptr<const FormulaProgram> program) : program_(std::move(program)) {}

  std::shared_ptr<const FormulaProgram> program_;
};

// The canonical text of any syntactically valid formula, without declared inputs. Errors as Create,
// syntax and limits.
absl::StatusOr<std::string> CanonicalFormulaText(absl::string_view text);

// The identifiers (not functions, not constants) a formula reads, in order of first use. Errors as
// above.
absl::StatusOr<std::vector<std::string>> FormulaIdentifiers(absl::string_view text);

}  // namespace kpisuite
