#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "libs/kpi/aggregate.h"
#include "libs/kpi/formula.h"
#include "libs/kpi/unit.h"
#include "libs/kpi/value_filter.h"

namespace kpisuite {

// The columns of a sample that an expression may read.
struct SampleColumns {
  Unit unit;                        // of `value`
  int scale = 0;                    // decimal places of `value`
  std::optional<int> weight_scale;  // of `weight`; none: samples carry no weights
};

// The derived value of a sample (SEMANTICS 3.1(h)): a formula over its columns `value` and
// `weight`, rounded half-even to a scale. It takes the place of the value before the filter, which
// therefore compares the derived value, and before the aggregation. The weight itself stays what
// it is for kinds that weigh. A sample without a derived value (the formula is ND, a weight it
// needs is not given, the result does not fit a mantissa) is left out like one that a filter drops:
// it still counts as a row.
//
// A weight has no unit of its own: it is dimensionless, or has the unit of `value` where the
// formula fits its units only so (`abs(value - weight)` of an actual and its forecast).
//
// Immutable; copies share the formula; thread-safe.
class DerivedValue {
 public:
  DerivedValue() = default;  // none: the value as it is

  // `scale` is that of the derived value, 0 to 9. Errors are INVALID_ARGUMENT with FieldViolations,
  // positions as Formula::Create; reasons SYNTAX, LIMIT, TYPE, UNIT, UNKNOWN_IDENTIFIER (a name
  // that is no column), REQUIRED (a weight of samples that carry none), REFUSED (no column at all).
  static absl::StatusOr<DerivedValue> Create(absl::string_view text, const SampleColumns& columns,
                                             int scale);

  bool empty() const { return !formula_.has_value(); }
  // Only of one that is not empty: the formula in normal form, its unit, its decimal places.
  const std::string& canonical_text() const { return formula_->canonical_text(); }
  const Unit& unit() const { return unit_; }
  int scale() const { return scale_; }

  // The mantissa at scale(); nothing when there is none.
  std::optional<int64_t> Of(int64_t value, std::optional<int64_t> weight) const;
  // Makes a sample as it was measured one as it is aggregated: its value, and whether it is kept.
  void Apply(const ValueFilter& filter, SampleView& sample) const;

 private:
  std::optional<Formula> formula_;
  std::vector<bool> reads_weight_;  // of each operand of the formula: `weight`, not `value`
  Unit unit_;
  int scale_ = 0;
  SampleColumns columns_;
};

}  // namespace kpisuite
