// PartitionEngine: members that stop reporting.
#include <vector>

#include "services/evaluation/engine/partition_engine.h"

namespace kpisuite {

// Whether the series goes on into the current period: it was active in the one that has just ended,
// or has been silent for so short a time that its member may become missing.
bool PartitionEngine::GoesOn(const StateRef& ref, const KpiRuntime& runtime,
                             const EvaluationContext& context,
                             std::optional<int32_t> latest) const {
  if (latest == ref.first_day) return true;
  const bool watched = !context.slice.members().empty() && !IsOtherSlice(context.slice) &&
                       context.window->kind() == WindowKind::kCalendar;
  if (!watched || !latest.has_value()) return false;
  const Calendar& calendar = *runtime.kpi().calendar;
  const Period before = PreviousPeriod(calendar, PreviousPeriod(calendar, context.period));
  return *latest >= DayNumber(before.first_day);
}

// A slice began to report in a period, or never did: who is missing, there and in later periods, up
// to the next one that has rows. One that is yet to be evaluated tells it on.
void PartitionEngine::NoteReporting(const StateRef& ref, KpiRuntime& runtime,
                                    const EvaluationContext& context) {
  SliceStates& slice = runtime.slices()[ref.slice];
  const bool watched = !slice.slice.members().empty() && !IsOtherSlice(slice.slice) &&
                       context.window->kind() == WindowKind::kCalendar;
  if (!watched) return;
  auto& periods = slice.windows[ref.window];
  const auto later = periods.upper_bound(ref.first_day);
  if (later == periods.end() && context.period.end > now_) {
    // A slice that is not missing now was not before either, when it went on or is new.
    const auto since = runtime.SilentSince(*context.window, context.period, now_);
    const auto last = runtime.LastReported(slice, ref.first_day);
    if (!since.has_value() || !last.has_value() || *last >= *since) return;
  }
  int32_t until = INT32_MAX;
  std::vector<int32_t> silent;
  for (auto it = later; it != periods.end(); ++it) {
    if (it->second.rows == 0 && !it->second.dirty) {
      silent.push_back(it->first);
      continue;
    }
    until = it->first;
    it->second.reporting_changed = it->second.dirty;
    break;
  }
  for (const int32_t day : silent) MarkDirty(runtime, ref.slice, ref.window, day, false);
  for (const std::string& parent : runtime.ParentsOf(slice)) {
    runtime.NoteReported(parent, ref.window, ref.first_day);
    const std::optional<size_t> index = runtime.FindSlice(parent);
    if (!index.has_value()) continue;
    std::vector<int32_t> days;
    auto& above = runtime.slices()[*index].windows[ref.window];
    for (auto it = above.lower_bound(ref.first_day); it != above.end() && it->first < until; ++it) {
      days.push_back(it->first);
    }
    for (const int32_t day : days) MarkDirty(runtime, *index, ref.window, day, false);
  }
}

// When a period closes, the next one may have members that are missing.
void PartitionEngine::NoteClosing(const StateRef& ref, KpiRuntime& runtime) {
  auto& periods = runtime.slices()[ref.slice].windows[ref.window];
  const auto next = periods.upper_bound(ref.first_day);
  if (next != periods.end()) {
    MarkDirty(runtime, ref.slice, ref.window, next->first, false);
  }
}

}  // namespace kpisuite
