#pragma once

#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace kpisuite {

// A unit of measure: a product of symbols with integer exponents, without conversion.
// "%", "pp", "points", "ppm", "count", "x" (a multiple), "score", "per 1000", "per 100 FTE",
// "per 10^6 h" and "" are dimensionless and equal to one another.
// Immutable value type.
class Unit {
 public:
  Unit() = default;  // dimensionless

  // Reads "EUR/h", "km^2", "min", "1/h", "kg*m/s^2", "%": symbols joined left to right by '*' and
  // '/', each with an optional "^" and an integer exponent. INVALID_ARGUMENT (got/want, with the
  // offset) otherwise; limits: 64 bytes, 16 symbols, exponents -99..99.
  static absl::StatusOr<Unit> Parse(absl::string_view text);

  // Sorted, positive exponents first: "kg*m/s^2", "1/h", "" when dimensionless.
  std::string ToString() const;

  bool IsDimensionless() const { return factors_.empty(); }
  // Whether the text was exactly "%" (percentages must not be summed).
  bool IsPercent() const { return alias_ == "%"; }
  // Any negative exponent: a rate or a price, which must not be summed.
  bool IsRate() const;
  // Whether any symbol is an ISO 4217 currency code.
  bool HasCurrency() const;
  // The dimensionless alias as written ("%", "pp", ...), else empty. Ignored by ==.
  const std::string& alias() const { return alias_; }

  // INVALID_ARGUMENT when an exponent or the number of symbols leaves its limit.
  absl::StatusOr<Unit> Times(const Unit& other) const;
  absl::StatusOr<Unit> Over(const Unit& other) const;
  absl::StatusOr<Unit> ToThe(int exponent) const;
  // INVALID_ARGUMENT when an exponent is odd.
  absl::StatusOr<Unit> SquareRoot() const;

  friend bool operator==(const Unit& left, const Unit& right) {
    return left.factors_ == right.factors_;
  }

 private:
  using Factor = std::pair<std::string, int>;  // symbol, exponent != 0

  static absl::StatusOr<Unit> Combine(const Unit& left, const Unit& right, int right_sign);

  std::vector<Factor> factors_;  // sorted by symbol
  std::string alias_;
};

// Whether the code is one of the active ISO 4217 currency codes, for instance "EUR".
bool IsCurrencyCode(absl::string_view code);

std::ostream& operator<<(std::ostream& out, const Unit& unit);

}  // namespace kpisuite
