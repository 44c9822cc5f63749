// Remembers what the next period of a series builds on.
#pragma once

#include <cstdint>
#include <optional>

#include "absl/container/btree_map.h"
#include "services/evaluation/engine/series_carry.h"

namespace kpisuite {

struct TrackedState;

// The carry of one series, kept between evaluations: O(1) for the period after the last closed one,
// however often it is asked for; built again from the points of all periods for an earlier one.
// Not thread-safe.
class SeriesHistory {
 public:
  // What the period that begins on `first_day` builds on. `periods` are those of the series, the
  // same in every call. Valid until the next call of a member.
  const SeriesCarry& Before(const KpiDefinition& kpi,
                            const absl::btree_map<int32_t, TrackedState>& periods,
                            int32_t first_day);
  // The point of this period came, went or changed, or the period is new among the tracked ones.
  void NoteChange(int32_t first_day);

  // How often the carry was built from the first period on.
  int64_t rebuilds() const { return rebuilds_; }

 private:
  std::optional<SeriesCarry> carry_;
  // First days of the last closed period in the carry, and of the last period that was looked at.
  int32_t closed_ = INT32_MIN;
  int32_t looked_ = INT32_MIN;
  int64_t rebuilds_ = 0;
};

}  // namespace kpisuite
