#pragma once

#include <string>

#include "absl/container/flat_hash_map.h"
#include "libs/kpi/aggregate_collection.h"

namespace kpisuite {

// COUNT_DISTINCT: every entity with its number of samples, so that it can be retracted, while there
// are at most `exact_cap` entities. Above that the entities are dropped; only a rebuild after
// retractions brings them back, so the multiset alone decides which of the two holds. Samples
// without an entity are not counted.
class EntityMultiset final : public AggregateCollection {
 public:
  explicit EntityMultiset(const AggregationSpec& spec) : cap_(spec.exact_cap) {}

  std::unique_ptr<AggregateCollection> Clone() const override;
  void Add(const SampleView& sample) override;
  bool Remove(const SampleView& sample) override;
  void Merge(const AggregateCollection& other) override;
  Value Finalise(uint64_t n) const override;
  bool over_cap() const override { return over_cap_; }
  size_t AllocatedBytes() const override;
  void Write(WireWriter& writer) const override;
  absl::Status Read(WireReader& reader, uint64_t n) override;

 private:
  void AddCopies(absl::string_view entity, uint64_t copies);

  uint32_t cap_;
  bool over_cap_ = false;
  absl::flat_hash_map<std::string, uint64_t> copies_;
};

}  // namespace kpisuite
