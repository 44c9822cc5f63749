#include "services/evaluation/withheld_history.h"

#include <string>

#include "absl/container/flat_hash_set.h"
#include "absl/time/time.h"
#include "libs/base/status_macros.h"
#include "libs/kpi/nd_reason.h"
#include "services/evaluation/engine/restatement.h"

namespace kpisuite {

v1::KpiState WithheldState(const v1::KpiState& state) {
  // Only what is known not to tell the value is taken over, so that a new field tells nothing.
  v1::KpiState withheld;
  withheld.set_kpi(state.kpi());
  withheld.set_window(state.window());
  withheld.set_slice(state.slice());
  withheld.set_hierarchy_view(state.hierarchy_view());
  if (state.has_period()) *withheld.mutable_period() = state.period();
  withheld.set_nd_reason(v1::ND_REASON_SUPPRESSED);
  withheld.set_status(v1::STATUS_NO_DATA);
  withheld.set_raw_status(v1::STATUS_NO_DATA);
  withheld.set_data_state(v1::DATA_STATE_SUPPRESSED);
  withheld.add_flags(v1::STATE_FLAG_SUPPRESSED);
  withheld.set_unit(state.unit());
  withheld.set_definition_revision(state.definition_revision());
  withheld.set_fingerprint(state.fingerprint());
  withheld.set_objective(state.objective());
  withheld.set_owner(state.owner());
  withheld.set_perspective(state.perspective());
  withheld.set_display_name(state.display_name());
  withheld.set_display_decimals(state.display_decimals());
  withheld.set_direction(state.direction());
  withheld.set_additive(state.additive());
  withheld.set_revision(state.revision());
  if (state.has_closed_at()) *withheld.mutable_closed_at() = state.closed_at();
  if (state.has_position()) *withheld.mutable_position() = state.position();
  withheld.set_definition_position(state.definition_position());
  if (state.has_tick()) *withheld.mutable_tick() = state.tick();
  withheld.set_version(state.version());
  withheld.add_reasons("withheld: today too few are behind it");
  return withheld;
}

absl::StatusOr<std::vector<bool>> FindWithheld(StateLog& log, const HistoryQuery& query,
                                               const std::vector<HistoryEntryRow>& rows) {
  std::vector<bool> withheld(rows.size(), false);
  if (rows.empty()) return withheld;
  HistoryQuery newest = query;
  newest.view = HistoryQuery::View::kAsOf;
  newest.as_of = absl::InfiniteFuture();
  newest.after.reset();
  newest.first_day = rows.front().place.first_day;
  newest.last_day = rows.back().place.first_day;
  newest.limit = static_cast<int>(rows.size());  // at most one for each period
  ASSIGN_OR_RETURN(const std::vector<HistoryEntryRow> entries, log.History(newest));
  const std::string suppressed = LogText(NdReason::kSuppressed);
  absl::flat_hash_set<int32_t> days;
  for (const HistoryEntryRow& entry : entries) {
    if (entry.logged.value == suppressed) days.insert(entry.place.first_day);
  }
  for (size_t i = 0; i < rows.size(); ++i) withheld[i] = days.contains(rows[i].place.first_day);
  return withheld;
}

}  // namespace kpisuite
