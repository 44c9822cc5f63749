#pragma once

#include <string>

#include "absl/container/btree_map.h"
#include "libs/kpi/aggregate_collection.h"

namespace kpisuite {

// LAST: the latest sample of every leaf series by place in time, then event time; of one instant
// the larger sample_id, of equal ids (which identity forbids) the larger value. The value is the
// sum over the series. LATEST_MANUAL: the same, with all series as one.
class LeafSeries final : public AggregateCollection {
 public:
  explicit LeafSeries(const AggregationSpec& spec)
      : one_series_(spec.kind == AggregationKind::kLatestManual), scale_(spec.scale) {}

  std::unique_ptr<AggregateCollection> Clone() const override;
  void Add(const SampleView& sample) override;
  bool Remove(const SampleView& sample) override;
  void Merge(const AggregateCollection& other) override;
  AggregateResult Finalise(uint64_t n) const override;
  // LAST: values from before the period are carried from carry_from on.
  AggregateResult FinaliseIn(const AggregateFrame& frame, uint64_t n) const override;
  std::optional<uint64_t> KeepLast() override;
  size_t AllocatedBytes() const override;
  void Write(WireWriter& writer) const override;
  absl::Status Read(WireReader& reader, uint64_t n) override;

 private:
  struct Held {
    int64_t place_nano = 0;
    int64_t time_nano = 0;
    int64_t value = 0;
    std::string sample_id;
    uint64_t n = 0;  // samples of the series, this one included
  };

  uint64_t SeriesOf(const SampleView& sample) const { return one_series_ ? 0 : sample.series; }
  static Held HeldOf(const SampleView& sample);
  // Whether `one` takes the place of `held`.
  static bool Wins(const Held& one, const Held& held);
  absl::Status ReadSeries(WireReader& reader, uint64_t series);

  bool one_series_;
  uint8_t scale_;
  absl::btree_map<uint64_t, Held> series_;
};

}  // namespace kpisuite
