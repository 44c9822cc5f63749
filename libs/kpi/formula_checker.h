#pragma once

#include <vector>

#include "absl/types/span.h"
#include "libs/base/error.h"
#include "libs/kpi/expression_lexer.h"
#include "libs/kpi/formula.h"
#include "libs/kpi/formula_tree.h"

namespace kpisuite {

// Every violation of names, types and units in a tree, none if it may be evaluated.
//
// Units: `+` and `-` want equal units; comparisons, min, max, clamp, if, coalesce and the last
// argument of safe_div want equal units too, but a bare number there is a threshold or a fallback
// and takes the unit of the others. In arithmetic a bare number is dimensionless; a factor that
// converts says its unit: `cogs / inventory * 365[d/y] / days` is in 1/y. ln and exp want a
// dimensionless argument, sqrt even exponents. The result is a number in the declared unit.
std::vector<FieldViolation> CheckFormula(const ExpressionSource& source, const FormulaTree& tree,
                                         absl::Span<const FormulaInput> inputs,
                                         const Unit& declared_unit);

// The same without a declared unit. `unit` becomes that of the result, when there is no violation;
// a bare number is dimensionless.
std::vector<FieldViolation> CheckFormulaUnit(const ExpressionSource& source,
                                             const FormulaTree& tree,
                                             absl::Span<const FormulaInput> inputs, Unit& unit);

}  // namespace kpisuite
