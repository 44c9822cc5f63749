#include "libs/definitions/unit_check.h"

#include <set>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "libs/definitions/field_checks.h"

namespace kpisuite {
namespace {

// Symbols with a positive exponent that are currencies.
int CurrenciesAbove(const Unit& unit) {
  const std::string text = unit.ToString();
  const std::vector<std::string> sides = absl::StrSplit(text, absl::MaxSplits('/', 1));
  int count = 0;
  for (absl::string_view factor : absl::StrSplit(sides.front(), '*')) {
    if (IsCurrencyCode(factor.substr(0, factor.find('^')))) ++count;
  }
  return count;
}

void CheckCurrencies(absl::string_view field, const std::string& text, const Unit& unit,
                     Violations& violations) {
  if (CurrenciesAbove(unit) > 1) {
    violations.Add(field, violation::kCurrency,
                   GotWant(text, "money in one currency; convert at the source"));
  }
  static const std::set<std::string>* const kCommon =
      new std::set<std::string>{"aud", "cad", "chf", "cny", "eur", "gbp", "inr", "jpy", "usd"};
  for (absl::string_view symbol : absl::StrSplit(text, absl::ByAnyChar("*/^"))) {
    const std::string lower = absl::AsciiStrToLower(symbol);
    if (kCommon->count(lower) != 0 && !IsCurrencyCode(symbol)) {
      violations.Add(
          field, violation::kCurrency,
          GotWant(text, absl::StrCat("the ISO 4217 code ", absl::AsciiStrToUpper(lower))));
    }
  }
}

}  // namespace

std::optional<Unit> CheckUnit(absl::string_view field, const std::string& text,
                              Violations& violations) {
  if (text.empty()) {
    AddRequired(field, "a unit, for instance min, EUR, % or count", violations);
    return std::nullopt;
  }
  absl::StatusOr<Unit> unit = Unit::Parse(text);
  if (!unit.ok()) {
    violations.AddStatus(field, violation::kSyntax, unit.status());
    return std::nullopt;
  }
  CheckCurrencies(field, text, *unit, violations);
  return *std::move(unit);
}

}  // namespace kpisuite
