#include "libs/kpi/formula_shape.h"

#include <algorithm>
#include <cstdlib>

#include "libs/kpi/formula_parser.h"
#include "libs/kpi/formula_tree.h"

namespace kpisuite {
namespace {

constexpr int kMostExponent = 1000;

// Empty for text that is no formula; canonical text is one.
FormulaTree TreeOf(absl::string_view text) {
  absl::StatusOr<FormulaTree> tree =
      ParseFormula({.text = text, .language = ExpressionSource::Language::kFormula});
  return tree.ok() ? *std::move(tree) : FormulaTree();
}

// Adds the powers below `index`, each times `exponent`; false if something there is no product.
bool AddPowers(const FormulaTree& tree, int index, int exponent,
               std::vector<FormulaPower>& powers) {
  const FormulaNode& node = tree.node(index);
  switch (node.kind) {
    case FormulaNodeKind::kNumber: return true;
    case FormulaNodeKind::kNegate: return AddPowers(tree, node.children[0], exponent, powers);
    case FormulaNodeKind::kPower:
      if (std::abs(node.exponent) > kMostExponent || std::abs(exponent) > kMostExponent) {
        return false;
      }
      return AddPowers(tree, node.children[0], exponent * node.exponent, powers);
    case FormulaNodeKind::kMultiply:
    case FormulaNodeKind::kDivide: {
      const int right = node.kind == FormulaNodeKind::kMultiply ? exponent : -exponent;
      return AddPowers(tree, node.children[0], exponent, powers) &&
             AddPowers(tree, node.children[1], right, powers);
    }
    case FormulaNodeKind::kName: {
      const auto known = std::find_if(powers.begin(), powers.end(), [&](const FormulaPower& power) {
        return power.name == node.name;
      });
      if (known == powers.end()) {
        powers.push_back({node.name, exponent});
      } else {
        known->exponent += exponent;
      }
      return true;
    }
    default: return false;
  }
}

bool IsConstant(const FormulaTree& tree, int index) {
  const FormulaNode& node = tree.node(index);
  if (node.kind == FormulaNodeKind::kName || node.kind == FormulaNodeKind::kCall) return false;
  return std::all_of(node.children.begin(), node.children.end(),
                     [&](int child) { return IsConstant(tree, child); });
}

bool AddsUpBelow(const FormulaTree& tree, int index,
                 absl::FunctionRef<bool(absl::string_view)> adds_up) {
  const FormulaNode& node = tree.node(index);
  const std::vector<int>& sides = node.children;
  switch (node.kind) {
    case FormulaNodeKind::kName: return !IsReservedFormulaName(node.name) && adds_up(node.name);
    case FormulaNodeKind::kNegate: return AddsUpBelow(tree, sides[0], adds_up);
    case FormulaNodeKind::kAdd:
    case FormulaNodeKind::kSubtract:
      return AddsUpBelow(tree, sides[0], adds_up) && AddsUpBelow(tree, sides[1], adds_up);
    case FormulaNodeKind::kMultiply:
      return (IsConstant(tree, sides[0]) && AddsUpBelow(tree, sides[1], adds_up)) ||
             (IsConstant(tree, sides[1]) && AddsUpBelow(tree, sides[0], adds_up));
    case FormulaNodeKind::kDivide:
      return IsConstant(tree, sides[1]) && AddsUpBelow(tree, sides[0], adds_up);
    default: return false;
  }
}

void AddDivisors(const FormulaTree& tree, int index, bool in_divisor,
                 std::vector<std::string>& names) {
  const FormulaNode& node = tree.node(index);
  if (node.kind == FormulaNodeKind::kName) {
    const bool known = std::find(names.begin(), names.end(), node.name) != names.end();
    if (in_divisor && !known && !IsReservedFormulaName(node.name)) names.push_back(node.name);
    return;
  }
  const bool divides = node.kind == FormulaNodeKind::kDivide ||
                       (node.kind == FormulaNodeKind::kCall && node.name == "safe_div");
  const bool inverts = node.kind == FormulaNodeKind::kPower && node.exponent < 0;
  for (size_t i = 0; i < node.children.size(); ++i) {
    AddDivisors(tree, node.children[i], in_divisor || inverts || (divides && i == 1), names);
  }
}

std::string TextBelow(FormulaTree tree, int index) {
  tree.root = index;
  return FormulaTreeText(tree);
}

}  // namespace

std::optional<std::vector<FormulaPower>> FormulaAsProduct(const Formula& formula) {
  const FormulaTree tree = TreeOf(formula.canonical_text());
  std::vector<FormulaPower> powers;
  if (tree.nodes.empty() || !AddPowers(tree, tree.root, 1, powers)) return std::nullopt;
  for (const FormulaPower& power : powers) {
    if (std::abs(power.exponent) > kMostExponent) return std::nullopt;
  }
  std::erase_if(powers, [](const FormulaPower& power) { return power.exponent == 0; });
  return powers;
}

std::optional<FormulaQuotient> FormulaAsQuotient(const Formula& formula) {
  const FormulaTree tree = TreeOf(formula.canonical_text());
  if (tree.nodes.empty() || tree.node(tree.root).kind != FormulaNodeKind::kDivide) {
    return std::nullopt;
  }
  const std::vector<int>& sides = tree.node(tree.root).children;
  return FormulaQuotient{TextBelow(tree, sides[0]), TextBelow(tree, sides[1])};
}

bool FormulaAddsUp(absl::string_view text, absl::FunctionRef<bool(absl::string_view)> adds_up) {
  const FormulaTree tree = TreeOf(text);
  return !tree.nodes.empty() && AddsUpBelow(tree, tree.root, adds_up);
}

std::vector<std::string> FormulaDivisors(const Formula& formula) {
  const FormulaTree tree = TreeOf(formula.canonical_text());
  std::vector<std::string> names;
  if (!tree.nodes.empty()) AddDivisors(tree, tree.root, false, names);
  return names;
}

}  // namespace kpisuite
