#include "kpisuite/client/decimal.h"

#include <algorithm>
#include <limits>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

namespace kpisuite::client {
namespace {

constexpr int kMaxExponent = 100'000;

// (-1)^negative times digits times 10^-places; digits without zeros at either end, empty for 0.
struct Parts {
  bool negative = false;
  std::string digits;
  int places = 0;
};

// Moves the digits at the front of `text` to `digits`; how many there were.
int TakeDigits(absl::string_view& text, std::string& digits) {
  size_t count = 0;
  while (count < text.size() && absl::ascii_isdigit(text[count])) ++count;
  absl::StrAppend(&digits, text.substr(0, count));
  text.remove_prefix(count);
  return static_cast<int>(count);
}

bool TakeSign(absl::string_view& text) {
  const bool negative = !text.empty() && text.front() == '-';
  if (!text.empty() && (text.front() == '-' || text.front() == '+')) text.remove_prefix(1);
  return negative;
}

void Normalize(Parts& parts) {
  const size_t last = parts.digits.find_last_not_of('0');
  const size_t kept = last == std::string::npos ? 0 : last + 1;
  parts.places -= static_cast<int>(parts.digits.size() - kept);
  parts.digits.resize(kept);
  parts.digits.erase(0, std::min(parts.digits.find_first_not_of('0'), kept));
  if (parts.digits.empty()) parts = Parts();
}

absl::StatusOr<Parts> Parse(absl::string_view text) {
  const absl::Status refused =
      absl::InvalidArgumentError(absl::StrCat("got '", text, "', want a decimal"));
  Parts parts;
  parts.negative = TakeSign(text);
  int count = TakeDigits(text, parts.digits);
  if (!text.empty() && text.front() == '.') {
    text.remove_prefix(1);
    parts.places = TakeDigits(text, parts.digits);
    count += parts.places;
  }
  if (count == 0) return refused;
  if (!text.empty() && (text.front() == 'e' || text.front() == 'E')) {
    text.remove_prefix(1);
    const bool minus = TakeSign(text);
    int exponent = 0;
    if (text.empty() || !absl::ascii_isdigit(text.front()) || !absl::SimpleAtoi(text, &exponent) ||
        exponent > kMaxExponent) {
      return refused;
    }
    text = "";
    parts.places += minus ? exponent : -exponent;
  }
  if (!text.empty()) return refused;
  Normalize(parts);
  return parts;
}

std::string Plain(const Parts& parts) {
  if (parts.digits.empty()) return "0";
  std::string digits = parts.digits;
  if (parts.places <= 0) {
    digits.append(-parts.places, '0');
  } else {
    const size_t places = parts.places;
    if (digits.size() <= places) digits.insert(0, places + 1 - digits.size(), '0');
    digits.insert(digits.size() - places, ".");
  }
  return parts.negative ? "-" + digits : digits;
}

}  // namespace

absl::StatusOr<std::string> CanonicalDecimal(absl::string_view text) {
  const absl::StatusOr<Parts> parts = Parse(text);
  if (!parts.ok()) return parts.status();
  if (parts->digits.size() > kMaxDecimalDigits) {
    return absl::OutOfRangeError(absl::StrCat(
        "got ", parts->digits.size(), " significant digits, want at most ", kMaxDecimalDigits));
  }
  return Plain(*parts);
}

absl::StatusOr<int64_t> DecimalMantissa(absl::string_view text, int scale) {
  absl::StatusOr<Parts> parts = Parse(text);
  if (!parts.ok()) return parts.status();
  if (parts->digits.empty()) return 0;
  const absl::Status refused = absl::OutOfRangeError(
      absl::StrCat("got '", text, "', want a number of 64 bits at scale ", scale));
  const int zeros = scale - parts->places;
  // An int64 has at most 19 digits.
  if (zeros < 0 || zeros + parts->digits.size() > 19) return refused;
  int64_t mantissa = 0;
  const std::string digits =
      absl::StrCat(parts->negative ? "-" : "", parts->digits, std::string(zeros, '0'));
  if (!absl::SimpleAtoi(digits, &mantissa)) return refused;
  return mantissa;
}

std::string MantissaDecimal(int64_t mantissa, int scale) {
  Parts parts;
  parts.negative = mantissa < 0;
  parts.digits = absl::StrCat(mantissa);
  if (parts.negative) parts.digits.erase(0, 1);
  parts.places = scale;
  Normalize(parts);
  return Plain(parts);
}

}  // namespace kpisuite::client
