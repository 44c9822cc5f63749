#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace kpisuite {

struct FilterExpression;

// Which mantissas of one series a filter keeps: disjoint, ascending, closed intervals. Thread-safe
// when const.
class ValueFilter {
 public:
  ValueFilter() = default;  // keeps nothing
  static ValueFilter All();

  bool Keeps(int64_t mantissa) const {
    for (const auto& [low, high] : intervals_) {
      if (mantissa <= high) return mantissa >= low;
    }
    return false;
  }
  bool KeepsNothing() const { return intervals_.empty(); }
  bool KeepsAll() const;
  friend bool operator==(const ValueFilter&, const ValueFilter&) = default;

 private:
  friend class ValueFilterAlgebra;
  std::vector<std::pair<int64_t, int64_t>> intervals_;
};

// Gives the member a series has in a dimension; "" or "(null)" when the source had none.
using MemberLookup = absl::FunctionRef<absl::string_view(absl::string_view dimension)>;

// The `where` of an input: comparisons of `value` with a decimal, `=`, `!=`, `in (a, b)` on
// dimensions, `&& || !` and parentheses: `value <= 15 && origin in (ORD, "New York") || !(carrier =
// AA)`. Members are bare words ([A-Za-z0-9_][A-Za-z0-9_.:-]*) or quoted with " or ' (\ escapes the
// next character). Immutable; copies share the expression; thread-safe.
class Filter {
 public:
  Filter() = default;  // keeps everything; the meaning of an empty text

  // Parses and checks against the declared dimensions of a metric with `scale` decimal places.
  // Blank text keeps everything. Errors: INVALID_ARGUMENT with FieldViolations (field "where", line
  // and column, description starts with "offset N:"); reasons SYNTAX, LIMIT, UNKNOWN_IDENTIFIER,
  // TYPE. Limits: 16 KiB, 256 nodes, nesting 64.
  static absl::StatusOr<Filter> Create(absl::string_view text,
                                       absl::Span<const std::string> dimensions, int scale);

  // Normal whitespace, minimal parentheses; empty when everything is kept.
  const std::string& canonical_text() const;

  // Evaluates the dimension part once; the rest is a test of the mantissa.
  ValueFilter ForSeries(MemberLookup member_of) const;

  bool KeepsEverything() const { return expression_ == nullptr; }
  bool ReadsValue() const;
  // Dimensions read, sorted, without duplicates.
  std::vector<std::string> Dimensions() const;

 private:
  explicit Filter(std::shared_ptr<const FilterExpression> expression)
      : expression_(std::move(expression)) {}

  std::shared_ptr<const FilterExpression> expression_;  // null: keeps everything
};

}  // namespace kpisuite
