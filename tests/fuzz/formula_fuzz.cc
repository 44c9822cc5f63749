// Any text: a formula that parses has a canonical text that parses to itself and evaluates to the
// same value.

#include <string>
#include <vector>

#include "libs/kpi/formula.h"
#include "tests/fuzz/require.h"

namespace kpisuite {
namespace {

std::vector<Value> SomeValues(size_t count) {
  std::vector<Value> values;
  for (size_t i = 0; i < count; ++i) {
    if (i % 5 == 4) {
      values.push_back(NdReason::kEmpty);
    } else {
      values.push_back(
          Decimal::FromMantissa(static_cast<int64_t>(i * i) - 7, static_cast<int>(i % 3)));
    }
  }
  return values;
}

void Check(absl::string_view text) {
  const absl::StatusOr<std::string> canonical = CanonicalFormulaText(text);
  if (!canonical.ok()) return;
  Require(CanonicalFormulaText(*canonical).value() == *canonical);

  std::vector<FormulaInput> inputs;
  const std::vector<std::string> identifiers = FormulaIdentifiers(text).value();
  for (const std::string& identifier : identifiers) inputs.push_back({identifier, Unit()});
  Require(FormulaIdentifiers(*canonical).value() == identifiers);
  const absl::StatusOr<Formula> formula = Formula::Create(text, inputs, Unit());
  const absl::StatusOr<Formula> again = Formula::Create(*canonical, inputs, Unit());
  Require(formula.ok() == again.ok());
  if (!formula.ok()) return;
  const FormulaConstants constants{Decimal::FromInt(31), Decimal::FromInt(21)};
  const std::vector<Value> values = SomeValues(inputs.size());
  const Value value = formula->Evaluate(values, constants);
  Require(!value.is_boolean());
  Require(value == again->Evaluate(values, constants));
}

}  // namespace
}  // namespace kpisuite

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  kpisuite::Check({reinterpret_cast<const char*>(data), size});
  return 0;
}
