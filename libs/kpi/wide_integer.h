#pragma once

#include <compare>
#include <cstdint>

#include "libs/kpi/decimal.h"
#include "libs/kpi/int128.h"

namespace kpisuite {

// A signed 256 bit integer (two's complement): exact sums of products of 64 bit mantissas. Results
// outside of the range wrap; callers rule that out by their limits. A value type of 32 bytes.
class Int256 {
 public:
  constexpr Int256() = default;
  constexpr Int256(Int128 value)  // NOLINT: implicit by design
      : high_(value < 0 ? -1 : 0), low_(static_cast<Uint128>(value)) {}

  // high * 2^128 + low.
  static constexpr Int256 FromParts(Int128 high, Uint128 low) { return Int256(high, low); }
  static Int256 Product(Int128 left, Int128 right);  // never wraps
  Int256 Times(uint64_t factor) const;

  Int128 high() const { return high_; }
  Uint128 low() const { return low_; }
  bool IsNegative() const { return high_ < 0; }
  bool IsZero() const { return high_ == 0 && low_ == 0; }

  Int256 operator-() const;
  Int256& operator+=(const Int256& other);
  Int256& operator-=(const Int256& other) { return *this += -other; }
  friend Int256 operator+(Int256 left, const Int256& right) { return left += right; }
  friend Int256 operator-(Int256 left, const Int256& right) { return left -= right; }
  friend bool operator==(const Int256& left, const Int256& right) {
    return left.high_ == right.high_ && left.low_ == right.low_;
  }
  friend std::strong_ordering operator<=>(const Int256& left, const Int256& right) {
    if (left.high_ != right.high_) {
      return left.high_ < right.high_ ? std::strong_ordering::less : std::strong_ordering::greater;
    }
    if (left.low_ == right.low_) return std::strong_ordering::equal;
    return left.low_ < right.low_ ? std::strong_ordering::less : std::strong_ordering::greater;
  }

 private:
  constexpr Int256(Int128 high, Uint128 low) : high_(high), low_(low) {}

  Int128 high_ = 0;
  Uint128 low_ = 0;
};

// value * 10^-scale, exact up to 34 digits, above rounded once, half to even. 0 <= scale <= 38.
Decimal ToDecimal(const Int256& value, int scale);

}  // namespace kpisuite
