#pragma once

#include <string>

#include "absl/container/btree_map.h"
#include "libs/kpi/aggregate_collection.h"

namespace kpisuite {

// CONVERSION, COHORT_RATIO: what happened to every entity, by place in time. Samples without an
// entity are not counted. Samples are taken out in place. Both kinds need a frame; without one they
// are ND(NOT_AGGREGATABLE).
class EntityEvents final : public AggregateCollection {
 public:
  explicit EntityEvents(const AggregationSpec& spec)
      : conversions_(spec.kind == AggregationKind::kConversion), scale_(spec.scale) {}

  std::unique_ptr<AggregateCollection> Clone() const override;
  void Add(const SampleView& sample) override;
  bool Remove(const SampleView& sample) override;
  void Merge(const AggregateCollection& other) override;
  AggregateResult Finalise(uint64_t n) const override;
  // CONVERSION: a sample of value 0 is an opportunity, any other a conversion. Opportunities of the
  // period that have a conversion of the same entity from 0 to conversion_window after them (at
  // that delay too), divided by all opportunities of the period. One conversion may answer several
  // opportunities; an opportunity counts once however many conversions follow it.
  // COHORT_RATIO: the cohort are the entities with a sample from then_start to then_end; of an
  // entity's samples of one period the values add up. See CohortMeasure.
  // A divisor of 0 is ND(DIV0). Members are the opportunities, or the cohort.
  AggregateResult FinaliseIn(const AggregateFrame& frame, uint64_t n) const override;
  size_t AllocatedBytes() const override;
  void Write(WireWriter& writer) const override;
  absl::Status Read(WireReader& reader, uint64_t n) override;

 private:
  // The samples of one entity at one place.
  struct Moment {
    uint64_t n = 0;
    Int128 total = 0;  // CONVERSION: conversions among them; else sum of the values
  };
  using Moments = absl::btree_map<int64_t, Moment>;  // by place, none empty

  int64_t MeasureOf(int64_t value) const { return conversions_ ? (value != 0 ? 1 : 0) : value; }
  bool IsPossible(const Moment& moment) const;
  AggregateResult ConversionsIn(const AggregateFrame& frame) const;
  AggregateResult CohortIn(const AggregateFrame& frame) const;
  static Moment TotalOf(const Moments& moments, int64_t start_nano, int64_t end_nano);
  absl::Status ReadMoments(WireReader& reader, uint64_t& left, Moments& moments);

  bool conversions_;
  uint8_t scale_;
  absl::btree_map<std::string, Moments> entities_;  // none empty
};

}  // namespace kpisuite
