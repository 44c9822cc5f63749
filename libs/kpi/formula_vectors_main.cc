// Reads the lines of testdata/formula_vectors.py on standard input, evaluates every formula and its
// canonical text, and prints each value that differs. Exit status 1 if any does, or if there was
// nothing to read.

#include <iostream>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "libs/kpi/formula.h"

namespace kpisuite {
namespace {

Value ReadValue(absl::string_view text) {
  if (absl::ConsumePrefix(&text, "ND(")) {
    return NdReasonFromName(absl::StripSuffix(text, ")")).value_or(NdReason::kDomain);
  }
  return Decimal::Parse(text).value();
}

std::string Evaluate(absl::string_view text, absl::Span<const FormulaInput> inputs,
                     absl::Span<const Value> values) {
  const absl::StatusOr<Formula> formula = Formula::Create(text, inputs, Unit());
  if (!formula.ok()) return formula.status().ToString();
  const FormulaConstants constants{Decimal::FromInt(31), Decimal::FromInt(21)};
  const std::string result = formula->Evaluate(values, constants).ToString();
  const absl::StatusOr<Formula> again = Formula::Create(formula->canonical_text(), inputs, Unit());
  if (!again.ok()) return again.status().ToString();
  if (again->canonical_text() != formula->canonical_text()) return "another canonical text";
  return again->Evaluate(values, constants).ToString() == result ? result : "another value";
}

std::string EvaluateLine(const std::vector<std::string>& fields) {
  const std::vector<std::string> identifiers =
      FormulaIdentifiers(fields[0]).value_or(std::vector<std::string>());
  std::vector<FormulaInput> inputs;
  std::vector<Value> values;
  for (const std::string& identifier : identifiers) {
    inputs.push_back({identifier, Unit()});
    values.push_back(ReadValue(fields[1 + static_cast<size_t>(identifier[0] - 'x')]));
  }
  return Evaluate(fields[0], inputs, values);
}

int CheckAll(std::istream& input) {
  int checked = 0;
  int failed = 0;
  std::string line;
  while (std::getline(input, line)) {
    const std::vector<std::string> fields = absl::StrSplit(line, '\t');
    const std::string actual = fields.size() == 5 ? EvaluateLine(fields) : "malformed line";
    ++checked;
    if (fields.size() == 5 && actual == fields[4]) continue;
    ++failed;
    std::cerr << line << "\n  got " << actual << "\n";
  }
  std::cout << checked << " formulas, " << failed << " failed\n";
  return checked > 0 && failed == 0 ? 0 : 1;
}

}  // namespace
}  // namespace kpisuite

int main() { return kpisuite::CheckAll(std::cin); }
