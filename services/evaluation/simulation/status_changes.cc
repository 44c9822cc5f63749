#include "services/evaluation/simulation/status_changes.h"

namespace kpisuite {
namespace {

constexpr int kFlapPeriods = 2;

}  // namespace

StatusChanges CountStatusChanges(absl::Span<const ClosedStatus> closed) {
  StatusChanges counts;
  int changed_at = 0;                               // place of the last change
  v1::Status left_behind = v1::STATUS_UNSPECIFIED;  // by the last change
  for (size_t i = 1; i < closed.size(); ++i) {
    const ClosedStatus& before = closed[i - 1];
    const ClosedStatus& now = closed[i];
    if (now.status == before.status) continue;
    const bool undoes =
        counts.changes > 0 && now.status == left_behind && now.place - changed_at <= kFlapPeriods;
    if (undoes) ++counts.flaps;
    ++counts.changes;
    changed_at = now.place;
    left_behind = before.status;
  }
  return counts;
}

}  // namespace kpisuite
