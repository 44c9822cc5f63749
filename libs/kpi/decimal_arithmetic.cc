// decimal128 arithmetic on Number: each operation is one correctly rounded call of the Intel
// library, or exact integer work on the coefficient.

#include "absl/strings/str_cat.h"
#include "libs/kpi/decimal_kernel.h"
#include "libs/kpi/decimal_text.h"

namespace kpisuite {
namespace {

using BinaryFunction = BID_UINT128 (*)(BID_UINT128, BID_UINT128, unsigned, unsigned*);

Number Apply(BinaryFunction function, const Number& left, const Number& right) {
  if (!left.defined()) return left;
  if (!right.defined()) return right;
  unsigned flags = 0;
  return DecimalKernel::Checked(function(DecimalKernel::Encoding(left.value()),
                                         DecimalKernel::Encoding(right.value()),
                                         DecimalKernel::kHalfEven, &flags));
}

}  // namespace

std::string Number::ToString() const {
  return defined_ ? value_.ToString() : absl::StrCat("ND(", NdReasonName(reason_), ")");
}

bool operator==(const Number& left, const Number& right) {
  if (left.defined_ != right.defined_) return false;
  return left.defined_ ? left.value_ == right.value_ : left.reason_ == right.reason_;
}

std::ostream& operator<<(std::ostream& out, const Number& number) {
  return out << number.ToString();
}

Number operator+(const Number& left, const Number& right) { return Apply(bid128_add, left, right); }

Number operator-(const Number& left, const Number& right) { return Apply(bid128_sub, left, right); }

Number operator*(const Number& left, const Number& right) { return Apply(bid128_mul, left, right); }

Number operator/(const Number& left, const Number& right) {
  if (left.defined() && right.defined() && right.value().IsZero()) {
    return NdReason::kDivisionByZero;
  }
  return Apply(bid128_div, left, right);
}

Number operator-(const Number& number) {
  return number.defined() ? Number(number.value().Negated()) : number;
}

Number Abs(const Number& number) {
  return number.defined() ? Number(number.value().Abs()) : number;
}

Number Min(const Number& left, const Number& right) {
  if (!left.defined()) return left;
  if (!right.defined()) return right;
  return right.value() < left.value() ? right : left;
}

Number Max(const Number& left, const Number& right) {
  if (!left.defined()) return left;
  if (!right.defined()) return right;
  return right.value() > left.value() ? right : left;
}

Number Floor(const Number& number) {
  if (!number.defined()) return number;
  unsigned flags = 0;
  return DecimalKernel::Checked(
      bid128_round_integral_negative(DecimalKernel::Encoding(number.value()), &flags));
}

Number Ceil(const Number& number) {
  if (!number.defined()) return number;
  unsigned flags = 0;
  return DecimalKernel::Checked(
      bid128_round_integral_positive(DecimalKernel::Encoding(number.value()), &flags));
}

Number Sqrt(const Number& number) {
  if (!number.defined()) return number;
  if (number.value().IsNegative()) return NdReason::kDomain;
  unsigned flags = 0;
  return DecimalKernel::Checked(
      bid128_sqrt(DecimalKernel::Encoding(number.value()), DecimalKernel::kHalfEven, &flags));
}

Number RoundHalfAway(const Number& number, int places) {
  if (!number.defined() || number.value().IsZero()) return number;
  const Decimal& value = number.value();
  if (places >= -value.exponent()) return number;
  // Below, places < 6176, so the difference cannot overflow unless places is hugely negative.
  if (places < -(DecimalKernel::kMaxExponent + 2 * kDecimalDigits)) return Decimal();
  const int dropped = -places - value.exponent();
  if (dropped > kDecimalDigits) return Decimal();
  const auto coefficient = static_cast<Uint128>(static_cast<Int128>(value.Abs().coefficient()));
  const Uint128 divisor = PowerOfTen(dropped);
  const Uint128 rounded = (coefficient + divisor / 2) / divisor;
  const std::optional<Decimal> result =
      DecimalKernel::Assemble(value.IsNegative(), rounded, -places);
  return result.has_value() ? Number(*result) : Number(NdReason::kDomain);
}

}  // namespace kpisuite
