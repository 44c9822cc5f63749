// What is withheld today is withheld in what was said before (SEMANTICS 3.3.5).
#pragma once

#include <vector>

#include "absl/status/statusor.h"
#include "kpisuite/v1/evaluation.pb.h"
#include "services/evaluation/log/state_log.h"

namespace kpisuite {

// The state without its value and everything that follows from it.
v1::KpiState WithheldState(const v1::KpiState& state);

// Whether each of the rows, which are an answer to `query`, is of a period whose newest entry in
// the log is withheld. Blocks. Errors: those of the log.
absl::StatusOr<std::vector<bool>> FindWithheld(StateLog& log, const HistoryQuery& query,
                                               const std::vector<HistoryEntryRow>& rows);

}  // namespace kpisuite
