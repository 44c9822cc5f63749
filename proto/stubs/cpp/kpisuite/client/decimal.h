// Exact numbers of the contract: plain decimal texts of at most 34 significant digits. C++ has no
// decimal type, so texts stay texts here; what calculates with them brings its own.
#pragma once

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace kpisuite::client {

constexpr int kMaxDecimalDigits = 34;

// The number as the contract writes it: plain, without trailing zeros and without -0. Takes an
// exponent, too. INVALID_ARGUMENT for what is no decimal, OUT_OF_RANGE for more than 34 digits.
absl::StatusOr<std::string> CanonicalDecimal(absl::string_view text);

// The mantissa of a number at a metric's scale, 0 to 18: "12.5" at scale 2 is 1250. OUT_OF_RANGE
// when the number has more places or does not fit.
absl::StatusOr<int64_t> DecimalMantissa(absl::string_view text, int scale);

// The number of a mantissa: 1250 at scale 2 is "12.5".
std::string MantissaDecimal(int64_t mantissa, int scale);

}  // namespace kpisuite::client
