#include "services/evaluation/log/state_log.h"

#include "libs/base/status_macros.h"

namespace kpisuite {

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
