// From requests to finalise or release to decisions: pure functions over a KPI at work.
#pragma once

#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "kpisuite/v1/finality.pb.h"
#include "services/evaluation/engine/finality.h"
#include "services/evaluation/engine/kpi_runtime.h"

namespace kpisuite {

// A decision, or that there is nothing to decide.
struct Decided {
  std::optional<FinalityDecision> decision;  // to be stored; nothing: it was decided before
  std::string answer;                        // serialised response
};

// `earlier` are the decisions about the KPI so far; `now` is not before what was recorded and
// applied already, so that finalising changes no value.
//
// A request_id that is known gives its first answer again. Errors, with everything that is wrong:
//   INVALID_ARGUMENT INVALID_FIELD       a field is missing, too long, or no period of a calendar
//                                        window of the KPI
//   INVALID_ARGUMENT REQUEST_ID_REUSED   the request_id is known with another request
//   FAILED_PRECONDITION PERIOD_NOT_CLOSED, PERIOD_NOT_FINAL
//   FAILED_PRECONDITION NOT_READY        while inputs are loaded
absl::StatusOr<Decided> DecideFinal(const KpiRuntime& runtime,
                                    const v1::FinalizePeriodsRequest& request,
                                    const FinalityDecisions& earlier, absl::Time now);
// Releasing days of which nothing is held out is a decision as well: it counts what was recorded
// up to it.
absl::StatusOr<Decided> DecideRelease(const KpiRuntime& runtime,
                                      const v1::ReleaseHeldOutRequest& request,
                                      const FinalityDecisions& earlier, absl::Time now,
                                      int64_t seq);

}  // namespace kpisuite
