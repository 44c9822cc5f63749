// PartitionEngine: samples that are past their retention. What was told of a closed period that
// needs them stays; what is not closed has no value (NOT_KEPT).
#include <utility>

#include "libs/base/status_macros.h"
#include "services/evaluation/engine/partition_engine.h"
#include "services/evaluation/engine/state_text.h"

namespace kpisuite {

void PartitionEngine::ApplyKept(MetricEntry& metric, const v1::KeptSamples& kept) {
  const bool known = metric.kept.has_value() &&
                     FromTimestamp(metric.kept->kept_from()) >= FromTimestamp(kept.kept_from()) &&
                     metric.kept->first_business_day() >= kept.first_business_day();
  if (known) return;
  metric.kept = kept;
  for (TableEntry* entry : metric.tables) entry->table->Keep(kept);
  // Closed periods stay as they are, whether they are looked at or not.
  for (const int64_t id : metric.runtimes) {
    KpiRuntime& runtime = *runtimes_by_id_.at(id);
    TouchTargets(runtime, nullptr, INT32_MIN, INT32_MAX);
    for (size_t s = 0; s < runtime.slices().size(); ++s) {
      SliceStates& slice = runtime.slices()[s];
      for (PacePast& past : slice.pasts) past = PacePast();
      for (size_t w = 0; w < slice.windows.size(); ++w) {
        for (const auto& [first_day, state] : slice.windows[w]) {
          if (state.revision == 0) MarkDirty(runtime, s, w, first_day, false);
        }
      }
    }
  }
}

// False when nothing is known of what was told; an error of the log. The period may still become
// FINAL: with what was told.
absl::StatusOr<bool> PartitionEngine::KeepAsTold(const StateRef& ref,
                                                 const KpiRuntime::Computation& computed,
                                                 TrackedState& state, TickOutput& output) {
  KpiRuntime& runtime = *runtimes_by_id_.at(ref.runtime);
  const EvaluationContext& context = computed.context;
  const StateId id{context.kpi->resource_name(), context.window->id(), context.slice.ToString(),
                   context.period.id};
  std::shared_ptr<const std::string> bytes = state.state;
  if (bytes == nullptr) {
    ASSIGN_OR_RETURN(bytes, told_.Find(id));
  }
  v1::KpiState told;
  if (bytes == nullptr || !told.ParseFromString(*bytes)) return false;
  ++counters_.kept_as_told;
  const std::optional<int32_t> latest_before =
      runtime.LatestWithRows(runtime.slices()[ref.slice], ref.window);
  const bool becomes_final = !state.final && computed.evaluation.phase == PeriodPhase::kFinal;
  if (becomes_final) {
    told.mutable_period()->set_life(v1::PERIOD_LIFE_FINAL);
    *told.mutable_final_time() = ToTimestamp(context.final_time);
    state.final = true;
  }
  if (state.state == nullptr || becomes_final) {
    Recall(context, told, state);
    output.updates.push_back(UpdateOf(id, ref.first_day, state));
  }
  if (becomes_final) output.log.push_back(FinalEntryOf(id, ref, context.reach, state));
  state.dirty = false;
  state.shown_until = -1;
  state.definition_changed = false;
  state.release = nullptr;
  SetTimer(ref, state, state.final ? absl::InfiniteFuture() : context.final_time);
  if (runtime.builds_on_history()) {
    SetPoint(ref, runtime, std::make_shared<const SeriesPoint>(ToldPoint(context, told)),
             /*settled=*/false, state);
  }
  const std::optional<int32_t> latest =
      runtime.LatestWithRows(runtime.slices()[ref.slice], ref.window);
  if (latest != latest_before) MarkFrom(runtime, ref, latest, latest_before);
  return true;
}

void PartitionEngine::Recall(const EvaluationContext& context, const v1::KpiState& told,
                             TrackedState& state) {
  state.rows = static_cast<uint64_t>(told.row_count());
  state.status = told.status();
  state.phase = state.final ? PeriodPhase::kFinal : PeriodPhase::kClosed;
  state.period_end = context.period.end;
  state.end_day = DayNumber(context.period.end_day);
  state.held_out = told.held_out();
  Keep(ToldContent(told), state);
}

}  // namespace kpisuite
