// PartitionEngine: what later periods of a series build on.
#include <utility>

#include "services/evaluation/engine/partition_engine.h"

namespace kpisuite {

// Keeps what later periods build on. The next one is told when that, or what was before it, has
// changed; it tells the one after it in its turn.
void PartitionEngine::NotePoint(const StateRef& ref, KpiRuntime& runtime,
                                const KpiEvaluation& evaluation, TrackedState& state) {
  if (!runtime.builds_on_history()) return;
  std::shared_ptr<const SeriesPoint> point;
  if (IsClosed(evaluation.phase)) point = std::make_shared<const SeriesPoint>(evaluation.point);
  // A fold that comes out as before goes on as before; a chart and a count do not, and a definition
  // that final periods keep may have none.
  const bool settled = point != nullptr && point->judged && !evaluation.series.has_value() &&
                       !ShowsMaintain(runtime.kpi(), runtime.kpi().windows[ref.window]) &&
                       runtime.kept().empty();
  SetPoint(ref, runtime, std::move(point), settled, state);
}

void PartitionEngine::SetPoint(const StateRef& ref, KpiRuntime& runtime,
                               std::shared_ptr<const SeriesPoint> point, bool settled,
                               TrackedState& state) {
  SliceStates& slice = runtime.slices()[ref.slice];
  const bool same =
      point == nullptr || state.point == nullptr ? point == state.point : *point == *state.point;
  if (!same) slice.histories[ref.window].NoteChange(ref.first_day);
  const bool passes_on = !same || (state.history_changed && !settled);
  state.history_changed = false;
  state.point = std::move(point);
  if (!passes_on) return;
  auto& periods = slice.windows[ref.window];
  const auto next = periods.upper_bound(ref.first_day);
  if (next == periods.end()) return;
  next->second.history_changed = true;
  MarkDirty(runtime, ref.slice, ref.window, next->first, false);
}

}  // namespace kpisuite
