// Random histories of adds, removals, corrections and merges against a naive recomputation from the
// samples that are left: the same bytes and the same value, whatever the way there.

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "libs/kpi/aggregate.h"
#include "libs/kpi/aggregate_naive_for_test.h"

namespace kpisuite {
namespace {

class History : public testing::TestWithParam<AggregationKind> {
 protected:
  TestSample RandomSample() {
    const auto pick = [this](int64_t low, int64_t high) {
      return std::uniform_int_distribution<int64_t>(low, high)(random_);
    };
    const bool squares = GetParam() == AggregationKind::kVariance ||
                         GetParam() == AggregationKind::kStandardDeviation;
    const int64_t most = squares ? int64_t{1} << 50 : INT64_MAX;
    const int64_t entity = pick(0, 8);
    TestSample sample = {.time_nano = pick(-3, 3),
                         .value = pick(0, 9) == 0 ? pick(-most, most) : pick(-6, 6),
                         .sample_id = absl::StrCat("id", ++last_id_),
                         .entity = entity == 0 ? "" : absl::StrCat("e", entity),
                         .series = static_cast<uint64_t>(pick(1, 3)),
                         .kept = pick(0, 4) != 0};
    if (pick(0, 5) == 0) sample.shift_nano = pick(-2, 2);
    if (pick(0, 40) != 0) sample.weight = pick(-2, 5);
    return sample;
  }

  Aggregate Empty() const { return Aggregate::Create(spec_).value(); }

  Aggregate Rebuild(std::vector<TestSample> samples) {
    std::shuffle(samples.begin(), samples.end(), random_);
    // Merges random runs, so that batching varies as well as order.
    Aggregate whole = Empty();
    Aggregate part = Empty();
    for (const TestSample& sample : samples) {
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
    const TestSample gone = samples_[index];
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
  AggregationSpec spec_{
      .kind = GetParam(),
      .scale = 2,
      .percentile_millionths = GetParam() == AggregationKind::kPercentile ? 370'000u : 0u,
      .exact_cap = 7};
  std::vector<TestSample> samples_;
  int64_t last_id_ = 0;
};

TEST_P(History, AnyOrderBatchingAndCorrectionEqualsARecomputation) {
  for (int run = 0; run < 200; ++run) {
    samples_.clear();
    Aggregate aggregate = Empty();
    for (int step = 0; step < 30; ++step) {
      Step(aggregate);
      ASSERT_EQ(aggregate.Serialize(), Rebuild(samples_).Serialize());
      const AggregateResult result = aggregate.Finalise();
      ASSERT_EQ(result.value, NaiveValue(spec_, samples_));
      if (result.lower.has_value()) {
        AggregationSpec exact = spec_;
        exact.exact_cap = kDefaultExactCap;
        const Number value = NaiveValue(exact, samples_).number();
        ASSERT_LE(*result.lower, value.value());
        ASSERT_GE(*result.upper, value.value());
      }
      ASSERT_EQ(result.rows, samples_.size());
      const absl::StatusOr<Aggregate> parsed = Aggregate::Parse(aggregate.Serialize());
      ASSERT_TRUE(parsed.ok()) << parsed.status();
      ASSERT_EQ(parsed->Serialize(), aggregate.Serialize());
      ASSERT_EQ(parsed->Finalise().value, result.value);
    }
  }
}

std::vector<AggregationKind> ServedKinds() {
  std::vector<AggregationKind> kinds;
  for (int kind = 1; kind < 100; ++kind) {
    if (IsServed(static_cast<AggregationKind>(kind))) {
      kinds.push_back(static_cast<AggregationKind>(kind));
    }
  }
  return kinds;
}

INSTANTIATE_TEST_SUITE_P(EveryKind, History, testing::ValuesIn(ServedKinds()),
                         [](const auto& info) {
                           return std::string(AggregationKindName(info.param));
                         });

}  // namespace
}  // namespace kpisuite
