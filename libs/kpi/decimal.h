#pragma once

#include <compare>
#include <cstdint>
#include <ostream>
#include <string>
#include <utility>

#include "absl/numeric/int128.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "libs/kpi/nd_reason.h"

namespace kpisuite {

// The largest number of decimal places of a measured value.
inline constexpr int kMaxScale = 9;

// A finite IEEE 754-2008 decimal128 number: 34 digits, exponents as in Python's
// decimal(prec=34, Emin=-6143, Emax=6144, clamp=1). Never NaN, never infinite.
// A value type of 16 bytes; all functions are pure and thread-safe.
class Decimal {
 public:
  constexpr Decimal() = default;  // 0

  // Reads [+-]digits[.digits][e[+-]digits] with at most 34 significant digits, exactly.
  // INVALID_ARGUMENT for anything else: other characters, blanks, "nan", "inf", more digits,
  // a magnitude outside decimal128.
  static absl::StatusOr<Decimal> Parse(absl::string_view text);

  // As Parse; text that ends in '%' is divided by 100 exactly ("80%" is 0.80).
  static absl::StatusOr<Decimal> ParseWithPercent(absl::string_view text);

  static Decimal FromInt(int64_t value);

  // mantissa * 10^-scale, exact up to 34 digits, above rounded half to even. -100 <= scale <= 38.
  static Decimal FromMantissa(absl::int128 mantissa, int scale);

  // The shortest decimal text of a finite double ("2.675" for 2.675). INVALID_ARGUMENT for NaN
  // and infinities.
  static absl::StatusOr<Decimal> FromDouble(double value);

  // Canonical text: plain notation, no trailing zeros, no "-0". Parse(ToString()) is the same
  // number.
  std::string ToString() const;

  // Display text with exactly `places` decimal places (0 <= places <= 34), rounded half away from
  // zero. Keeps trailing zeros, never shows "-0".
  std::string ToDisplayString(int places) const;

  // The nearest double, ties to even; an overflowing magnitude gives an infinity.
  double ToDouble() const;

  bool IsZero() const;
  bool IsNegative() const;  // below zero; false for 0
  bool IsInteger() const;

  Decimal Negated() const;
  Decimal Abs() const;

  friend bool operator==(const Decimal& left, const Decimal& right);
  friend std::strong_ordering operator<=>(const Decimal& left, const Decimal& right);

  // Hashes by value: equal numbers hash alike.
  template <typename H>
  friend H AbslHashValue(H state, const Decimal& value) {
    const Decimal normal = value.WithoutTrailingZeros();
    return H::combine(std::move(state), normal.high_, normal.low_);
  }

  // The number is coefficient() * 10^exponent(): |coefficient| < 10^34, -6176 <= exponent <= 6111.
  absl::int128 coefficient() const;
  int exponent() const;

 private:
  friend class DecimalKernel;
  constexpr Decimal(uint64_t high, uint64_t low) : low_(low), high_(high) {}
  Decimal WithoutTrailingZeros() const;

  uint64_t low_ = 0;
  uint64_t high_ = 0x3040000000000000;  // +0E0
};

std::ostream& operator<<(std::ostream& out, const Decimal& value);

// A Decimal or the reason why there is none. Arithmetic on it propagates the leftmost reason.
class Number {
 public:
  Number(const Decimal& value) : value_(value) {}                // NOLINT: implicit by design
  Number(NdReason reason) : defined_(false), reason_(reason) {}  // NOLINT: implicit by design

  bool defined() const { return defined_; }
  const Decimal& value() const { return value_; }  // only if defined()
  NdReason reason() const { return reason_; }      // only if !defined()
  std::string ToString() const;                    // canonical text, or "ND(DIV0)"
  friend bool operator==(const Number& left, const Number& right);

 private:
  Decimal value_;
  bool defined_ = true;
  NdReason reason_ = NdReason::kEmpty;
};

std::ostream& operator<<(std::ostream& out, const Number& number);

// decimal128, round half even. Overflow is ND(DOMAIN), x / 0 is ND(DIV0), underflow rounds as in
// IEEE 754.
Number operator+(const Number& left, const Number& right);
Number operator-(const Number& left, const Number& right);
Number operator*(const Number& left, const Number& right);
Number operator/(const Number& left, const Number& right);
Number operator-(const Number& number);

Number Abs(const Number& number);
Number Min(const Number& left, const Number& right);
Number Max(const Number& left, const Number& right);
Number Floor(const Number& number);
Number Ceil(const Number& number);
Number Sqrt(const Number& number);  // ND(DOMAIN) below 0
// Half away from zero at `places` decimal places (negative: tens, hundreds, ...).
Number RoundHalfAway(const Number& number, int places);
// Correctly rounded from at least 60 digits (decimal_functions.cc).
Number Exp(const Number& number);
Number Ln(const Number& number);  // ND(DOMAIN) at and below 0
// x^0 is 1; 0^0 and 0^-n are ND(DOMAIN).
Number Power(const Number& base, int exponent);

// --- Measured values: int64 mantissas at a scale of 0..kMaxScale decimal places. ---

// Reads decimal text (as Decimal::Parse) exactly. INVALID_ARGUMENT if it has more significant
// decimal places than the scale (trailing zeros do not count), or does not fit 64 bits.
absl::StatusOr<int64_t> MantissaFromText(absl::string_view text, int scale);

// Reads the double as its shortest decimal text, then rounds half to even at the scale.
// INVALID_ARGUMENT for NaN, infinities and values that do not fit 64 bits.
absl::StatusOr<int64_t> MantissaFromDouble(double value, int scale);

// The exact mantissa of a number at the scale; errors as MantissaFromText.
absl::StatusOr<int64_t> MantissaFromDecimal(const Decimal& value, int scale);

// The mantissa of a number rounded half to even at the scale. INVALID_ARGUMENT for one that does
// not fit 64 bits.
absl::StatusOr<int64_t> MantissaRoundedFrom(const Decimal& value, int scale);

// Canonical text of mantissa * 10^-scale.
std::string MantissaToText(absl::int128 mantissa, int scale);

}  // namespace kpisuite
