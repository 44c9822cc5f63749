// Any text, read as two numbers separated by a blank: canonical texts read back as the same number,
// and arithmetic yields finite numbers or reasons.

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_split.h"
#include "libs/kpi/decimal.h"
#include "tests/fuzz/require.h"

namespace kpisuite {
namespace {

void CheckNumber(const Number& number) {
  if (!number.defined()) return;
  const std::string canonical = number.value().ToString();
  const Decimal again = Decimal::Parse(canonical).value();
  Require(again == number.value());
  Require(again.ToString() == canonical);
  Require(canonical != "-0");
}

void CheckMantissas(absl::string_view text, const Decimal& value) {
  for (int scale = 0; scale <= kMaxScale; ++scale) {
    const absl::StatusOr<int64_t> mantissa = MantissaFromText(text, scale);
    if (!mantissa.ok()) continue;
    Require(Decimal::FromMantissa(*mantissa, scale) == value);
    Require(MantissaToText(*mantissa, scale) == value.ToString());
  }
}

void Check(absl::string_view text) {
  const std::pair<absl::string_view, absl::string_view> parts =
      absl::StrSplit(text, absl::MaxSplits(' ', 1));
  const absl::StatusOr<Decimal> percent = Decimal::ParseWithPercent(parts.first);
  if (percent.ok()) CheckNumber(*percent);
  const absl::StatusOr<Decimal> left = Decimal::Parse(parts.first);
  if (!left.ok()) return;
  CheckNumber(*left);
  CheckMantissas(parts.first, *left);
  left->ToDisplayString(2);
  left->ToDouble();
  const Decimal right = Decimal::Parse(parts.second).value_or(Decimal::FromInt(7));
  std::vector<Number> results = {
      *left + right, *left - right, *left * right, *left / right,
      Sqrt(*left),   Floor(*left),  Ceil(*left),   RoundHalfAway(*left, 3)};
  if (text.size() % 8 == 0) {  // hundreds of times slower than the others
    results.insert(results.end(), {Exp(*left), Ln(*left), Power(*left, 13), Power(right, -2)});
  }
  for (const Number& result : results) CheckNumber(result);
  Require((*left < right) == (right > *left));
  Require(*left - right == -(right - Number(*left)));
}

}  // namespace
}  // namespace kpisuite

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  kpisuite::Check({reinterpret_cast<const char*>(data), size});
  return 0;
}
