#include "services/evaluation/engine/decide_finality.h"

#include <algorithm>
#include <map>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "libs/base/status_macros.h"
#include "libs/definitions/field_checks.h"
#include "services/evaluation/engine/state_text.h"

namespace kpisuite {
namespace {

constexpr size_t kMaxReason = 1000;
constexpr size_t kMaxRole = 100;
constexpr size_t kMaxRequestId = 128;

void CheckSaid(const std::string& field, const std::string& text, size_t max,
               const std::string& want, Violations& violations) {
  if (text.empty()) return AddRequired(field, want, violations);
  CheckText(field, text, max, violations);
}

// What both requests have.
template <typename Request>
void CheckWho(const Request& request, Violations& violations) {
  if (request.author().empty()) {
    AddRequired("author", "the address of who decides", violations);
  } else {
    CheckAddress("author", request.author(), violations);
  }
  CheckSaid("reason", request.reason(), kMaxReason, "why", violations);
  CheckText("request_id", request.request_id(), kMaxRequestId, violations);
}

// A period of one of the calendar windows. One that the zone skips is one too: it has no instant of
// its own and ends when the next one begins.
std::optional<Period> CheckPeriod(const KpiDefinition& kpi, const std::string& field,
                                  const std::string& id, Violations& violations) {
  if (!kpi.finality.grain.has_value()) {
    violations.Add("kpi", violation::kRefused,
                   absl::StrCat("got ", kpi.id, ", want a KPI with a calendar window"));
    return std::nullopt;
  }
  std::string wanted;
  const auto period = ParsePeriod(*kpi.calendar, id);
  for (const Window& window : kpi.windows) {
    if (window.kind() != WindowKind::kCalendar) continue;
    const bool is_one =
        period.ok() && period->grain == window.grain() && period->first_day < period->end_day;
    if (is_one) return *period;
    absl::StrAppend(&wanted, wanted.empty() ? "" : " or ", window.id());
  }
  violations.Add(field, id.empty() ? violation::kRequired : violation::kSyntax,
                 absl::StrCat("got \"", id, "\", want the id of a ", wanted));
  return std::nullopt;
}

// The answer to a request that was decided before.
template <typename Request>
absl::StatusOr<std::optional<std::string>> FindAnswer(const Request& request,
                                                      FinalityDecision::Kind kind,
                                                      const FinalityDecisions& earlier,
                                                      const FinalityDecision& wanted) {
  if (request.request_id().empty()) return std::nullopt;
  for (const FinalityDecision& known : earlier) {
    if (known.request_id != request.request_id()) continue;
    const bool same = known.kind == kind && known.first_day == wanted.first_day &&
                      known.end_day == wanted.end_day && known.author == wanted.author &&
                      known.role == wanted.role && known.reason == wanted.reason;
    if (same) return known.answer;
    return MakeError(absl::StatusCode::kInvalidArgument, "REQUEST_ID_REUSED",
                     absl::StrCat("request_id: got ", request.request_id(),
                                  ", which came before with another request"));
  }
  return std::nullopt;
}

absl::Time NextTime(const FinalityDecisions& earlier, absl::Time now) {
  return earlier.empty() ? now : std::max(now, earlier.back().time);
}

Period FinestAt(const KpiDefinition& kpi, int32_t day) {
  return PeriodOf(*kpi.calendar, *kpi.finality.grain, DayOfNumber(day));
}

// The last period of the finest calendar window that is FINAL when all days before `end_day` are.
v1::FinalizePeriodsResponse FinalThrough(const KpiDefinition& kpi, const KpiFinality& finality,
                                         int32_t end_day, absl::Time now) {
  Period last = FinestAt(kpi, end_day - 1);
  if (DayNumber(last.end_day) > end_day) last = PreviousPeriod(*kpi.calendar, last);
  while (true) {
    const Period next = NextPeriod(*kpi.calendar, last);
    if (finality.FinalTimeOf(DayNumber(next.last_day())) > now) break;
    last = next;
  }
  v1::FinalizePeriodsResponse response;
  response.set_final_through(last.id);
  *response.mutable_final_time() = ToTimestamp(finality.FinalTimeOf(DayNumber(last.last_day())));
  return response;
}

}  // namespace

absl::StatusOr<Decided> DecideFinal(const KpiRuntime& runtime,
                                    const v1::FinalizePeriodsRequest& request,
                                    const FinalityDecisions& earlier, absl::Time now) {
  const KpiDefinition& kpi = runtime.kpi();
  Violations violations;
  CheckWho(request, violations);
  const auto through = CheckPeriod(kpi, "through_period", request.through_period(), violations);
  if (!violations.empty()) return InvalidFields(violations.Take());
  FinalityDecision decision{.kind = FinalityDecision::Kind::kFinalise,
                            .kpi = kpi.resource_name(),
                            .uid = kpi.finality.uid,
                            .end_day = DayNumber(through->end_day),
                            .time = NextTime(earlier, now),
                            .author = request.author(),
                            .reason = request.reason(),
                            .request_id = request.request_id()};
  ASSIGN_OR_RETURN(std::optional<std::string> known,
                   FindAnswer(request, decision.kind, earlier, decision));
  if (known.has_value()) return Decided{.answer = *std::move(known)};
  const KpiFinality before = runtime.finalities().front()->With(earlier);
  if (before.FinalTimeOf(decision.end_day - 1) <= now) {
    return Decided{.answer = FinalThrough(kpi, before, decision.end_day, now).SerializeAsString()};
  }
  const PeriodPhase phase =
      PhaseOf(*through, now, runtime.LeastWatermark(), ClosingRuleOf(kpi), false);
  if (!IsClosed(phase)) {
    return MakeError(absl::StatusCode::kFailedPrecondition, "PERIOD_NOT_CLOSED",
                     absl::StrCat("through_period: got ", through->id, ", which is ",
                                  PeriodPhaseName(phase), ", want a period that is closed"),
                     {{"period", through->id}});
  }
  FinalityDecisions after = earlier;
  after.push_back(decision);
  decision.answer =
      FinalThrough(kpi, before.With(after), decision.end_day, now).SerializeAsString();
  return Decided{.decision = decision, .answer = decision.answer};
}

absl::StatusOr<Decided> DecideRelease(const KpiRuntime& runtime,
                                      const v1::ReleaseHeldOutRequest& request,
                                      const FinalityDecisions& earlier, absl::Time now,
                                      int64_t seq) {
  const KpiDefinition& kpi = runtime.kpi();
  Violations violations;
  CheckWho(request, violations);
  CheckSaid("role", request.role(), kMaxRole, "the role in which they may do so", violations);
  const auto first = CheckPeriod(kpi, "first_period", request.first_period(), violations);
  auto last = first;
  if (!request.last_period().empty()) {
    last = CheckPeriod(kpi, "last_period", request.last_period(), violations);
  }
  if (first.has_value() && last.has_value() && last->end_day <= first->first_day) {
    violations.Add("last_period", violation::kOutOfRange,
                   absl::StrCat("got ", last->id, ", want one not before ", first->id));
  }
  if (!violations.empty()) return InvalidFields(violations.Take());
  FinalityDecision decision{.kind = FinalityDecision::Kind::kRelease,
                            .kpi = kpi.resource_name(),
                            .uid = kpi.finality.uid,
                            .first_day = DayNumber(first->first_day),
                            .end_day = DayNumber(last->end_day),
                            .time = NextTime(earlier, now),
                            .author = request.author(),
                            .role = request.role(),
                            .reason = request.reason(),
                            .request_id = request.request_id()};
  ASSIGN_OR_RETURN(std::optional<std::string> known,
                   FindAnswer(request, decision.kind, earlier, decision));
  if (known.has_value()) return Decided{.answer = *std::move(known)};
  const KpiFinality before = runtime.finalities().front()->With(earlier);
  if (before.FinalTimeOf(decision.end_day - 1) > now) {
    return MakeError(absl::StatusCode::kFailedPrecondition, "PERIOD_NOT_FINAL",
                     absl::StrCat("last_period: got ", last->id, ", want periods that are final"),
                     {{"period", last->id}});
  }
  ASSIGN_OR_RETURN(const int64_t held_out,
                   runtime.HeldOut(decision.first_day, decision.end_day, seq));
  v1::ReleaseHeldOutResponse response;
  response.set_released(held_out);
  *response.mutable_release_time() = ToTimestamp(decision.time);
  decision.answer = response.SerializeAsString();
  return Decided{.decision = decision, .answer = decision.answer};
}

}  // namespace kpisuite
