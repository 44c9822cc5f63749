#include "libs/kpi/decimal.h"

#include <charconv>
#include <cmath>
#include <cstdlib>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "libs/base/status_macros.h"
#include "libs/kpi/decimal_kernel.h"
#include "libs/kpi/decimal_text.h"

namespace kpisuite {
namespace {

constexpr int kExponentBias = 6176;
constexpr int kExponentShift = 49;
constexpr uint64_t kSignBit = uint64_t{1} << 63;
constexpr uint64_t kCoefficientMask = (uint64_t{1} << kExponentShift) - 1;

Uint128 Magnitude(Int128 value) {
  return value < 0 ? -static_cast<Uint128>(value) : static_cast<Uint128>(value);
}

std::string DigitsOf(Uint128 value) {
  char buffer[40];
  char* begin = buffer + sizeof(buffer);
  // Divides by 10^19 first: 128 bit divisions are slow.
  constexpr int kChunkDigits = 19;
  while (true) {
    auto chunk = static_cast<uint64_t>(value % PowerOfTen(kChunkDigits));
    value /= PowerOfTen(kChunkDigits);
    char* const end = begin;
    do {
      *--begin = static_cast<char>('0' + chunk % 10);
      chunk /= 10;
    } while (chunk != 0);
    if (value == 0) break;
    while (end - begin < kChunkDigits) *--begin = '0';
  }
  return std::string(begin, buffer + sizeof(buffer));
}

// Plain notation of coefficient * 10^exponent, keeping every digit.
std::string PlainText(bool negative, Uint128 coefficient, int exponent) {
  std::string digits = DigitsOf(coefficient);
  if (exponent >= 0) {
    digits.append(static_cast<size_t>(exponent), '0');
  } else {
    const auto places = static_cast<size_t>(-exponent);
    if (digits.size() <= places) digits.insert(0, places + 1 - digits.size(), '0');
    digits.insert(digits.size() - places, 1, '.');
  }
  return negative ? absl::StrCat("-", digits) : digits;
}

absl::StatusOr<Decimal> FromText(absl::string_view text, int exponent_shift) {
  ASSIGN_OR_RETURN(const DecimalText parts, ReadDecimalText(text));
  const std::optional<Decimal> value =
      DecimalKernel::Assemble(parts.negative, parts.coefficient, parts.exponent + exponent_shift);
  if (!value.has_value()) {
    return absl::InvalidArgumentError(absl::StrCat(
        "got \"", text.substr(0, 60), "\", want a magnitude between 1e-6176 and 9.99e6144"));
  }
  return *value;
}

}  // namespace

std::optional<Decimal> DecimalKernel::Assemble(bool negative, Uint128 coefficient, int exponent) {
  if (coefficient == 0) return Decimal();
  while (exponent > kMaxExponent && coefficient < PowerOfTen(kDecimalDigits - 1)) {
    coefficient *= 10;
    --exponent;
  }
  while (exponent < kMinExponent && coefficient % 10 == 0) {
    coefficient /= 10;
    ++exponent;
  }
  if (exponent > kMaxExponent || exponent < kMinExponent) return std::nullopt;
  const auto biased = static_cast<uint64_t>(exponent + kExponentBias);
  const uint64_t high = (negative ? kSignBit : 0) | (biased << kExponentShift) |
                        static_cast<uint64_t>(coefficient >> 64);
  return Decimal(high, static_cast<uint64_t>(coefficient));
}

absl::StatusOr<Decimal> Decimal::Parse(absl::string_view text) { return FromText(text, 0); }

absl::StatusOr<Decimal> Decimal::ParseWithPercent(absl::string_view text) {
  return absl::ConsumeSuffix(&text, "%") ? FromText(text, -2) : FromText(text, 0);
}

Decimal Decimal::FromInt(int64_t value) { return FromMantissa(value, 0); }

Decimal Decimal::FromMantissa(absl::int128 mantissa, int scale) {
  const auto signed_mantissa = static_cast<Int128>(mantissa);
  Uint128 coefficient = Magnitude(signed_mantissa);
  int exponent = -scale;
  while (CountDigits(coefficient) > kDecimalDigits) {
    const int excess = CountDigits(coefficient) - kDecimalDigits;
    coefficient = DivideHalfEven(coefficient, excess);
    exponent += excess;
  }
  return *DecimalKernel::Assemble(signed_mantissa < 0, coefficient, exponent);
}

absl::StatusOr<Decimal> Decimal::FromDouble(double value) {
  if (!std::isfinite(value)) {
    return absl::InvalidArgumentError(absl::StrCat("got ", value, ", want a finite number"));
  }
  char buffer[40];
  const std::to_chars_result end =
      std::to_chars(buffer, buffer + sizeof(buffer), value, std::chars_format::scientific);
  return Parse(absl::string_view(buffer, static_cast<size_t>(end.ptr - buffer)));
}

absl::int128 Decimal::coefficient() const {
  const Uint128 magnitude = (static_cast<Uint128>(high_ & kCoefficientMask) << 64) | low_;
  const auto coefficient = static_cast<Int128>(magnitude);
  return (high_ & kSignBit) != 0 ? -coefficient : coefficient;
}

int Decimal::exponent() const {
  return static_cast<int>((high_ & ~kSignBit) >> kExponentShift) - kExponentBias;
}

bool Decimal::IsZero() const { return low_ == 0 && (high_ & kCoefficientMask) == 0; }

bool Decimal::IsNegative() const { return (high_ & kSignBit) != 0 && !IsZero(); }

bool Decimal::IsInteger() const { return WithoutTrailingZeros().exponent() >= 0; }

Decimal Decimal::Negated() const { return IsZero() ? *this : Decimal(high_ ^ kSignBit, low_); }

Decimal Decimal::Abs() const { return Decimal(high_ & ~kSignBit, low_); }

Decimal Decimal::WithoutTrailingZeros() const {
  if (IsZero()) return Decimal();
  Uint128 coefficient = Magnitude(static_cast<Int128>(this->coefficient()));
  int exponent = this->exponent();
  while (exponent < DecimalKernel::kMaxExponent && coefficient % 10 == 0) {
    coefficient /= 10;
    ++exponent;
  }
  return *DecimalKernel::Assemble(IsNegative(), coefficient, exponent);
}

std::string Decimal::ToString() const {
  const Decimal normal = WithoutTrailingZeros();
  return PlainText(IsNegative(), Magnitude(static_cast<Int128>(normal.coefficient())),
                   normal.exponent());
}

std::string Decimal::ToDisplayString(int places) const {
  const Number rounded = RoundHalfAway(*this, places);
  const Decimal& shown = rounded.defined() ? rounded.value() : *this;
  std::string text = shown.ToString();
  const size_t point = text.find('.');
  const size_t present = point == std::string::npos ? 0 : text.size() - point - 1;
  if (places > 0 && present == 0) text.push_back('.');
  if (static_cast<size_t>(places) > present) {
    text.append(static_cast<size_t>(places) - present, '0');
  }
  return text;
}

double Decimal::ToDouble() const {
  const std::string text = absl::StrCat(MantissaToText(coefficient(), 0), "e", exponent());
  return std::strtod(text.c_str(), nullptr);
}

bool operator==(const Decimal& left, const Decimal& right) {
  unsigned flags = 0;
  return bid128_quiet_equal(DecimalKernel::Encoding(left), DecimalKernel::Encoding(right),
                            &flags) != 0;
}

std::strong_ordering operator<=>(const Decimal& left, const Decimal& right) {
  unsigned flags = 0;
  const BID_UINT128 x = DecimalKernel::Encoding(left);
  const BID_UINT128 y = DecimalKernel::Encoding(right);
  if (bid128_quiet_less(x, y, &flags) != 0) return std::strong_ordering::less;
  if (bid128_quiet_greater(x, y, &flags) != 0) return std::strong_ordering::greater;
  return std::strong_ordering::equal;
}

std::ostream& operator<<(std::ostream& out, const Decimal& value) {
  return out << value.ToString();
}

std::string MantissaToText(absl::int128 mantissa, int scale) {
  const auto signed_mantissa = static_cast<Int128>(mantissa);
  Uint128 coefficient = Magnitude(signed_mantissa);
  while (scale > 0 && coefficient % 10 == 0) {
    coefficient /= 10;
    --scale;
  }
  return PlainText(signed_mantissa < 0, coefficient, -scale);
}

}  // namespace kpisuite
