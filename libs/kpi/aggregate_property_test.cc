// Random histories of adds, removals, corrections and merges against a naive recomputation from the
// samples that are left: the same bytes and the same value, whatever the way there.

#include <algorithm>
#include <map>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "libs/kpi/aggregate.h"

namespace kpisuite {
namespace {

struct Sample {
  int64_t time_nano;
  int64_t value;
  std::string sample_id;
  std::string entity;
  uint64_t series;
  bool kept;

  SampleView View() const {
    return {.time_nano = time_nano,
            .value = value,
            .sample_id = sample_id,
            .entity = entity,
            .series = series,
            .kept = kept};
  }
};

class History : public testing::TestWithParam<AggregationKind> {
 protected:
  Sample RandomSample() {
    const auto pick = [this](int64_t low, int64_t high) {
      return std::uniform_int_distribution<int64_t>(low, high)(random_);
    };
    const int64_t entity = pick(0, 8);
    return {.time_nano = pick(-3, 3),
            .value = pick(0, 9) == 0 ? pick(INT64_MIN, INT64_MAX) : pick(-6, 6),
            .sample_id = absl::StrCat("id", ++last_id_),
            .entity = entity == 0 ? "" : absl::StrCat("e", entity),
            .series = static_cast<uint64_t>(pick(1, 3)),
            .kept = pick(0, 4) != 0};
  }

  Aggregate Empty() const { return Aggregate::Create(spec_).value(); }

  Aggregate Rebuild(std::vector<Sample> samples) {
    std::shuffle(samples.begin(), samples.end(), random_);
    // Merges random runs, so that batching varies as well as order.
    Aggregate whole = Empty();
    Aggregate part = Empty();
    for (const Sample& sample : samples) {
      EXPECT_TRUE(part.Add(sample.View()).ok());
      if (random_() % 4 != 0) continue;
      EXPECT_TRUE(whole.Merge(part).ok());
      part = Empty();
    }
    EXPECT_TRUE(part.Merge(whole).ok());
    return part;
  }

  void RemoveOne(Aggregate& aggregate) {
    const size_t index = random_() % samples_.size();
    const Sample gone = samples_[index];
    samples_.erase(samples_.begin() + static_cast<std::ptrdiff_t>(index));
    const std::string before = aggregate.Serialize();
    if (aggregate.Remove(gone.View())) return;
    ASSERT_EQ(aggregate.Serialize(), before);
    aggregate = Rebuild(samples_);
  }

  void Step(Aggregate& aggregate) {
    const uint64_t action = random_() % 8;
    if (action < 4 || samples_.empty()) {
      samples_.push_back(RandomSample());
      ASSERT_TRUE(aggregate.Add(samples_.back().View()).ok());
    } else if (action < 7) {
      RemoveOne(aggregate);
    } else {
      Aggregate other = Empty();
      for (int i = 0; i < 3; ++i) {
        samples_.push_back(RandomSample());
        ASSERT_TRUE(other.Add(samples_.back().View()).ok());
      }
      ASSERT_TRUE(aggregate.Merge(other).ok());
    }
  }

