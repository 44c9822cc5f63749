#pragma once

#include "absl/container/btree_map.h"
#include "libs/kpi/aggregate_collection.h"

namespace kpisuite {

// PERCENTILE, MEDIAN: every distinct value with its number of samples, while there are at most
// `exact_cap` distinct values. Above that the values are dropped; only a rebuild after retractions
// brings them back, so the multiset alone decides which of the two holds.
class ValueMultiset final : public AggregateCollection {
 public:
  explicit ValueMultiset(const AggregationSpec& spec);

  std::unique_ptr<AggregateCollection> Clone() const override;
  void Add(const SampleView& sample) override { AddCopies(sample.value, 1); }
  bool Remove(const SampleView& sample) override;
  void Merge(const AggregateCollection& other) override;
  // Inclusive linear interpolation at h = (n-1)p, exact, then converted once.
  Value Finalise(uint64_t n) const override;
  bool over_cap() const override { return over_cap_; }
  size_t AllocatedBytes() const override;
  void Write(WireWriter& writer) const override;
  absl::Status Read(WireReader& reader, uint64_t n) override;

 private:
  void AddCopies(int64_t value, uint64_t copies);

  uint8_t scale_;
  bool over_cap_ = false;
  uint32_t percentile_millionths_;
  uint32_t cap_;
  absl::btree_map<int64_t, uint64_t> copies_;
};

}  // namespace kpisuite
