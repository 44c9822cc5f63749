#include "tests/simulator/naive_aggregate.h"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

namespace kpisuite {
namespace {

absl::int128 SumOf(const std::vector<const NaiveSample*>& samples) {
  absl::int128 sum = 0;
  for (const NaiveSample* sample : samples) sum += sample->value;
  return sum;
}

// Inclusive linear interpolation at h = (n - 1) p, exact in integers.
Value PercentileOf(std::vector<const NaiveSample*> samples, int64_t millionths, int scale) {
  std::vector<int64_t> values;
  for (const NaiveSample* sample : samples) values.push_back(sample->value);
  std::sort(values.begin(), values.end());
  const int64_t position = static_cast<int64_t>(values.size() - 1) * millionths;
  const auto below = static_cast<size_t>(position / 1'000'000);
  const int64_t part = position % 1'000'000;
  const size_t above = std::min(below + 1, values.size() - 1);
  const absl::int128 exact =
      absl::int128(values[below]) * 1'000'000 + absl::int128(values[above] - values[below]) * part;
  return Decimal::FromMantissa(exact, scale + 6);
}

// The first or last value of each leaf series, added up: by day, then event time; of one instant
// the larger sample_id.
Value EndOf(const std::vector<const NaiveSample*>& samples, bool first, int scale) {
  std::map<std::string, const NaiveSample*> ends;
  for (const NaiveSample* sample : samples) {
    const NaiveSample*& end = ends[sample->series];
    const auto rank = [first](const NaiveSample& one) {
      const int64_t day = one.day - absl::CivilDay();
      return std::make_tuple(first ? -day : day, first ? -one.time_nano : one.time_nano,
                             one.sample_id);
    };
    if (end == nullptr || rank(*sample) > rank(*end)) end = sample;
  }
  absl::int128 sum = 0;
  for (const auto& [series, end] : ends) sum += end->value;
  return Decimal::FromMantissa(sum, scale);
}

Value Count(size_t count) { return Decimal::FromInt(static_cast<int64_t>(count)); }

}  // namespace

Value NaiveAggregate(const AggregationSpec& spec, const std::vector<const NaiveSample*>& kept) {
  if (kept.empty()) {
    return IsZeroWhenEmpty(spec.kind) ? Value(Decimal()) : Value(NdReason::kEmpty);
  }
  const auto by_value = [](const NaiveSample* a, const NaiveSample* b) {
    return a->value < b->value;
  };
  switch (spec.kind) {
    case AggregationKind::kSum: return Decimal::FromMantissa(SumOf(kept), spec.scale);
    case AggregationKind::kCount: return Count(kept.size());
    case AggregationKind::kCountTrue:
      return Count(static_cast<size_t>(std::count_if(
          kept.begin(), kept.end(), [](const NaiveSample* sample) { return sample->value != 0; })));
    case AggregationKind::kAverage:
      return Number(Decimal::FromMantissa(SumOf(kept), spec.scale)) /
             Decimal::FromInt(static_cast<int64_t>(kept.size()));
    case AggregationKind::kMin:
      return Decimal::FromMantissa((*std::min_element(kept.begin(), kept.end(), by_value))->value,
                                   spec.scale);
    case AggregationKind::kMax:
      return Decimal::FromMantissa((*std::max_element(kept.begin(), kept.end(), by_value))->value,
                                   spec.scale);
    case AggregationKind::kFirst: return EndOf(kept, true, spec.scale);
    case AggregationKind::kLast: return EndOf(kept, false, spec.scale);
    case AggregationKind::kPercentile:
      return PercentileOf(kept, spec.percentile_millionths, spec.scale);
    case AggregationKind::kMedian: return PercentileOf(kept, 500'000, spec.scale);
    case AggregationKind::kCountDistinct: {
      std::set<std::string> entities;
      for (const NaiveSample* sample : kept) {
        if (!sample->entity.empty()) entities.insert(sample->entity);
      }
      return Count(entities.size());
    }
    default: return NdReason::kInputError;
  }
}

}  // namespace kpisuite
