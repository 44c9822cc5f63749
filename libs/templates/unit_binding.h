// UnitBinding: which units the variables `cur`, `item` and `time` of a template stand for.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "libs/kpi/unit.h"

namespace kpisuite {

inline constexpr absl::string_view kCurrencyVariable = "cur";
inline constexpr absl::string_view kItemVariable = "item";
inline constexpr absl::string_view kTimeVariable = "time";

// Whether the text is exactly one of the variables.
bool IsUnitVariable(absl::string_view text);

// The symbols of a unit text, left to right: "cur/m^2" has cur and m.
std::vector<std::string> UnitSymbols(absl::string_view text);

// Not thread-safe.
class UnitBinding {
 public:
  // Makes `declared`, a unit without variables or one variable alone, fit `bound`: a variable that
  // is free becomes `bound`. INVALID_ARGUMENT (got/want) when it does not fit: another unit, a
  // variable that stands for another one, money in no ISO 4217 code, `time` that is no time.
  absl::Status Bind(absl::string_view declared, const Unit& bound);

  // The unit that a variable stands for; dimensionless while it is free.
  Unit ValueOf(absl::string_view variable) const;

  // A unit text with its variables replaced, in canonical form when it had any, else as it was; a
  // dimensionless result is "count". INVALID_ARGUMENT when it cannot be read or becomes too large.
  absl::StatusOr<std::string> Apply(absl::string_view text) const;

 private:
  std::map<std::string, Unit, std::less<>> values_;
};

}  // namespace kpisuite