  std::mt19937_64 random_{20251121};
  AggregationSpec spec_{.kind = GetParam(), .scale = 2, .exact_cap = 7};
  std::vector<Sample> samples_;
  int64_t last_id_ = 0;
};

// The value from the samples, written without any of the library's states.
Value Naive(const AggregationSpec& spec, const std::vector<Sample>& samples) {
  std::vector<Sample> kept;
  std::copy_if(samples.begin(), samples.end(), std::back_inserter(kept),
               [](const Sample& sample) { return sample.kept; });
  if (samples.empty()) return NdReason::kEmpty;
  if (kept.empty()) return IsZeroWhenEmpty(spec.kind) ? Value(Decimal()) : NdReason::kEmpty;
  absl::int128 sum = 0;
  std::vector<int64_t> values;
  std::set<std::string> entities;
  std::map<uint64_t, std::tuple<int64_t, std::string, int64_t>> latest;
  std::map<uint64_t, std::tuple<int64_t, std::string, int64_t>> earliest;
  for (const Sample& sample : kept) {
    sum += sample.value;
    values.push_back(sample.value);
    if (!sample.entity.empty()) entities.insert(sample.entity);
    const auto late = std::make_tuple(sample.time_nano, sample.sample_id, sample.value);
    const auto early = std::make_tuple(-sample.time_nano, sample.sample_id, sample.value);
    latest[sample.series] =
        latest.count(sample.series) ? std::max(latest[sample.series], late) : late;
    earliest[sample.series] =
        earliest.count(sample.series) ? std::max(earliest[sample.series], early) : early;
  }
  std::sort(values.begin(), values.end());
  const auto at_scale = [&spec](absl::int128 mantissa) {
    return Number(Decimal::FromMantissa(mantissa, spec.scale));
  };
  const Number n = Decimal::FromInt(static_cast<int64_t>(kept.size()));
  const auto sum_of = [&](const auto& chosen) {
    absl::int128 total = 0;
    for (const auto& [series, held] : chosen) total += std::get<2>(held);
    return at_scale(total);
  };
  switch (spec.kind) {
    case AggregationKind::kSum: return at_scale(sum);
    case AggregationKind::kCount: return n;
    case AggregationKind::kCountTrue:
      return Decimal::FromInt(
          std::count_if(values.begin(), values.end(), [](int64_t value) { return value != 0; }));
    case AggregationKind::kAverage: return at_scale(sum) / n;
    case AggregationKind::kMin: return at_scale(values.front());
    case AggregationKind::kMax: return at_scale(values.back());
    case AggregationKind::kFirst: return sum_of(earliest);
    case AggregationKind::kLast: return sum_of(latest);
    case AggregationKind::kMedian: {
      if (std::set<int64_t>(values.begin(), values.end()).size() > spec.exact_cap) {
        return NdReason::kNotAggregatable;
      }
      const size_t middle = values.size() / 2;
      if (values.size() % 2 != 0) return at_scale(values[middle]);
      return Decimal::FromMantissa((absl::int128(values[middle - 1]) + values[middle]) * 5,
                                   spec.scale + 1);
    }
    case AggregationKind::kCountDistinct:
      if (entities.size() > spec.exact_cap) return NdReason::kNotAggregatable;
      return Decimal::FromInt(static_cast<int64_t>(entities.size()));
    default: ADD_FAILURE(); return NdReason::kDomain;
  }
}

TEST_P(History, AnyOrderBatchingAndCorrectionEqualsARecomputation) {
  for (int run = 0; run < 40; ++run) {
    samples_.clear();
    Aggregate aggregate = Empty();
    for (int step = 0; step < 60; ++step) {
      Step(aggregate);
      ASSERT_EQ(aggregate.Serialize(), Rebuild(samples_).Serialize());
      ASSERT_EQ(aggregate.Finalise().value, Naive(spec_, samples_));
      ASSERT_EQ(aggregate.Finalise().rows, samples_.size());
      const absl::StatusOr<Aggregate> parsed = Aggregate::Parse(aggregate.Serialize());
      ASSERT_TRUE(parsed.ok()) << parsed.status();
      ASSERT_EQ(parsed->Serialize(), aggregate.Serialize());
      ASSERT_EQ(parsed->Finalise().value, aggregate.Finalise().value);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(EveryKind, History,
                         testing::Values(AggregationKind::kSum, AggregationKind::kCount,
                                         AggregationKind::kCountTrue, AggregationKind::kAverage,
                                         AggregationKind::kMin, AggregationKind::kMax,
                                         AggregationKind::kFirst, AggregationKind::kLast,
                                         AggregationKind::kMedian, AggregationKind::kCountDistinct),
                         [](const auto& info) {
                           return std::string(AggregationKindName(info.param));
                         });

}  // namespace
}  // namespace kpisuite
