#include "libs/kpi/decimal_sum.h"

// Integer work on coefficients at the least exponent, rounded once.

#include <algorithm>
#include <boost/multiprecision/cpp_int.hpp>
#include <string>

#include "absl/strings/str_cat.h"
#include "libs/kpi/decimal_kernel.h"

namespace kpisuite {
namespace {

using boost::multiprecision::cpp_int;

// More digits than decide the rounding of 34; the rest becomes one digit that breaks ties.
constexpr size_t kTextDigits = 90;

cpp_int ToInteger(absl::int128 value) {
  cpp_int result = absl::Int128High64(value);
  result <<= 64;
  return result + absl::Int128Low64(value);
}

Number Rounded(const cpp_int& coefficient, int exponent) {
  std::string digits = cpp_int(abs(coefficient)).str();
  if (digits.size() > kTextDigits) {
    const bool exact = digits.find_first_not_of('0', kTextDigits) == std::string::npos;
    exponent += static_cast<int>(digits.size() - kTextDigits) - 1;
    digits.resize(kTextDigits);
    digits.push_back(exact ? '0' : '1');
  }
  std::string text = absl::StrCat(coefficient < 0 ? "-" : "", digits, "e", exponent);
  unsigned flags = 0;
  return DecimalKernel::Checked(bid128_from_string(text.data(), DecimalKernel::kHalfEven, &flags));
}

}  // namespace

Number SumExactly(absl::Span<const Decimal> terms) {
  int least = DecimalKernel::kMaxExponent;
  for (const Decimal& term : terms) {
    if (!term.IsZero()) least = std::min(least, term.exponent());
  }
  cpp_int sum = 0;
  for (const Decimal& term : terms) {
    if (term.IsZero()) continue;
    const auto shift = static_cast<unsigned>(term.exponent() - least);
    sum += ToInteger(term.coefficient()) * pow(cpp_int(10), shift);
  }
  if (sum == 0) return Decimal();
  return Rounded(sum, least);
}

}  // namespace kpisuite
