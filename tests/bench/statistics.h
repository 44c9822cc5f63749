// What benchmarks say about many numbers: medians, how sure they are, and quantiles of latencies.
#pragma once

#include <cstdint>
#include <vector>

#include "absl/time/time.h"

namespace kpisuite {

// The median; 0 of none.
double Median(std::vector<double> values);

struct RatioInterval {
  double low = 0;
  double high = 0;
};

// The 95 % interval of the median by bootstrap (percentiles of 2000 resamples, seeded: the same
// values give the same interval). {0, 0} of none.
RatioInterval MedianInterval(const std::vector<double>& values);

// Counts latencies in buckets that are linear within each power of two of nanoseconds: quantiles
// are right to 1.6 %. Not thread-safe.
class LatencyHistogram {
 public:
  // Negative ones count as 0.
  void Record(absl::Duration latency);
  void Merge(const LatencyHistogram& other);

  int64_t count() const { return count_; }
  // Upper end of the bucket in which the share `quantile` (0 to 1) is reached; 0 of none.
  absl::Duration Quantile(double quantile) const;

 private:
  static constexpr int kSubBits = 6;  // 64 buckets for each power of two
  static constexpr size_t kBuckets = (64 - kSubBits + 1) << kSubBits;

  static size_t BucketOf(uint64_t nanos);
  static uint64_t UpperEndOf(size_t bucket);

  std::vector<int64_t> buckets_ = std::vector<int64_t>(kBuckets, 0);
  int64_t count_ = 0;
};

}  // namespace kpisuite
