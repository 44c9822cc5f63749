#include "libs/kpi/derived_value.h"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "libs/base/status_macros.h"
#include "libs/kpi/decimal.h"
#include "libs/kpi/formula_checker.h"
#include "libs/kpi/formula_parser.h"
#include "libs/kpi/quoted.h"

namespace kpisuite {
namespace {

constexpr absl::string_view kValueColumn = "value";
constexpr absl::string_view kWeightColumn = "weight";

// Names that are no columns of the samples, or none at all.
std::vector<FieldViolation> CheckNames(const ExpressionSource& source, const FormulaTree& tree,
                                       const SampleColumns& columns) {
  std::vector<FieldViolation> violations;
  bool reads = false;
  for (const FormulaNode& node : tree.nodes) {
    if (node.kind != FormulaNodeKind::kName) continue;
    reads = true;
    if (node.name != kValueColumn && node.name != kWeightColumn) {
      violations.push_back(source.At(
          node.offset, "UNKNOWN_IDENTIFIER",
          absl::StrCat("got ", Quoted(node.name), ", want value or weight, columns of a sample")));
    } else if (node.name == kWeightColumn && !columns.weight_scale.has_value()) {
      violations.push_back(source.At(node.offset, "REQUIRED",
                                     "got the weight of a metric whose samples carry none, want "
                                     "one that sets weight_scale"));
    }
  }
  if (!reads) {
    violations.push_back(source.At(tree.node(tree.root).offset, "REFUSED",
                                   "got an expression without a column, want one that reads value "
                                   "or weight"));
  }
  return violations;
}

bool SaysUnit(const std::vector<FieldViolation>& violations) {
  return std::any_of(violations.begin(), violations.end(),
                     [](const FieldViolation& one) { return one.reason == "UNIT"; });
}

}  // namespace

absl::StatusOr<DerivedValue> DerivedValue::Create(absl::string_view text,
                                                  const SampleColumns& columns, int scale) {
  const ExpressionSource source{.text = text, .language = ExpressionSource::Language::kFormula};
  ASSIGN_OR_RETURN(const FormulaTree tree, ParseFormula(source));
  std::vector<FieldViolation> violations = CheckNames(source, tree, columns);
  if (!violations.empty()) return InvalidFields(std::move(violations));
  DerivedValue derived;
  derived.scale_ = scale;
  derived.columns_ = columns;
  ASSIGN_OR_RETURN(const std::vector<std::string> names, FormulaIdentifiers(text));
  std::vector<FormulaInput> inputs;
  for (const std::string& name : names) {
    derived.reads_weight_.push_back(name == kWeightColumn);
    inputs.push_back({name, name == kWeightColumn ? Unit() : columns.unit});
  }
  violations = CheckFormulaUnit(source, tree, inputs, derived.unit_);
  if (SaysUnit(violations)) {
    std::vector<FormulaInput> alike = inputs;
    for (FormulaInput& input : alike) input.unit = columns.unit;
    Unit unit;
    if (CheckFormulaUnit(source, tree, alike, unit).empty()) {
      violations.clear();
      inputs = std::move(alike);
      derived.unit_ = std::move(unit);
    }
  }
  if (!violations.empty()) return InvalidFields(std::move(violations));
  ASSIGN_OR_RETURN(derived.formula_, Formula::Create(text, inputs, derived.unit_));
  return derived;
}

std::optional<int64_t> DerivedValue::Of(int64_t value, std::optional<int64_t> weight) const {
  if (empty()) return value;
  std::array<Value, 2> operands = {NdReason::kEmpty, NdReason::kEmpty};
  for (size_t i = 0; i < reads_weight_.size(); ++i) {
    if (!reads_weight_[i]) {
      operands[i] = Decimal::FromMantissa(value, columns_.scale);
    } else if (weight.has_value()) {
      operands[i] = Decimal::FromMantissa(*weight, *columns_.weight_scale);
    }
  }
  const Value result =
      formula_->Evaluate({operands.data(), reads_weight_.size()}, FormulaConstants());
  if (!result.is_decimal()) return std::nullopt;
  const absl::StatusOr<int64_t> mantissa = MantissaRoundedFrom(result.decimal(), scale_);
  if (!mantissa.ok()) return std::nullopt;
  return *mantissa;
}

void DerivedValue::Apply(const ValueFilter& filter, SampleView& sample) const {
  const std::optional<int64_t> value = Of(sample.value, sample.weight);
  sample.value = value.value_or(0);
  sample.kept = value.has_value() && filter.Keeps(*value);
}

}  // namespace kpisuite
