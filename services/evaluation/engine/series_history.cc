#include "services/evaluation/engine/series_history.h"

#include <iterator>

#include "services/evaluation/engine/kpi_runtime.h"

namespace kpisuite {

const SeriesCarry& SeriesHistory::Before(const KpiDefinition& kpi,
                                         const absl::btree_map<int32_t, TrackedState>& periods,
                                         int32_t first_day) {
  if (!carry_.has_value() || closed_ >= first_day) {
    carry_.emplace(kpi);
    closed_ = INT32_MIN;
    looked_ = INT32_MIN;
    ++rebuilds_;
  } else if (looked_ >= first_day) {
    carry_->ForgetNotClosed();
    looked_ = closed_;
  }
  const auto follows_a_gap = [&](auto it) {
    if (it == periods.begin()) return false;
    const int32_t end_day = std::prev(it)->second.end_day;
    return end_day != 0 && end_day != it->first;
  };
  auto it = periods.upper_bound(looked_);
  for (; it != periods.end() && it->first < first_day; ++it) {
    if (follows_a_gap(it)) carry_->AppendGap();
    looked_ = it->first;
    if (it->second.point == nullptr) {
      carry_->AppendNotClosed();
    } else {
      carry_->Append(it->first, *it->second.point);
      closed_ = it->first;
    }
  }
  if (it != periods.end() && it->first == first_day && follows_a_gap(it)) carry_->AppendGap();
  return *carry_;
}

void SeriesHistory::NoteChange(int32_t first_day) {
  if (!carry_.has_value()) return;
  if (first_day <= closed_) {
    carry_.reset();
  } else if (first_day <= looked_) {
    carry_->ForgetNotClosed();
    looked_ = closed_;
  }
}

}  // namespace kpisuite
