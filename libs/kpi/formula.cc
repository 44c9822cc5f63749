#include "libs/kpi/formula.h"

#include <algorithm>
#include <utility>

#include "libs/base/error.h"
#include "libs/base/status_macros.h"
#include "libs/kpi/expression_lexer.h"
#include "libs/kpi/formula_checker.h"
#include "libs/kpi/formula_parser.h"
#include "libs/kpi/formula_program.h"
#include "libs/kpi/formula_tree.h"

namespace kpisuite {
namespace {

ExpressionSource FormulaSource(absl::string_view text) {
  return {.text = text, .language = ExpressionSource::Language::kFormula};
}

}  // namespace

absl::StatusOr<Formula> Formula::Create(absl::string_view text,
                                        absl::Span<const FormulaInput> inputs,
                                        const Unit& declared_unit) {
  const ExpressionSource source = FormulaSource(text);
  ASSIGN_OR_RETURN(const FormulaTree tree, ParseFormula(source));
  std::vector<FieldViolation> violations = CheckFormula(source, tree, inputs, declared_unit);
  if (!violations.empty()) return InvalidFields(std::move(violations));
  std::vector<std::string> aliases;
  for (const FormulaInput& input : inputs) aliases.push_back(input.alias);
  FormulaProgram program = CompileFormula(tree, std::move(aliases));
  RETURN_IF_ERROR(source.CheckSize(program.canonical_text));
  return Formula(std::make_shared<const FormulaProgram>(std::move(program)));
}

const std::string& Formula::canonical_text() const { return program_->canonical_text; }

absl::Span<const std::string> Formula::inputs() const { return program_->inputs; }

bool Formula::uses_days() const { return program_->uses_days; }

bool Formula::uses_working_days() const { return program_->uses_working_days; }

Value Formula::Evaluate(absl::Span<const Value> values, const FormulaConstants& constants) const {
  return RunFormula(*program_, values, constants);
}

absl::StatusOr<std::string> CanonicalFormulaText(absl::string_view text) {
  const ExpressionSource source = FormulaSource(text);
  ASSIGN_OR_RETURN(const FormulaTree tree, ParseFormula(source));
  std::string canonical = FormulaTreeText(tree);
  RETURN_IF_ERROR(source.CheckSize(canonical));
  return canonical;
}

absl::StatusOr<std::vector<std::string>> FormulaIdentifiers(absl::string_view text) {
  const ExpressionSource source = FormulaSource(text);
  ASSIGN_OR_RETURN(const FormulaTree tree, ParseFormula(source));
  std::vector<const FormulaNode*> names;
  for (const FormulaNode& node : tree.nodes) {
    if (node.kind == FormulaNodeKind::kName && !IsReservedFormulaName(node.name)) {
      names.push_back(&node);
    }
  }
  std::sort(names.begin(), names.end(), [](const FormulaNode* left, const FormulaNode* right) {
    return left->offset < right->offset;
  });
  std::vector<std::string> identifiers;
  for (const FormulaNode* node : names) {
    if (std::find(identifiers.begin(), identifiers.end(), node->name) == identifiers.end()) {
      identifiers.push_back(node->name);
    }
  }
  return identifiers;
}

}  // namespace kpisuite
