#include "libs/kpi/aggregate_naive_for_test.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <set>
#include <tuple>
#include <utility>

namespace kpisuite {
namespace {

using Samples = std::vector<TestSample>;

Number CountOf(size_t count) { return Decimal::FromInt(static_cast<int64_t>(count)); }

Number SumOf(const Samples& samples, int scale) {
  absl::int128 sum = 0;
  for (const TestSample& sample : samples) sum += sample.value;
  return Decimal::FromMantissa(sum, scale);
}

std::vector<int64_t> SortedValues(const Samples& samples) {
  std::vector<int64_t> values;
  for (const TestSample& sample : samples) values.push_back(sample.value);
  std::sort(values.begin(), values.end());
  return values;
}

// The first or last value of each leaf series, added up; of one instant that of the larger id.
Number EndsOf(const Samples& samples, bool first, bool one_series, int scale) {
  using End = std::tuple<int64_t, int64_t, std::string, int64_t>;
  std::map<uint64_t, End> ends;
  for (const TestSample& sample : samples) {
    const int64_t sign = first ? -1 : 1;
    const End end = {sign * sample.place_nano(), sign * sample.time_nano, sample.sample_id,
                     sample.value};
    const auto [at, fresh] = ends.emplace(one_series ? 0 : sample.series, end);
    at->second = std::max(at->second, end);
  }
  absl::int128 sum = 0;
  for (const auto& [series, end] : ends) sum += std::get<3>(end);
  return Decimal::FromMantissa(sum, scale);
}

// Smallest and largest integer of the bin, which grow by 2 % from 1 on.
std::pair<absl::int128, absl::int128> BinAround(absl::int128 value) {
  if (value == 0) return {0, 0};
  if (value < 0) {
    const auto [low, high] = BinAround(-value);
    return {-high, -low};
  }
  absl::int128 low = 1;
  while (low * 102 / 100 < value) low = low * 102 / 100 + 1;
  return {low, std::min<absl::int128>(low * 102 / 100, INT64_MAX)};
}

Value PercentileOf(const Samples& samples, const AggregationSpec& spec, int64_t millionths) {
  const std::vector<int64_t> values = SortedValues(samples);
  const int64_t position = static_cast<int64_t>(values.size() - 1) * millionths;
  const auto rank = static_cast<size_t>(position / 1'000'000);
  const absl::int128 part = position % 1'000'000;
  const absl::int128 low = values[rank];
  const absl::int128 high = values[std::min(rank + 1, values.size() - 1)];
  const bool exact = std::set<int64_t>(values.begin(), values.end()).size() <= spec.exact_cap;
  const auto [low_from, low_to] = exact ? std::pair(low, low) : BinAround(low);
  const auto [high_from, high_to] = exact ? std::pair(high, high) : BinAround(high);
  const absl::int128 twice =
      (low_from + low_to) * (1'000'000 - part) + (high_from + high_to) * part;
  return Decimal::FromMantissa(twice * 5, spec.scale + 7);
}

// The estimate of a handful of entities is their number.
Value DistinctOf(const Samples& samples) {
  std::set<std::string> entities;
  for (const TestSample& sample : samples) {
    if (!sample.entity.empty()) entities.insert(sample.entity);
  }
  return CountOf(entities.size());
}

Value WeightedAverageOf(const Samples& samples, int scale) {
  absl::int128 products = 0;
  absl::int128 weights = 0;
  for (const TestSample& sample : samples) {
    if (!sample.weight.has_value()) return NdReason::kInputError;
    products += absl::int128(*sample.weight) * sample.value;
    weights += *sample.weight;
  }
  return Number(Decimal::FromMantissa(products, scale)) / Decimal::FromMantissa(weights, 0);
}

// From the squared distances of all pairs: their sum is n sum x^2 - (sum x)^2.
Value VarianceOf(const Samples& samples, int scale) {
  absl::int128 spread = 0;
  for (size_t i = 0; i < samples.size(); ++i) {
    for (size_t j = 0; j < i; ++j) {
      const absl::int128 distance = absl::int128(samples[i].value) - samples[j].value;
      spread += distance * distance;
    }
  }
  if (samples.size() < 2) return NdReason::kEmpty;
  return Number(Decimal::FromMantissa(spread, 2 * scale)) /
         (CountOf(samples.size()) * CountOf(samples.size() - 1));
}

}  // namespace

Value NaiveValue(const AggregationSpec& spec, const Samples& samples) {
  Samples kept;
  std::copy_if(samples.begin(), samples.end(), std::back_inserter(kept),
               [](const TestSample& sample) { return sample.kept; });
  if (samples.empty()) return NdReason::kEmpty;
  if (kept.empty()) return IsZeroWhenEmpty(spec.kind) ? Value(Decimal()) : NdReason::kEmpty;
  const std::vector<int64_t> values = SortedValues(kept);
  switch (spec.kind) {
    case AggregationKind::kSum: return SumOf(kept, spec.scale);
    case AggregationKind::kCount: return CountOf(kept.size());
    case AggregationKind::kCountTrue:
      return CountOf(kept.size() -
                     static_cast<size_t>(std::count(values.begin(), values.end(), int64_t{0})));
    case AggregationKind::kAverage: return SumOf(kept, spec.scale) / CountOf(kept.size());
    case AggregationKind::kMin: return Decimal::FromMantissa(values.front(), spec.scale);
    case AggregationKind::kMax: return Decimal::FromMantissa(values.back(), spec.scale);
    case AggregationKind::kFirst: return EndsOf(kept, true, false, spec.scale);
    case AggregationKind::kLast: return EndsOf(kept, false, false, spec.scale);
    case AggregationKind::kLatestManual: return EndsOf(kept, false, true, spec.scale);
    case AggregationKind::kMedian: return PercentileOf(kept, spec, 500'000);
    case AggregationKind::kPercentile: return PercentileOf(kept, spec, spec.percentile_millionths);
    case AggregationKind::kCountDistinct:
    case AggregationKind::kCountDistinctApprox: return DistinctOf(kept);
    case AggregationKind::kWeightedAverage: return WeightedAverageOf(kept, spec.scale);
    case AggregationKind::kVariance: return VarianceOf(kept, spec.scale);
    case AggregationKind::kStandardDeviation: return Sqrt(VarianceOf(kept, spec.scale).number());
    default: return NdReason::kNotAggregatable;
  }
}

}  // namespace kpisuite
