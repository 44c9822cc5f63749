#include "tests/bench/statistics.h"

#include <gtest/gtest.h>

namespace kpisuite {
namespace {

TEST(Statistics, MedianOfAnEvenNumberIsTheMeanOfTheMiddle) {
  EXPECT_EQ(Median({4, 1, 3, 2}), 2.5);
  EXPECT_EQ(Median({3, 1, 2}), 2);
}

TEST(Statistics, IntervalContainsTheMedianAndIsRepeatable) {
  std::vector<double> values;
  for (int i = 0; i < 101; ++i) values.push_back(i);
  const RatioInterval interval = MedianInterval(values);
  EXPECT_LT(interval.low, 50);
  EXPECT_GT(interval.high, 50);
  EXPECT_EQ(MedianInterval(values).low, interval.low);
}

TEST(LatencyHistogram, QuantilesAreRightToTwoPercentOverNineDecades) {
  for (int64_t nanos = 1; nanos < 1'000'000'000; nanos = nanos * 3 + 1) {
    LatencyHistogram histogram;
    histogram.Record(absl::Nanoseconds(nanos));
    const auto got = static_cast<double>(absl::ToInt64Nanoseconds(histogram.Quantile(0.5)));
    EXPECT_GE(got, static_cast<double>(nanos));
    EXPECT_LE(got, static_cast<double>(nanos) * 1.02);
  }
}

TEST(LatencyHistogram, QuantileCountsFromBelow) {
  LatencyHistogram low;
  LatencyHistogram high;
  for (int i = 0; i < 98; ++i) low.Record(absl::Microseconds(10));
  for (int i = 0; i < 2; ++i) high.Record(absl::Milliseconds(10));
  low.Merge(high);
  EXPECT_LT(low.Quantile(0.5), absl::Microseconds(11));
  EXPECT_GT(low.Quantile(0.99), absl::Milliseconds(9));
  EXPECT_EQ(low.count(), 100);
}

}  // namespace
}  // namespace kpisuite
