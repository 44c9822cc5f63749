// EvaluationService: history as of a moment.
#include <utility>

#include "libs/kpi/slice.h"
#include "services/evaluation/engine/state_text.h"
#include "services/evaluation/evaluation_service.h"

namespace kpisuite {
namespace {

// Open at that moment: the log has the last transition alone. What is withheld stays so.
bool IsOpen(const v1::HistoryEntry& entry) {
  return entry.state().revision() == 0 && entry.state().nd_reason() != v1::ND_REASON_SUPPRESSED;
}

}  // namespace

void EvaluationService::CompleteAsOf(const v1::GetHistoryRequest& request, const ResolvedKey& key,
                                     absl::Time deadline, v1::GetHistoryResponse page,
                                     Done<v1::GetHistoryResponse> done) {
  const auto slice = Slice::Parse(key.slice);
  if (!slice.ok()) return done(slice.status());
  std::vector<std::string> periods;
  for (const v1::HistoryEntry& entry : page.entries()) {
    if (IsOpen(entry)) periods.push_back(entry.state().period().id());
  }
  if (periods.empty()) return done(std::move(page));
  const SeriesOfKpi series{key.kpi->name(), key.kpi->window_id(key.window), slice->ToString()};
  const auto fill = [page = std::move(page),
                     done](absl::StatusOr<SimulationRunner::States> states) mutable {
    if (!states.ok()) return done(states.status());
    size_t next = 0;
    for (v1::HistoryEntry& entry : *page.mutable_entries()) {
      if (!IsOpen(entry)) continue;
      std::optional<v1::KpiState>& state = (*states)[next++];
      if (state.has_value()) *entry.mutable_state() = *std::move(state);
    }
    done(std::move(page));
  };
  parts_.simulations.ComputeAsOf(series, std::move(periods), FromTimestamp(request.as_of()),
                                 deadline, fill);
}

}  // namespace kpisuite
