#pragma once

#include <compare>
#include <string>

#include "absl/container/btree_map.h"
#include "libs/kpi/aggregate_collection.h"

namespace kpisuite {

// FIRST, TIME_WEIGHTED_AVG, TIME_WEIGHTED_MEAN: the samples of every leaf series in the order of
// their places in time. Between two of them the series has the value of the earlier one; of one
// place the last by event time, then sample_id, then value holds. Samples are taken out in place.
class StepSeries final : public AggregateCollection {
 public:
  explicit StepSeries(const AggregationSpec& spec) : kind_(spec.kind), scale_(spec.scale) {}

  std::unique_ptr<AggregateCollection> Clone() const override;
  void Add(const SampleView& sample) override;
  bool Remove(const SampleView& sample) override;
  void Merge(const AggregateCollection& other) override;
  // FIRST: sum over the series of the earliest value (of one instant that of the larger sample_id);
  // the others need a frame: NOT_AGGREGATABLE.
  AggregateResult Finalise(uint64_t n) const override;
  // FIRST: sum over the series of the first value in the period, else of the last one before it
  // from carry_from on.
  // TIME_WEIGHTED_AVG: integrals of all series over the part of the period before as_of, divided by
  // the length of that part; a series counts as nothing before its first sample.
  // TIME_WEIGHTED_MEAN: the same integrals divided by the times for which the series have values.
  AggregateResult FinaliseIn(const AggregateFrame& frame, uint64_t n) const override;
  std::optional<uint64_t> KeepLast() override;
  size_t AllocatedBytes() const override;
  void Write(WireWriter& writer) const override;
  absl::Status Read(WireReader& reader, uint64_t n) override;

 private:
  struct Step {
    int64_t place_nano = 0;
    int64_t time_nano = 0;
    std::string sample_id;
    int64_t value = 0;

    bool IsSameInstant(const Step& other) const {
      return place_nano == other.place_nano && time_nano == other.time_nano;
    }
    friend auto operator<=>(const Step&, const Step&) = default;
  };
  using Steps = absl::btree_map<Step, uint64_t>;  // to the number of equal samples

  static Steps::const_iterator FirstFrom(const Steps& steps, int64_t place_nano);
  static Step StepOf(const SampleView& sample);
  AggregateResult FirstIn(const AggregateFrame& frame) const;
  // Where a time-weighted average begins to count; `end` without samples of all time.
  int64_t StartOf(const AggregateFrame& frame, int64_t end) const;
  AggregateResult IntegralIn(const AggregateFrame& frame) const;
  absl::Status ReadSteps(WireReader& reader, uint64_t& missing, Steps& steps);

  AggregationKind kind_;
  uint8_t scale_;
  absl::btree_map<uint64_t, Steps> series_;  // none empty
};

}  // namespace kpisuite
