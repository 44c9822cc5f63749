#include "libs/kpi/decimal_text.h"

#include <algorithm>
#include <array>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "libs/base/status_macros.h"

namespace kpisuite {
namespace {

constexpr size_t kMaxTextBytes = 8 * 1024;
constexpr int kMaxExponent = 20'000;

constexpr std::array<Uint128, 39> MakePowersOfTen() {
  std::array<Uint128, 39> powers{};
  Uint128 power = 1;
  for (Uint128& slot : powers) {
    slot = power;
    power *= 10;
  }
  return powers;
}
constexpr std::array<Uint128, 39> kPowersOfTen = MakePowersOfTen();

absl::Status Malformed(absl::string_view text, absl::string_view want) {
  const absl::string_view shown = text.substr(0, 60);
  return absl::InvalidArgumentError(absl::StrCat("got \"", absl::CHexEscape(shown),
                                                 shown.size() < text.size() ? "..." : "",
                                                 "\", want ", want));
}

// Reads an optional exponent ("e-3") at the start of `rest`, which must end the text.
absl::StatusOr<int> ReadExponent(absl::string_view text, absl::string_view rest) {
  if (rest.empty()) return 0;
  if (rest[0] != 'e' && rest[0] != 'E') return Malformed(text, "a decimal number");
  rest.remove_prefix(1);
  bool negative = false;
  if (!rest.empty() && (rest[0] == '+' || rest[0] == '-')) {
    negative = rest[0] == '-';
    rest.remove_prefix(1);
  }
  if (rest.empty()) return Malformed(text, "a decimal number");
  int exponent = 0;
  for (const char c : rest) {
    if (!absl::ascii_isdigit(c)) return Malformed(text, "a decimal number");
    exponent = std::min(exponent * 10 + (c - '0'), kMaxExponent + 1);
  }
  if (exponent > kMaxExponent) return Malformed(text, "an exponent of at most 20000");
  return negative ? -exponent : exponent;
}

}  // namespace

Uint128 PowerOfTen(int power) { return kPowersOfTen[static_cast<size_t>(power)]; }

int CountDigits(Uint128 value) {
  const auto* const above = std::upper_bound(kPowersOfTen.begin(), kPowersOfTen.end(), value);
  return static_cast<int>(above - kPowersOfTen.begin());
}

Uint128 DivideHalfEven(Uint128 value, int digits) {
  if (digits == 0) return value;
  if (digits > 38) return 0;  // the divisor exceeds twice every 128 bit value
  const Uint128 divisor = PowerOfTen(digits);
  const Uint128 quotient = value / divisor;
  const Uint128 remainder = value % divisor;
  const Uint128 half = divisor / 2;
  const bool up = remainder > half || (remainder == half && (quotient & 1) != 0);
  return quotient + (up ? 1 : 0);
}

absl::StatusOr<DecimalText> ReadDecimalText(absl::string_view text) {
  if (text.size() > kMaxTextBytes) return Malformed(text, "at most 8192 bytes");
  DecimalText result;
  absl::string_view rest = text;
  if (!rest.empty() && (rest[0] == '+' || rest[0] == '-')) {
    result.negative = rest[0] == '-';
    rest.remove_prefix(1);
  }
  int pending_zeros = 0;  // zeros that become digits only if another digit follows
  bool in_fraction = false;
  bool has_digit = false;
  for (; !rest.empty(); rest.remove_prefix(1)) {
    const char c = rest[0];
    if (c == '.') {
      if (in_fraction || !has_digit || rest.size() < 2 || !absl::ascii_isdigit(rest[1])) {
        return Malformed(text, "a decimal number");
      }
      in_fraction = true;
      continue;
    }
    if (!absl::ascii_isdigit(c)) break;
    has_digit = true;
    if (in_fraction) --result.exponent;
    if (c == '0') {
      if (result.coefficient != 0) ++pending_zeros;
      continue;
    }
    if (CountDigits(result.coefficient) + pending_zeros + 1 > kDecimalDigits) {
      return Malformed(text, "at most 34 significant digits");
    }
    result.coefficient = result.coefficient * PowerOfTen(pending_zeros + 1) + (c - '0');
    pending_zeros = 0;
  }
  if (!has_digit) return Malformed(text, "a decimal number");
  ASSIGN_OR_RETURN(const int exponent, ReadExponent(text, rest));
  result.exponent += pending_zeros + exponent;
  return result;
}

}  // namespace kpisuite
