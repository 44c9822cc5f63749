#pragma once

#include <cstdint>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "libs/kpi/int128.h"

namespace kpisuite {

inline constexpr int kDecimalDigits = 34;

// 10^power for 0 <= power <= 38.
Uint128 PowerOfTen(int power);

// Number of decimal digits; 0 for 0.
int CountDigits(Uint128 value);

// Quotient of value / 10^digits (digits >= 0), rounded half to even.
Uint128 DivideHalfEven(Uint128 value, int digits);

// A decimal number as written: (-1)^negative * coefficient * 10^exponent, coefficient < 10^34.
struct DecimalText {
  bool negative = false;
  Uint128 coefficient = 0;
  int exponent = 0;
};

// Reads [+-]digits[.digits][e[+-]digits] exactly; trailing zeros of the coefficient do not count as
// digits. INVALID_ARGUMENT (got/want) otherwise; |exponent| is at most 20 000.
absl::StatusOr<DecimalText> ReadDecimalText(absl::string_view text);

}  // namespace kpisuite
