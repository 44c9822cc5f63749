#include "libs/templates/unit_binding.h"

#include <algorithm>
#include <array>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "libs/base/status_macros.h"
#include "libs/definitions/violations.h"

namespace kpisuite {
namespace {

constexpr std::array<absl::string_view, 8> kTimes = {"ms", "s", "min", "h", "d", "wk", "mo", "y"};

std::string Shown(const Unit& unit) {
  if (!unit.IsDimensionless()) return unit.ToString();
  return unit.alias().empty() ? "count" : unit.alias();
}

// What a free variable may become.
absl::Status CheckKind(absl::string_view variable, const Unit& bound) {
  const std::string text = Shown(bound);
  if (variable == kCurrencyVariable && !IsCurrencyCode(text)) {
    return absl::InvalidArgumentError(GotWant(text, "money: an ISO 4217 code such as EUR"));
  }
  if (variable == kTimeVariable && std::find(kTimes.begin(), kTimes.end(), text) == kTimes.end()) {
    return absl::InvalidArgumentError(GotWant(text, "a unit of time: ms, s, min, h, d, wk, mo, y"));
  }
  return absl::OkStatus();
}

}  // namespace

bool IsUnitVariable(absl::string_view text) {
  return text == kCurrencyVariable || text == kItemVariable || text == kTimeVariable;
}

std::vector<std::string> UnitSymbols(absl::string_view text) {
  std::vector<std::string> symbols;
  for (absl::string_view factor : absl::StrSplit(text, absl::ByAnyChar("*/"))) {
    symbols.emplace_back(factor.substr(0, factor.find('^')));
  }
  return symbols;
}

absl::Status UnitBinding::Bind(absl::string_view declared, const Unit& bound) {
  if (!IsUnitVariable(declared)) {
    ASSIGN_OR_RETURN(const Unit wanted, Unit::Parse(declared));
    if (wanted == bound) return absl::OkStatus();
    return absl::InvalidArgumentError(
        GotWant(Shown(bound), absl::StrCat("the unit ", Shown(wanted))));
  }
  const auto known = values_.find(declared);
  if (known == values_.end()) {
    RETURN_IF_ERROR(CheckKind(declared, bound));
    values_.emplace(declared, bound);
    return absl::OkStatus();
  }
  if (known->second == bound) return absl::OkStatus();
  return absl::InvalidArgumentError(
      GotWant(Shown(bound), absl::StrCat("the unit ", Shown(known->second),
                                         ", as the other metrics of this template have")));
}

Unit UnitBinding::ValueOf(absl::string_view variable) const {
  const auto known = values_.find(variable);
  return known == values_.end() ? Unit() : known->second;
}

absl::StatusOr<std::string> UnitBinding::Apply(absl::string_view text) const {
  const std::vector<std::string> symbols = UnitSymbols(text);
  if (std::none_of(symbols.begin(), symbols.end(), IsUnitVariable)) return std::string(text);
  Unit result;
  size_t position = 0;
  bool over = false;
  while (position < text.size()) {
    const size_t end = std::min(text.find_first_of("*/", position), text.size());
    const std::vector<std::string> factor =
        absl::StrSplit(text.substr(position, end - position), absl::MaxSplits('^', 1));
    int exponent = 1;
    if (factor.size() == 2 && !absl::SimpleAtoi(factor[1], &exponent)) {
      return absl::InvalidArgumentError(GotWant(text, "a unit"));
    }
    Unit unit = ValueOf(factor[0]);
    if (!IsUnitVariable(factor[0])) {
      ASSIGN_OR_RETURN(unit, Unit::Parse(factor[0]));
    }
    ASSIGN_OR_RETURN(unit, unit.ToThe(exponent));
    ASSIGN_OR_RETURN(result, over ? result.Over(unit) : result.Times(unit));
    over = end < text.size() && text[end] == '/';
    position = end + 1;
  }
  return Shown(result);
}

}  // namespace kpisuite
