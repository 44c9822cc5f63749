#include "tests/bench/statistics.h"

#include <algorithm>
#include <bit>
#include <random>

namespace kpisuite {
namespace {

constexpr int kResamples = 2000;
constexpr double kTail = 0.025;

}  // namespace

double Median(std::vector<double> values) {
  if (values.empty()) return 0;
  std::sort(values.begin(), values.end());
  const size_t middle = values.size() / 2;
  if (values.size() % 2 == 1) return values[middle];
  return (values[middle - 1] + values[middle]) / 2;
}

RatioInterval MedianInterval(const std::vector<double>& values) {
  if (values.empty()) return {};
  std::mt19937_64 generator(1);
  std::uniform_int_distribution<size_t> pick(0, values.size() - 1);
  std::vector<double> medians;
  for (int i = 0; i < kResamples; ++i) {
    std::vector<double> resample;
    for (size_t j = 0; j < values.size(); ++j) resample.push_back(values[pick(generator)]);
    medians.push_back(Median(std::move(resample)));
  }
  std::sort(medians.begin(), medians.end());
  const auto at = [&medians](double share) {
    return medians[static_cast<size_t>(share * static_cast<double>(medians.size() - 1))];
  };
  return {at(kTail), at(1 - kTail)};
}

size_t LatencyHistogram::BucketOf(uint64_t nanos) {
  constexpr uint64_t kLinear = uint64_t{1} << kSubBits;
  if (nanos < kLinear) return nanos;
  // The leading bit chooses the power of two, the kSubBits after it the bucket.
  const int shift = std::bit_width(nanos) - 1 - kSubBits;
  return (static_cast<size_t>(shift) << kSubBits) + (nanos >> shift);
}

uint64_t LatencyHistogram::UpperEndOf(size_t bucket) {
  if (bucket < (size_t{2} << kSubBits)) return bucket;
  const int shift = static_cast<int>(bucket >> kSubBits) - 1;
  const uint64_t lower = ((bucket & ((size_t{1} << kSubBits) - 1)) | (size_t{1} << kSubBits))
                         << shift;
  return lower + (uint64_t{1} << shift) - 1;
}

void LatencyHistogram::Record(absl::Duration latency) {
  const int64_t nanos = std::max<int64_t>(absl::ToInt64Nanoseconds(latency), 0);
  ++buckets_[BucketOf(static_cast<uint64_t>(nanos))];
  ++count_;
}

void LatencyHistogram::Merge(const LatencyHistogram& other) {
  for (size_t i = 0; i < kBuckets; ++i) buckets_[i] += other.buckets_[i];
  count_ += other.count_;
}

absl::Duration LatencyHistogram::Quantile(double quantile) const {
  const auto wanted = static_cast<int64_t>(quantile * static_cast<double>(count_));
  int64_t seen = 0;
  for (size_t i = 0; i < kBuckets; ++i) {
    seen += buckets_[i];
    if (seen > wanted || (seen == count_ && seen > 0)) {
      return absl::Nanoseconds(static_cast<int64_t>(UpperEndOf(i)));
    }
  }
  return absl::ZeroDuration();
}

}  // namespace kpisuite
