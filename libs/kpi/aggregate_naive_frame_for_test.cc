#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <tuple>

#include "libs/kpi/aggregate_naive_for_test.h"

namespace kpisuite {
namespace {

using Samples = std::vector<TestSample>;

std::set<uint64_t> SeriesOf(const Samples& samples) {
  std::set<uint64_t> series;
  for (const TestSample& sample : samples) series.insert(sample.series);
  return series;
}

// The sample that the series has the value of at the instant; null before its first one.
const TestSample* HeldAt(const Samples& samples, uint64_t series, int64_t nano) {
  const TestSample* held = nullptr;
  const auto rank = [](const TestSample& sample) {
    return std::make_tuple(sample.place_nano(), sample.time_nano, sample.sample_id, sample.value);
  };
  for (const TestSample& sample : samples) {
    if (sample.series != series || sample.place_nano() > nano) continue;
    if (held == nullptr || rank(sample) > rank(*held)) held = &sample;
  }
  return held;
}

// The first sample of the period, else the last one before it.
const TestSample* FirstIn(const AggregateFrame& frame, const Samples& samples, uint64_t series) {
  const TestSample* first = nullptr;
  const auto rank = [](const TestSample& sample) {
    return std::make_tuple(-sample.place_nano(), -sample.time_nano, sample.sample_id, sample.value);
  };
  for (const TestSample& sample : samples) {
    if (sample.series != series || sample.place_nano() < frame.start_nano) continue;
    if (first == nullptr || rank(sample) > rank(*first)) first = &sample;
  }
  return first != nullptr ? first : HeldAt(samples, series, frame.start_nano - 1);
}

Value EndsIn(const AggregateFrame& frame, bool first, int scale, const Samples& samples) {
  absl::int128 sum = 0;
  int members = 0;
  for (const uint64_t series : SeriesOf(samples)) {
    const TestSample* held = HeldAt(samples, series, frame.end_nano - 1);
    if (first) held = FirstIn(frame, samples, series);
    if (held == nullptr ||
        (held->place_nano() < frame.start_nano && held->place_nano() < frame.carry_from_nano)) {
      continue;
    }
    ++members;
    sum += held->value;
  }
  return members == 0 ? Value(NdReason::kEmpty) : Value(Decimal::FromMantissa(sum, scale));
}

// Nanosecond by nanosecond.
Value IntegralIn(const AggregateFrame& frame, bool mean, int scale, const Samples& samples) {
  absl::int128 integral = 0;
  int64_t covered = 0;
  int64_t length = 0;
  for (int64_t nano = frame.start_nano; nano < std::min(frame.end_nano, frame.as_of_nano); ++nano) {
    ++length;
    for (const uint64_t series : SeriesOf(samples)) {
      const TestSample* held = HeldAt(samples, series, nano);
      if (held == nullptr) continue;
      ++covered;
      integral += held->value;
    }
  }
  if (covered == 0) return NdReason::kEmpty;
  return Number(Decimal::FromMantissa(integral, scale)) / Decimal::FromInt(mean ? covered : length);
}

Value ConversionsIn(const AggregateFrame& frame, const Samples& samples) {
  int64_t opportunities = 0;
  int64_t converted = 0;
  for (const TestSample& one : samples) {
    if (one.entity.empty() || one.value != 0 || one.place_nano() < frame.start_nano ||
        one.place_nano() >= frame.end_nano) {
      continue;
    }
    ++opportunities;
    converted += std::any_of(samples.begin(), samples.end(), [&](const TestSample& other) {
      const int64_t delay = other.place_nano() - one.place_nano();
      return other.entity == one.entity && other.value != 0 && delay >= 0 &&
             delay <= frame.conversion_window_nano;
    });
  }
  return Number(Decimal::FromInt(converted)) / Decimal::FromInt(opportunities);
}

Value CohortIn(const AggregateFrame& frame, int scale, const Samples& samples) {
  std::map<std::string, absl::int128> then;
  std::map<std::string, absl::int128> now;
  for (const TestSample& sample : samples) {
    const int64_t place = sample.place_nano();
    if (sample.entity.empty()) continue;
    if (place >= frame.then_start_nano && place < frame.then_end_nano) {
      then[sample.entity] += sample.value;
    }
    if (place >= frame.start_nano && place < frame.end_nano) now[sample.entity] += sample.value;
  }
  absl::int128 above = 0;
  absl::int128 below = 0;
  for (const auto& [entity, value] : then) {
    const bool present = now.count(entity) != 0;
    const absl::int128 current = present ? now[entity] : 0;
    const bool counts = frame.cohort_measure == CohortMeasure::kEntities;
    below += counts ? 1 : value;
    if (counts) {
      above += present ? 1 : 0;
    } else {
      above +=
          frame.cohort_measure == CohortMeasure::kRetained ? std::min(current, value) : current;
    }
  }
  return Number(Decimal::FromMantissa(above, scale)) / Decimal::FromMantissa(below, scale);
}

}  // namespace

Value NaiveValueIn(const AggregationSpec& spec, const AggregateFrame& frame,
                   const Samples& samples) {
  Samples kept;
  for (const TestSample& sample : samples) {
    if (sample.kept) kept.push_back(sample);
  }
  if (kept.empty()) {
    const bool divides =
        spec.kind == AggregationKind::kConversion || spec.kind == AggregationKind::kCohortRatio;
    return divides && !samples.empty() ? NdReason::kDivisionByZero : NdReason::kEmpty;
  }
  switch (spec.kind) {
    case AggregationKind::kFirst: return EndsIn(frame, true, spec.scale, kept);
    case AggregationKind::kLast: return EndsIn(frame, false, spec.scale, kept);
    case AggregationKind::kTimeWeightedAverage: return IntegralIn(frame, false, spec.scale, kept);
    case AggregationKind::kTimeWeightedMean: return IntegralIn(frame, true, spec.scale, kept);
    case AggregationKind::kConversion: return ConversionsIn(frame, kept);
    case AggregationKind::kCohortRatio: return CohortIn(frame, spec.scale, kept);
    default: return NdReason::kInputError;
  }
}

}  // namespace kpisuite
