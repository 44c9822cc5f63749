#include "libs/kpi/finished_values.h"

#include <algorithm>
#include <vector>

namespace kpisuite {
namespace {

Number SumOf(const std::vector<Decimal>& values) {
  Number sum = values.front();
  for (size_t i = 1; i < values.size(); ++i) sum = sum + values[i];
  return sum;
}

Number MedianOf(std::vector<Decimal> values) {
  std::sort(values.begin(), values.end());
  const size_t middle = values.size() / 2;
  if (values.size() % 2 == 1) return values[middle];
  return (Number(values[middle - 1]) + values[middle]) / Decimal::FromInt(2);
}

}  // namespace

bool AggregatesFinishedValues(AggregationKind kind) {
  switch (kind) {
    case AggregationKind::kSum:
    case AggregationKind::kAverage:
    case AggregationKind::kMin:
    case AggregationKind::kMax:
    case AggregationKind::kFirst:
    case AggregationKind::kLast:
    case AggregationKind::kMedian: return true;
    default: return false;
  }
}

Value AggregateFinishedValues(AggregationKind kind, absl::Span<const Value> values) {
  std::vector<Decimal> defined;
  for (const Value& value : values) {
    if (value.is_decimal()) defined.push_back(value.decimal());
  }
  if (defined.empty()) return values.empty() ? NdReason::kEmpty : values.front().number().reason();
  switch (kind) {
    case AggregationKind::kSum: return SumOf(defined);
    case AggregationKind::kAverage:
      return SumOf(defined) / Decimal::FromInt(static_cast<int64_t>(defined.size()));
    case AggregationKind::kMin: return *std::min_element(defined.begin(), defined.end());
    case AggregationKind::kMax: return *std::max_element(defined.begin(), defined.end());
    case AggregationKind::kFirst: return defined.front();
    case AggregationKind::kLast: return defined.back();
    case AggregationKind::kMedian: return MedianOf(std::move(defined));
    default: return NdReason::kNotAggregatable;
  }
}

}  // namespace kpisuite
