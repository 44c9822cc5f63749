#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "libs/kpi/slice.h"
#include "libs/kpi/value_filter.h"

namespace kpisuite {

struct FilterExpression;

// The `where` of an input: comparisons (< <= > >= == != and = for ==) of `value` with a decimal or
// percent text, `=`, `!=` and `in (a, b)` on dimensions, `&&`, `||`, `!` and parentheses:
// `value <= 15 && origin in (ORD, "New York") || !(carrier = (null))`.
// Members are words ([A-Za-z0-9_][A-Za-z0-9_.:-]*), text in " or ' (a backslash takes the next
// character literally), (null) or (other). A series without the dimension has the member (null).
// Immutable; copies share the expression; thread-safe.
class Filter {
 public:
  Filter() = default;  // keeps everything; the meaning of a blank text

  // Parses and checks against the declared dimensions of a metric with `scale` decimal places
  // (0..9). Blank text keeps everything. At most 16 KiB, 256 operands and operators, a nesting of
  // 64. Errors are INVALID_ARGUMENT with FieldViolations: field "where", 1-based line and column
  // (bytes), a description that starts with "offset N:"; reasons SYNTAX, LIMIT, TYPE (one), or
  // UNKNOWN_IDENTIFIER (all at once).
  static absl::StatusOr<Filter> Create(absl::string_view text,
                                       absl::Span<const std::string> dimensions, int scale);

  // Normal whitespace, minimal parentheses, quotes only where needed; empty when everything is
  // kept. Create on it gives the same canonical text and the same filter.
  const std::string& canonical_text() const;

  // Evaluates the dimension part once, for all samples of a series: the rest is a test of the
  // mantissa. Without dimensions in the filter the result is the same for every series.
  ValueFilter ForSeries(const Slice& dimensions) const;

  // What it was parsed to; not of a filter that keeps everything.
  const FilterExpression& expression() const { return *expression_; }
  bool KeepsEverything() const { return expression_ == nullptr; }
  bool ReadsValue() const;
  // Dimensions the filter reads, sorted, without duplicates.
  std::vector<std::string> Dimensions() const;

 private:
  explicit Filter(std::shared_ptr<const FilterExpression> expression)
      : expression_(std::move(expression)) {}

  std::shared_ptr<const FilterExpression> expression_;  // null: keeps everything
};

}  // namespace kpisuite
