#pragma once

#include "absl/status/statusor.h"
#include "libs/kpi/expression_lexer.h"
#include "libs/kpi/formula_tree.h"

namespace kpisuite {

// Parses the grammar of SEMANTICS 3.2. Names and functions are not checked here. Errors: SYNTAX or
// LIMIT, one violation at the offending token.
absl::StatusOr<FormulaTree> ParseFormula(const ExpressionSource& source);

}  // namespace kpisuite
