#pragma once

// The one door to the Intel decimal library: arguments and results by value, rounding mode and
// status flags as parameters, as in Debian's libbidgcc000.a. Only decimal sources include this.
#define DECIMAL_CALL_BY_REFERENCE 0
#define DECIMAL_GLOBAL_ROUNDING 0
#define DECIMAL_GLOBAL_EXCEPTION_FLAGS 0
#include <bid_conf.h>
#include <bid_functions.h>

#include <optional>

#include "libs/kpi/decimal.h"
#include "libs/kpi/int128.h"

namespace kpisuite {

// Conversions between Decimal, the library's encoding, and (sign, coefficient, exponent).
class DecimalKernel {
 public:
  static constexpr unsigned kHalfEven = 0;
  static constexpr int kMinExponent = -6176;
  static constexpr int kMaxExponent = 6111;

  static BID_UINT128 Encoding(const Decimal& value) {
    BID_UINT128 encoding;
    encoding.w[0] = value.low_;
    encoding.w[1] = value.high_;
    return encoding;
  }

  // A finite result; every zero becomes +0. Infinities and NaN are ND(DOMAIN).
  static Number Checked(const BID_UINT128& encoding) {
    if ((encoding.w[1] & kSpecialBits) == kSpecialBits) return NdReason::kDomain;
    const Decimal value(encoding.w[1], encoding.w[0]);
    return value.IsZero() ? Decimal() : value;
  }

  // (-1)^negative * coefficient * 10^exponent with coefficient < 10^34, moving zeros between
  // coefficient and exponent where needed; nothing if decimal128 cannot hold it exactly.
  static std::optional<Decimal> Assemble(bool negative, Uint128 coefficient, int exponent);

 private:
  static constexpr BID_UINT64 kSpecialBits = 0x7800000000000000;
};

}  // namespace kpisuite
