#include "services/evaluation/log/state_log.h"

#include "libs/base/status_macros.h"

namespace kpisuite {

DefinitionsSaved PlanSave(const DefinitionsToSave& save, int64_t position, int64_t incarnation) {
  const bool nothing = position == 0;
  const bool same_life = nothing || incarnation == save.incarnation;
  if (!nothing && same_life && position >= save.position) return DefinitionsSaved::kKnown;
  if (save.snapshot || (same_life && position == save.after)) return DefinitionsSaved::kStored;
  return DefinitionsSaved::kGap;
}

absl::StatusOr<RecordedValues> ReadRecorded(StateLog& log, absl::string_view kpi,
                                            absl::Time until) {
  RecordedValues recorded;
  RETURN_IF_ERROR(log.VisitClosed(kpi, [&](const LoggedState& entry) {
    if (entry.record_time <= until) recorded.Note(entry);
    return absl::OkStatus();
  }));
  return recorded;
}

}  // namespace kpisuite
