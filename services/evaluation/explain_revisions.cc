// EvaluationService: what the log tells about the revisions of a series.
#include <utility>
#include <vector>

#include "libs/base/status_macros.h"
#include "services/evaluation/engine/pane_table.h"
#include "services/evaluation/engine/revisions.h"
#include "services/evaluation/evaluation_service.h"

namespace kpisuite {
namespace {

// Of kRevisionPeriods periods; a series that is revised more often than that tells enough.
constexpr int kMaxEntries = 5000;

}  // namespace

absl::StatusOr<v1::Explanation> EvaluationService::WithRevisions(
    const v1::StateKey& key, v1::Explanation explanation) const {
  ASSIGN_OR_RETURN(const ResolvedKey resolved, lookup_.Resolve(key));
  const KpiDefinition& kpi = resolved.kpi->kpi();
  const Window& window = kpi.windows[resolved.window];
  const auto period = ParsePeriod(*kpi.calendar, explanation.state().period().id());
  if (!period.ok() || period->grain != window.grain() || period->grain == Grain::kAll) {
    return explanation;
  }
  const HistoryQuery query{.kpi = resolved.kpi->name(),
                           .window = window.id(),
                           .slice = explanation.state().slice(),
                           .first_day = FirstRevisedDay(kpi, *period),
                           .last_day = DayNumber(period->first_day) - 1,
                           .limit = kMaxEntries};
  ASSIGN_OR_RETURN(const std::vector<HistoryEntryRow> rows, parts_.log.History(query));
  std::vector<LoggedState> entries;
  for (const HistoryEntryRow& row : rows) entries.push_back(row.logged);
  AddRevisions(kpi, window, *period, entries, parts_.clock.Now(), explanation);
  return explanation;
}

}  // namespace kpisuite
