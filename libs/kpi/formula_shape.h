// What a formula looks like: a product of its operands, a quotient of two expressions, a sum. Read
// off the syntax alone; an equal formula in another form may have no shape.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/strings/string_view.h"
#include "libs/kpi/formula.h"

namespace kpisuite {

// An operand (input or constant of the window) and its exponent, not 0.
struct FormulaPower {
  std::string name;
  int exponent = 1;
};

// The powers of a formula built from `*`, `/`, `^`, unary `-`, numbers and names alone, in order
// of first use; names whose exponents cancel are left out. Nothing for any other formula, and for
// exponents beyond +/-1000.
std::optional<std::vector<FormulaPower>> FormulaAsProduct(const Formula& formula);

// The two sides of a formula whose last operation is `/`, as canonical text.
struct FormulaQuotient {
  std::string numerator;
  std::string denominator;
};
std::optional<FormulaQuotient> FormulaAsQuotient(const Formula& formula);

// Whether the value of canonical `text` adds up where its operands do: names that `adds_up`
// confirms, joined by `+` and `-`, multiplied and divided by numbers. Numbers alone, `days` and
// `working_days` do not add up. False for text that is no formula.
bool FormulaAddsUp(absl::string_view text, absl::FunctionRef<bool(absl::string_view)> adds_up);

// The names that stand in a divisor: right of `/`, under a negative power, or second in `safe_div`;
// in order of first use, constants of the window left out.
std::vector<std::string> FormulaDivisors(const Formula& formula);

}  // namespace kpisuite
