#include "services/evaluation/log/state_log.h"

#include "libs/base/status_macros.h"

namespace kpisuite {

absl::StatusOr<RecordedValues> ReadRecorded(StateLog& log, absl::string_view kpi) {
  RecordedValues recorded;
  RETURN_IF_ERROR(log.VisitClosed(kpi, [&recorded](const LoggedState& entry) {
    recorded.Note(entry);
    return absl::OkStatus();
  }));
  return recorded;
}

}  // namespace kpisuite
