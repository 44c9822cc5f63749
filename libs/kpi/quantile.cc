#include "libs/kpi/quantile.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>

namespace kpisuite {

Number QuantileOf(std::vector<Decimal> values, const Decimal& p) {
  if (values.empty()) return NdReason::kEmpty;
  std::sort(values.begin(), values.end());
  const size_t last = values.size() - 1;
  const Number position = Decimal::FromInt(static_cast<int64_t>(last)) * p;
  const Number whole = Floor(position);
  if (!whole.defined()) return whole;
  const auto rank = std::min(last, static_cast<size_t>(whole.value().ToDouble()));
  const Number fraction = position - whole;
  if (rank == last || fraction.value().IsZero()) return values[rank];
  return values[rank] + fraction * (values[rank + 1] - values[rank]);
}

Number MedianOf(std::vector<Decimal> values) {
  return QuantileOf(std::move(values), Decimal::FromMantissa(5, 1));
}

Number MeanOf(const std::vector<Decimal>& values) {
  if (values.empty()) return NdReason::kEmpty;
  Number sum = Decimal();
  for (const Decimal& value : values) sum = sum + value;
  return sum / Decimal::FromInt(static_cast<int64_t>(values.size()));
}

}  // namespace kpisuite
