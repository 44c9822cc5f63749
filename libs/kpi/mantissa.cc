// Conversions of measured values to int64 mantissas at a scale.

#include <cmath>
#include <limits>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "libs/base/status_macros.h"
#include "libs/kpi/decimal.h"
#include "libs/kpi/decimal_text.h"

namespace kpisuite {
namespace {

constexpr int64_t kScaleFactors[kMaxScale + 1] = {
    1, 10, 100, 1'000, 10'000, 100'000, 1'000'000, 10'000'000, 100'000'000, 1'000'000'000};

absl::Status DoesNotFit(absl::string_view shown, int scale) {
  return absl::InvalidArgumentError(
      absl::StrCat("got ", shown, ", want a value between ",
                   MantissaToText(std::numeric_limits<int64_t>::min(), scale), " and ",
                   MantissaToText(std::numeric_limits<int64_t>::max(), scale)));
}

absl::StatusOr<int64_t> Fit(bool negative, Uint128 magnitude, absl::string_view shown, int scale) {
  constexpr Uint128 kLimit = Uint128{1} << 63;
  if (magnitude > (negative ? kLimit : kLimit - 1)) return DoesNotFit(shown, scale);
  const auto bits = static_cast<uint64_t>(magnitude);
  return static_cast<int64_t>(negative ? -bits : bits);
}

}  // namespace

absl::StatusOr<int64_t> MantissaFromDecimal(const Decimal& value, int scale) {
  auto coefficient = static_cast<Uint128>(static_cast<Int128>(value.Abs().coefficient()));
  int shift = value.exponent() + scale;
  for (; shift < 0 && coefficient != 0; ++shift) {
    if (coefficient % 10 != 0) {
      return absl::InvalidArgumentError(absl::StrCat("got ", value.ToString().substr(0, 60),
                                                     ", want at most ", scale, " decimal places"));
    }
    coefficient /= 10;
  }
  if (coefficient == 0) return 0;
  if (CountDigits(coefficient) + shift > 19) {
    return DoesNotFit(value.ToString().substr(0, 60), scale);
  }
  return Fit(value.IsNegative(), coefficient * PowerOfTen(shift), value.ToString(), scale);
}

absl::StatusOr<int64_t> MantissaRoundedFrom(const Decimal& value, int scale) {
  auto coefficient = static_cast<Uint128>(static_cast<Int128>(value.Abs().coefficient()));
  if (coefficient == 0) return 0;
  const int shift = value.exponent() + scale;
  if (CountDigits(coefficient) + shift > 19) {
    return DoesNotFit(value.ToString().substr(0, 60), scale);
  }
  coefficient = shift < 0 ? DivideHalfEven(coefficient, -shift) : coefficient * PowerOfTen(shift);
  return Fit(value.IsNegative(), coefficient, value.ToString().substr(0, 60), scale);
}

absl::StatusOr<int64_t> MantissaFromText(absl::string_view text, int scale) {
  ASSIGN_OR_RETURN(const Decimal value, Decimal::Parse(text));
  return MantissaFromDecimal(value, scale);
}

absl::StatusOr<int64_t> MantissaFromDouble(double value, int scale) {
  // Away from a tie the binary product decides: the shortest text differs from the double by less
  // than 2^-52 of its value, that is by less than 2^-11 after scaling a product below 2^40.
  const double scaled = value * static_cast<double>(kScaleFactors[scale]);
  constexpr double kSafeProduct = 1099511627776.0;
  if (std::fabs(scaled) < kSafeProduct) {
    const double nearest = std::nearbyint(scaled);
    if (std::fabs(scaled - nearest) < 0.49) return static_cast<int64_t>(nearest);
  }
  ASSIGN_OR_RETURN(const Decimal exact, Decimal::FromDouble(value));
  return MantissaRoundedFrom(exact, scale);
}

}  // namespace kpisuite
