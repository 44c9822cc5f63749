#pragma once

#include <string>

#include "absl/container/btree_map.h"
#include "libs/kpi/aggregate_collection.h"

namespace kpisuite {

// FIRST, LAST: the earliest or latest sample of every leaf series; equal times are decided by the
// larger sample_id, equal ids (which identity forbids) by the larger value. The value is the sum
// over the series.
class LeafSeries final : public AggregateCollection {
 public:
  explicit LeafSeries(const AggregationSpec& spec)
      : earliest_(spec.kind == AggregationKind::kFirst), scale_(spec.scale) {}

  std::unique_ptr<AggregateCollection> Clone() const override;
  void Add(const SampleView& sample) override;
  bool Remove(const SampleView& sample) override;
  void Merge(const AggregateCollection& other) override;
  AggregateResult Finalise(uint64_t n) const override;
  size_t AllocatedBytes() const override;
  void Write(WireWriter& writer) const override;
  absl::Status Read(WireReader& reader, uint64_t n) override;

  uint64_t members() const { return series_.size(); }
  uint64_t MembersBefore(int64_t time_nano) const;

 private:
  struct Held {
    int64_t time_nano = 0;
    int64_t value = 0;
    std::string sample_id;
    uint64_t n = 0;  // samples of the series, this one included
  };

  // Whether a sample takes the place of the held one.
  bool Wins(int64_t time_nano, absl::string_view sample_id, int64_t value, const Held& held) const;
  absl::Status ReadSeries(WireReader& reader, uint64_t series);

  bool earliest_;
  uint8_t scale_;
  absl::btree_map<uint64_t, Held> series_;
};

}  // namespace kpisuite
