#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "libs/kpi/decimal.h"

namespace kpisuite {

enum class Comparison { kLess, kLessEqual, kGreater, kGreaterEqual, kEqual, kNotEqual };

// A set of mantissas: disjoint, not adjacent, ascending closed intervals. Immutable value type.
class ValueFilter {
 public:
  using Interval = std::pair<int64_t, int64_t>;  // first and last member

  ValueFilter() = default;  // keeps nothing
  static ValueFilter All();
  // The mantissas at `scale` whose value compares with `bound`, exactly.
  static ValueFilter Where(Comparison comparison, const Decimal& bound, int scale);

  ValueFilter Not() const;
  ValueFilter And(const ValueFilter& other) const;
  ValueFilter Or(const ValueFilter& other) const;

  bool Keeps(int64_t mantissa) const {
    for (const Interval& interval : intervals_) {
      if (mantissa <= interval.second) return mantissa >= interval.first;
    }
    return false;
  }
  bool KeepsNothing() const { return intervals_.empty(); }
  bool KeepsAll() const { return *this == All(); }
  const std::vector<Interval>& intervals() const { return intervals_; }

  friend bool operator==(const ValueFilter& left, const ValueFilter& right) {
    return left.intervals_ == right.intervals_;
  }

 private:
  std::vector<Interval> intervals_;
};

}  // namespace kpisuite
