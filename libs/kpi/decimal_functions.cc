// exp, ln and integer powers. The Intel library is not correctly rounded for these, so they are
// computed with 100 digits and rounded once. The heavy Boost header stays in this file.

#include <boost/multiprecision/cpp_dec_float.hpp>
#include <cmath>
#include <cstdlib>
#include <string>

#include "absl/strings/str_cat.h"
#include "libs/kpi/decimal_kernel.h"

namespace kpisuite {
namespace {

using Wide = boost::multiprecision::cpp_dec_float_100;

constexpr int kWideDigits = 90;

Wide Widen(const Decimal& value) {
  return Wide(absl::StrCat(MantissaToText(value.coefficient(), 0), "e", value.exponent()));
}

// Rounds half to even to decimal128; ND(DOMAIN) on overflow, 0 or a subnormal on underflow.
Number Narrow(const Wide& wide) {
  std::string text = wide.str(kWideDigits, std::ios_base::scientific);
  unsigned flags = 0;
  return DecimalKernel::Checked(bid128_from_string(text.data(), DecimalKernel::kHalfEven, &flags));
}

// log10 of |value| to about 15 digits; value is not 0.
double RoughLog10(const Decimal& value) {
  const absl::int128 coefficient = value.Abs().coefficient();
  return std::log10(static_cast<double>(coefficient)) + value.exponent();
}

}  // namespace

Number Exp(const Number& number) {
  if (!number.defined()) return number;
  // Beyond these bounds the result overflows or is below half of the smallest subnormal.
  static const Decimal kBound = Decimal::FromInt(15'000);
  if (number.value() > kBound) return NdReason::kDomain;
  if (number.value() < kBound.Negated()) return Decimal();
  return Narrow(exp(Widen(number.value())));
}

Number Ln(const Number& number) {
  if (!number.defined()) return number;
  if (number.value().IsNegative() || number.value().IsZero()) return NdReason::kDomain;
  return Narrow(log(Widen(number.value())));
}

Number Power(const Number& base, int exponent) {
  if (!base.defined()) return base;
  const Decimal& value = base.value();
  if (value.IsZero()) return exponent > 0 ? Number(Decimal()) : Number(NdReason::kDomain);
  if (exponent == 0) return Decimal::FromInt(1);
  const double magnitude = RoughLog10(value) * exponent;
  if (magnitude > 6'200) return NdReason::kDomain;
  if (magnitude < -6'300) return Decimal();
  return Narrow(pow(Widen(value), exponent));
}

}  // namespace kpisuite
