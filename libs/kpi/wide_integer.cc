#include "libs/kpi/wide_integer.h"

#include <algorithm>
#include <array>
#include <string>

#include "libs/kpi/decimal_text.h"

namespace kpisuite {
namespace {

constexpr uint64_t kChunk = 10'000'000'000'000'000'000u;
constexpr int kChunkDigits = 19;

Uint128 Magnitude(Int128 value) {
  return value < 0 ? -static_cast<Uint128>(value) : static_cast<Uint128>(value);
}

// All digits, without leading zeros; empty for 0.
std::string DigitsOf(Uint128 high, Uint128 low) {
  std::array<uint64_t, 4> limbs = {static_cast<uint64_t>(high >> 64), static_cast<uint64_t>(high),
                                   static_cast<uint64_t>(low >> 64), static_cast<uint64_t>(low)};
  std::string reversed;
  while (std::any_of(limbs.begin(), limbs.end(), [](uint64_t limb) { return limb != 0; })) {
    Uint128 rest = 0;
    for (uint64_t& limb : limbs) {
      rest = (rest << 64) | limb;
      limb = static_cast<uint64_t>(rest / kChunk);
      rest %= kChunk;
    }
    auto chunk = static_cast<uint64_t>(rest);
    for (int i = 0; i < kChunkDigits; ++i, chunk /= 10) {
      reversed.push_back(static_cast<char>('0' + chunk % 10));
    }
  }
  while (!reversed.empty() && reversed.back() == '0') reversed.pop_back();
  std::reverse(reversed.begin(), reversed.end());
  return reversed;
}

bool RoundsUp(const std::string& digits) {
  const std::string rest = digits.substr(kDecimalDigits);
  std::string half(rest.size(), '0');
  half[0] = '5';
  if (rest != half) return rest > half;
  return (digits[kDecimalDigits - 1] - '0') % 2 != 0;
}

}  // namespace

Int256 Int256::Product(Int128 left, Int128 right) {
  const Uint128 a = Magnitude(left);
  const Uint128 b = Magnitude(right);
  const Int256 low = Int256(0, a).Times(static_cast<uint64_t>(b));
  const Int256 high = Int256(0, a).Times(static_cast<uint64_t>(b >> 64));
  const Int256 shifted(
      static_cast<Int128>((static_cast<Uint128>(high.high_) << 64) | (high.low_ >> 64)),
      high.low_ << 64);
  const Int256 product = low + shifted;
  return (left < 0) == (right < 0) ? product : -product;
}

Int256 Int256::Times(uint64_t factor) const {
  const Uint128 first = static_cast<Uint128>(static_cast<uint64_t>(low_)) * factor;
  const Uint128 second = (low_ >> 64) * factor;
  const Uint128 low = first + (second << 64);
  const Uint128 carry = low < first ? 1 : 0;
  const Uint128 high = static_cast<Uint128>(high_) * factor + (second >> 64) + carry;
  return {static_cast<Int128>(high), low};
}

Int256 Int256::operator-() const {
  const Uint128 high = ~static_cast<Uint128>(high_) + (low_ == 0 ? 1 : 0);
  return {static_cast<Int128>(high), -low_};
}

Int256& Int256::operator+=(const Int256& other) {
  low_ += other.low_;
  const Uint128 carry = low_ < other.low_ ? 1 : 0;
  high_ =
      static_cast<Int128>(static_cast<Uint128>(high_) + static_cast<Uint128>(other.high_) + carry);
  return *this;
}

Decimal ToDecimal(const Int256& value, int scale) {
  const Int256 magnitude = value.IsNegative() ? -value : value;
  const std::string digits = DigitsOf(static_cast<Uint128>(magnitude.high()), magnitude.low());
  const size_t kept = std::min<size_t>(digits.size(), kDecimalDigits);
  Int128 coefficient = 0;
  for (size_t i = 0; i < kept; ++i) coefficient = coefficient * 10 + (digits[i] - '0');
  if (kept < digits.size() && RoundsUp(digits)) ++coefficient;
  if (value.IsNegative()) coefficient = -coefficient;
  return Decimal::FromMantissa(coefficient, scale - static_cast<int>(digits.size() - kept));
}

}  // namespace kpisuite
