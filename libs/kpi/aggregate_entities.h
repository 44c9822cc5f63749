#pragma once

#include <string>

#include "absl/container/flat_hash_map.h"
#include "libs/kpi/aggregate_collection.h"
#include "libs/kpi/hyper_log_log.h"

namespace kpisuite {

// COUNT_DISTINCT: every entity with its number of samples, so that it can be retracted, while there
// are at most `exact_cap` entities. Above that, and of COUNT_DISTINCT_APPROX from the first on, the
// registers of a HyperLogLog, which forget nothing: only a rebuild takes a sample out. So the
// multiset alone decides which of the two holds. Samples without an entity are not counted.
class EntityMultiset final : public AggregateCollection {
 public:
  explicit EntityMultiset(const AggregationSpec& spec)
      : cap_(spec.kind == AggregationKind::kCountDistinctApprox ? 0 : spec.exact_cap),
        approximate_(cap_ == 0) {}

  std::unique_ptr<AggregateCollection> Clone() const override;
  void Add(const SampleView& sample) override;
  bool Remove(const SampleView& sample) override;
  void Merge(const AggregateCollection& other) override;
  AggregateResult Finalise(uint64_t n) const override;
  bool approximate() const override { return approximate_; }
  size_t AllocatedBytes() const override;
  void Write(WireWriter& writer) const override;
  absl::Status Read(WireReader& reader, uint64_t n) override;

 private:
  void AddCopies(absl::string_view entity, uint64_t copies);
  void MakeApproximate();
  absl::Status ReadEntities(WireReader& reader, uint64_t n);

  uint32_t cap_;
  bool approximate_;
  absl::flat_hash_map<std::string, uint64_t> copies_;  // empty when approximate
  HyperLogLog registers_;                              // empty when exact
};

}  // namespace kpisuite
