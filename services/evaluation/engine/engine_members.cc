// PartitionEngine: members that stop reporting.
#include "services/evaluation/engine/partition_engine.h"

namespace kpisuite {

// Whether the series goes on into the current period: it was active in the one that has just ended,
// or has been silent for so short a time that its member may become missing.
bool PartitionEngine::GoesOn(const StateRef& ref, const KpiRuntime& runtime,
                             const EvaluationContext& context,
                             std::optional<int32_t> latest) const {
  if (latest == ref.first_day) return true;
  if (context.window->kind() != WindowKind::kCalendar) return false;
  const SliceStates& slice = runtime.slices()[ref.slice];
  const std::optional<int32_t> last =
      KpiRuntime::LastReport(slice, DayNumber(context.period.end_day));
  if (!last.has_value()) return false;
  const Calendar& calendar = *runtime.kpi().calendar;
  const Period before = PreviousPeriod(calendar, PreviousPeriod(calendar, context.period));
  return *last >= DayNumber(before.first_day);
}

// The data of a day changed: who is missing there and later, up to the next day with a report.
void PartitionEngine::NoteReport(KpiRuntime& runtime, size_t slice, int32_t day) {
  const std::optional<int32_t> next = runtime.NoteReport(runtime.slices()[slice], day);
  if (!next.has_value()) return;
  MarkMembers(runtime, slice, day, *next);
  for (const std::string& parent : runtime.ParentsOf(runtime.slices()[slice])) {
    runtime.ForgetMissing(parent);
    const std::optional<size_t> index = runtime.FindSlice(parent);
    if (index.has_value()) MarkMembers(runtime, *index, day, *next);
  }
}

// Of a slice, the kept periods from that of `day` on which begin before `end`.
void PartitionEngine::MarkMembers(KpiRuntime& runtime, size_t slice, int32_t day, int32_t end) {
  for (size_t w = 0; w < runtime.kpi().windows.size(); ++w) {
    if (runtime.kpi().windows[w].kind() != WindowKind::kCalendar) continue;
    auto& periods = runtime.slices()[slice].windows[w];
    for (auto it = periods.lower_bound(runtime.FirstDay(w, day));
         it != periods.end() && it->first < end; ++it) {
      MarkDirty(runtime, slice, w, it->first, false);
    }
  }
}

}  // namespace kpisuite
