// Remembers what the periods of a series build on.
#pragma once

#include <cstdint>
#include <optional>

#include "absl/container/btree_map.h"
#include "services/evaluation/engine/series_carry.h"

namespace kpisuite {

struct TrackedState;

// The carry of one series, kept between evaluations: O(1) for a period after the last closed one,
// however often it is asked for, and for the periods of a series one after the other. For an
// earlier period it is built from the points of all periods before it, and the other is kept; so it
// is where another definition begins. Not thread-safe.
class SeriesHistory {
 public:
  // What the period that begins on `first_day`, and is of `kpi`, builds on. `periods` are those of
  // the series, the same in every call. Valid until the next call of a member.
  const SeriesCarry& Before(const KpiDefinition& kpi,
                            const absl::btree_map<int32_t, TrackedState>& periods,
                            int32_t first_day);
  // The point of this period came, went or changed, or the period is new among the tracked ones.
  void NoteChange(int32_t first_day);

  // How often a carry was built from the first period on.
  int64_t rebuilds() const { return rebuilds_; }

 private:
  // A carry and how far it got.
  struct Cursor {
    std::optional<SeriesCarry> carry;
    // First days of the last closed period in the carry, and of the last one that was looked at.
    int32_t closed = INT32_MIN;
    int32_t looked = INT32_MIN;

    bool Reaches(int32_t first_day) const { return carry.has_value() && closed < first_day; }
    bool IsOf(const KpiDefinition& kpi) const { return carry.has_value() && &carry->kpi() == &kpi; }
    void ForgetNotClosed();
    void NoteChange(int32_t first_day);
  };

  Cursor end_;
  Cursor earlier_;
  int64_t rebuilds_ = 0;
};

}  // namespace kpisuite
