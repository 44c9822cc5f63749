#include "services/evaluation/engine/series_history.h"

#include <iterator>

#include "services/evaluation/engine/kpi_runtime.h"

namespace kpisuite {

const SeriesCarry& SeriesHistory::Before(const KpiDefinition& kpi,
                                         const absl::btree_map<int32_t, TrackedState>& periods,
                                         int32_t first_day) {
  const bool at_end = !end_.carry.has_value() || end_.Reaches(first_day);
  Cursor& cursor = at_end ? end_ : earlier_;
  if (!cursor.Reaches(first_day) || !cursor.IsOf(kpi)) {
    cursor = Cursor{.carry = SeriesCarry(kpi)};
    ++rebuilds_;
  } else if (cursor.looked >= first_day) {
    cursor.ForgetNotClosed();
  }
  SeriesCarry& carry = *cursor.carry;
  const auto follows_a_gap = [&](auto it) {
    if (it == periods.begin()) return false;
    const int32_t end_day = std::prev(it)->second.end_day;
    return end_day != 0 && end_day != it->first;
  };
  auto it = periods.upper_bound(cursor.looked);
  for (; it != periods.end() && it->first < first_day; ++it) {
    if (follows_a_gap(it)) carry.AppendGap();
    cursor.looked = it->first;
    if (it->second.point == nullptr) {
      carry.AppendNotClosed();
    } else {
      carry.Append(it->first, *it->second.point);
      cursor.closed = it->first;
    }
  }
  if (it != periods.end() && it->first == first_day && follows_a_gap(it)) carry.AppendGap();
  return carry;
}

void SeriesHistory::NoteChange(int32_t first_day) {
  end_.NoteChange(first_day);
  earlier_.NoteChange(first_day);
}

void SeriesHistory::Cursor::ForgetNotClosed() {
  carry->ForgetNotClosed();
  looked = closed;
}

void SeriesHistory::Cursor::NoteChange(int32_t first_day) {
  if (!carry.has_value()) return;
  if (first_day <= closed) {
    carry.reset();
  } else if (first_day <= looked) {
    ForgetNotClosed();
  }
}

}  // namespace kpisuite
