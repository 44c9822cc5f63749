// EvaluationService: decisions about the days of a KPI.
#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "libs/base/status_macros.h"
#include "services/evaluation/engine/decide_finality.h"
#include "services/evaluation/evaluation_service.h"

namespace kpisuite {
namespace {

absl::StatusOr<Decided> DecideFor(const KpiRuntime& runtime,
                                  const v1::FinalizePeriodsRequest& request,
                                  const FinalityDecisions& earlier, absl::Time now,
                                  int64_t /*seq*/) {
  return DecideFinal(runtime, request, earlier, now);
}

absl::StatusOr<Decided> DecideFor(const KpiRuntime& runtime,
                                  const v1::ReleaseHeldOutRequest& request,
                                  const FinalityDecisions& earlier, absl::Time now, int64_t seq) {
  return DecideRelease(runtime, request, earlier, now, seq);
}

// On the engine thread.
template <typename Request>
absl::StatusOr<std::string> DecideOn(LivePartitions& live, const Request& request, absl::Time now) {
  const LivePartitions::Located located = live.Find(request.kpi());
  if (located.runtime == nullptr) {
    return MakeError(absl::StatusCode::kNotFound, "NOT_FOUND",
                     absl::StrCat("kpi: got ", request.kpi(), ", want a KPI that is defined"));
  }
  ASSIGN_OR_RETURN(const FinalityDecisions earlier, live.DecisionsAbout(request.kpi()));
  // What was applied already counts, whatever the clocks of the two services say.
  const absl::Time time = std::max(now, located.engine->last_commit());
  ASSIGN_OR_RETURN(const Decided decided,
                   DecideFor(*located.runtime, request, earlier, time, located.engine->seq()));
  if (decided.decision.has_value()) RETURN_IF_ERROR(live.Decide(*decided.decision));
  return decided.answer;
}

}  // namespace

template <typename Request, typename Response>
void EvaluationService::Decide(const Request& request, absl::Time deadline, Done<Response> done) {
  v1::StateKey key;
  key.set_kpi(request.kpi());
  const auto decide = [this, key, request](const Done<Response>& answer) {
    const absl::StatusOr<ResolvedKey> resolved = lookup_.Resolve(key);
    if (!resolved.ok()) return answer(resolved.status());
    if (!lookup_.IsReady(*resolved)) {
      return answer(
          MakeError(absl::StatusCode::kUnavailable, "NOT_READY", "the evaluator is starting"));
    }
    OnEngine(
        [this, request, answer] {
          const auto decided = DecideOn(parts_.loop.live(), request, parts_.clock.Now());
          if (!decided.ok()) return answer(AsUnavailable(decided.status()));
          Response response;
          if (!response.ParseFromString(*decided)) {
            return answer(
                MakeError(absl::StatusCode::kInternal, "INTERNAL", "a stored answer is damaged"));
          }
          answer(std::move(response));
        },
        answer);
  };
  ReadWhenLoaded<Response>(deadline, decide, done);
}

void EvaluationService::FinalizePeriods(const v1::FinalizePeriodsRequest& request,
                                        absl::Time deadline,
                                        Done<v1::FinalizePeriodsResponse> done) {
  Decide<v1::FinalizePeriodsRequest, v1::FinalizePeriodsResponse>(request, deadline,
                                                                  std::move(done));
}

void EvaluationService::ReleaseHeldOut(const v1::ReleaseHeldOutRequest& request,
                                       absl::Time deadline, Done<v1::ReleaseHeldOutResponse> done) {
  Decide<v1::ReleaseHeldOutRequest, v1::ReleaseHeldOutResponse>(request, deadline, std::move(done));
}

}  // namespace kpisuite
