#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "absl/status/status.h"
#include "libs/kpi/aggregate.h"
#include "libs/kpi/wire.h"

namespace kpisuite {

// The part of an Aggregate that needs more than its payload: leaf series, a multiset of values,
// entities, or wide sums. It sees kept samples only. Implementations: aggregate_leaf_series.h,
// aggregate_multiset.h, aggregate_entities.h, aggregate_moments.h, aggregate_step_series.h,
// aggregate_entity_events.h.
class AggregateCollection {
 public:
  virtual ~AggregateCollection() = default;
  virtual std::unique_ptr<AggregateCollection> Clone() const = 0;

  virtual void Add(const SampleView& sample) = 0;
  // False, and unchanged, when the sample cannot be taken out in place.
  virtual bool Remove(const SampleView& sample) = 0;
  // `other` has the same dynamic type and spec.
  virtual void Merge(const AggregateCollection& other) = 0;

  // The value over `n` > 0 kept samples; n and rows of the result are not set.
  virtual AggregateResult Finalise(uint64_t n) const = 0;
  // The same for a frame, over `n` > 0 kept samples.
  virtual AggregateResult FinaliseIn(const AggregateFrame& frame, uint64_t n) const {
    return Finalise(n);
  }
  // Drops all but the last sample of each leaf series; how many are left. Nothing, and unchanged,
  // when the kind carries nothing.
  virtual std::optional<uint64_t> KeepLast() { return std::nullopt; }
  virtual bool approximate() const { return false; }
  virtual size_t AllocatedBytes() const = 0;

  // Canonical bytes, and their reading; `n` is the number of kept samples the state claims.
  virtual void Write(WireWriter& writer) const = 0;
  virtual absl::Status Read(WireReader& reader, uint64_t n) = 0;
};

// The empty collection of the kind, or null if the kind keeps none.
std::unique_ptr<AggregateCollection> MakeAggregateCollection(const AggregationSpec& spec);

}  // namespace kpisuite
