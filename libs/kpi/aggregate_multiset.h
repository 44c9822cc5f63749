#pragma once

#include "absl/container/btree_map.h"
#include "libs/kpi/aggregate_collection.h"

namespace kpisuite {

// PERCENTILE, MEDIAN: every distinct value with its number of samples while there are at most
// `exact_cap` distinct values. Above that the bins of relative_bins.h with theirs, a DDSketch
// without collapse. Bins do not tell when the values are few enough again, so only a rebuild takes
// a sample out of them: the multiset alone decides which of the two holds.
class ValueMultiset final : public AggregateCollection {
 public:
  explicit ValueMultiset(const AggregationSpec& spec);

  std::unique_ptr<AggregateCollection> Clone() const override;
  void Add(const SampleView& sample) override;
  bool Remove(const SampleView& sample) override;
  void Merge(const AggregateCollection& other) override;
  // Inclusive linear interpolation at h = (n-1)p, exact, then converted once. Of bins, the middle
  // between the interpolations of their smallest and largest integers, which are the bounds.
  AggregateResult Finalise(uint64_t n) const override;
  bool approximate() const override { return approximate_; }
  size_t AllocatedBytes() const override;
  void Write(WireWriter& writer) const override;
  absl::Status Read(WireReader& reader, uint64_t n) override;

 private:
  // A value, or its bin when approximate.
  int64_t KeyOf(int64_t value) const;
  void AddCopies(int64_t key, uint64_t copies);
  void MakeApproximate();
  absl::Status CheckBins() const;

  uint8_t scale_;
  bool approximate_ = false;
  uint32_t percentile_millionths_;
  uint32_t cap_;
  absl::btree_map<int64_t, uint64_t> copies_;  // by key
};

}  // namespace kpisuite
