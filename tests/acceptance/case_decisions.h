// Finalisations and releases of a case, and what the log says about a state.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "kpisuite/v1/finality.pb.h"
#include "tests/acceptance/acceptance_case.h"

namespace kpisuite {

// `finalise KPI PERIOD` and `release KPI PERIOD [PERIOD]`, with NAME=VALUE after them.
// INVALID_ARGUMENT otherwise, with a plain message.
absl::StatusOr<CaseDecision> ParseDecision(const std::vector<std::string>& words);

v1::FinalizePeriodsRequest FinalisationOf(const CaseDecision& decision);
v1::ReleaseHeldOutRequest ReleaseOf(const CaseDecision& decision);

// `RESTATED 100 ON_TARGET minor by=ann@example.com revision=2 at=2025-03-11T00:00:00Z`; the last
// three where the case has them.
std::string EntryText(const LoggedState& entry, absl::string_view expected);

}  // namespace kpisuite
