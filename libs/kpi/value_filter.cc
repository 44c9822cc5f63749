#include "libs/kpi/value_filter.h"

#include <algorithm>
#include <limits>

#include "libs/kpi/decimal_text.h"

namespace kpisuite {
namespace {

constexpr int64_t kLeast = std::numeric_limits<int64_t>::min();
constexpr int64_t kMost = std::numeric_limits<int64_t>::max();
constexpr Int128 kBeyond = Int128{1} << 100;  // stands for every magnitude above 64 bits

// bound * 10^scale as its floor and whether that is exact.
struct ScaledBound {
  Int128 floor;
  bool exact;
};

ScaledBound Scale(const Decimal& bound, int scale) {
  const auto coefficient = static_cast<Int128>(bound.coefficient());
  const int exponent = bound.exponent() + scale;
  if (coefficient == 0) return {0, true};
  const bool negative = coefficient < 0;
  const auto magnitude = static_cast<Uint128>(negative ? -coefficient : coefficient);
  if (CountDigits(magnitude) + exponent > 20) return {negative ? -kBeyond : kBeyond, true};
  if (exponent >= 0) return {coefficient * static_cast<Int128>(PowerOfTen(exponent)), true};
  if (-exponent > kDecimalDigits) return {negative ? -1 : 0, false};
  const auto divisor = static_cast<Int128>(PowerOfTen(-exponent));
  const Int128 truncated = coefficient / divisor;
  const bool exact = truncated * divisor == coefficient;
  return {truncated - (negative && !exact ? 1 : 0), exact};
}

}  // namespace

ValueFilter ValueFilter::All() {
  ValueFilter all;
  all.intervals_ = {{kLeast, kMost}};
  return all;
}

ValueFilter ValueFilter::Where(Comparison comparison, const Decimal& bound, int scale) {
  const ScaledBound scaled = Scale(bound, scale);
  Int128 low = kLeast;
  Int128 high = kMost;
  switch (comparison) {
    case Comparison::kLess: high = scaled.exact ? scaled.floor - 1 : scaled.floor; break;
    case Comparison::kLessEqual: high = scaled.floor; break;
    case Comparison::kGreater: low = scaled.floor + 1; break;
    case Comparison::kGreaterEqual: low = scaled.exact ? scaled.floor : scaled.floor + 1; break;
    case Comparison::kEqual:
      low = scaled.floor;
      high = scaled.exact ? scaled.floor : scaled.floor - 1;
      break;
    case Comparison::kNotEqual: return Where(Comparison::kEqual, bound, scale).Not();
  }
  ValueFilter filter;
  low = std::max<Int128>(low, kLeast);
  high = std::min<Int128>(high, kMost);
  if (low <= high) {
    filter.intervals_ = {{static_cast<int64_t>(low), static_cast<int64_t>(high)}};
  }
  return filter;
}

ValueFilter ValueFilter::Not() const {
  ValueFilter complement;
  Int128 next = kLeast;
  for (const auto& [first, last] : intervals_) {
    if (next < first) complement.intervals_.emplace_back(static_cast<int64_t>(next), first - 1);
    next = Int128{last} + 1;
  }
  if (next <= kMost) complement.intervals_.emplace_back(static_cast<int64_t>(next), kMost);
  return complement;
}

ValueFilter ValueFilter::And(const ValueFilter& other) const {
  ValueFilter both;
  auto left = intervals_.begin();
  auto right = other.intervals_.begin();
  while (left != intervals_.end() && right != other.intervals_.end()) {
    const int64_t first = std::max(left->first, right->first);
    const int64_t last = std::min(left->second, right->second);
    if (first <= last) both.intervals_.emplace_back(first, last);
    if (left->second < right->second) {
      ++left;
    } else {
      ++right;
    }
  }
  return both;
}

ValueFilter ValueFilter::Or(const ValueFilter& other) const { return Not().And(other.Not()).Not(); }

}  // namespace kpisuite
