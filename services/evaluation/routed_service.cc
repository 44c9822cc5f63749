#include "services/evaluation/routed_service.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "libs/base/error.h"
#include "libs/base/status_macros.h"
#include "libs/definitions/names.h"

namespace kpisuite {
namespace {

constexpr absl::Duration kPause = absl::Milliseconds(100);

template <typename Request>
concept TakesPosition = requires(Request request) {
  request.set_at_least("");
};

template <typename Request>
bool Waits(const Request& request) {
  if constexpr (TakesPosition<Request>) return !request.at_least().empty();
  return false;
}

}  // namespace

bool Unreached(const absl::Status& status) {
  return absl::IsUnavailable(status) || absl::IsDeadlineExceeded(status);
}

bool OwnerIsAway(const absl::Status& status) {
  return Unreached(status) && GetErrorDetails(status).reason != "STORE_UNAVAILABLE";
}

absl::Status PartHasMoved() {
  return MakeError(absl::StatusCode::kUnavailable, "NOT_READY",
                   "another evaluator has taken over the KPI");
}

absl::Status NobodyEvaluates(const PartSet& parts) {
  const std::string names = absl::StrJoin(parts, ", ");
  return MakeError(
      absl::StatusCode::kUnavailable, "NOT_READY",
      absl::StrCat("no evaluator is heard of that is far enough with partition ", names),
      {{"parts", names}});
}

StateAnswer AnswerOf(const v1::KpiState& state) {
  return {std::make_shared<const std::string>(state.SerializeAsString()), ""};
}

template <typename Request, typename Answer>
struct RoutedService::Single {
  std::string kpi;
  Request request;
  CallOrigin origin;
  Again again = Again::kNever;
  Local<Request, Answer> local;
  Remote<Request, Answer> remote;
  Done<Answer> done;
};

RoutedService::Place RoutedService::PlaceOf(int32_t part) const {
  Place place{.part = part};
  const bool here =
      !parts_.ownership.shared() || part == kUnknownPart || parts_.positions.owned(part);
  if (here) return place;
  place.address = parts_.ownership.OwnerOf(part);
  place.kind = place.address.empty() ? Place::Kind::kNobody : Place::Kind::kPeer;
  return place;
}

RoutedService::Place RoutedService::PlaceOfKpi(const std::string& kpi) const {
  const auto info = parts_.directory.Find(kpi);
  return PlaceOf(info == nullptr ? kUnknownPart : info->part());
}

std::string RoutedService::TokenOf(const std::string& at_least, const PartSet& parts) const {
  absl::StatusOr<PositionToken> token = PositionToken::Parse(at_least);
  if (!token.ok()) return at_least;  // whoever answers says what is wrong with it
  for (const auto& [part, position] : token->parts) {
    if (part < 0 || part >= parts_.positions.partitions()) return at_least;
  }
  std::erase_if(token->parts, [&](const auto& entry) { return !parts.contains(entry.first); });
  return token->ToText();
}

bool RoutedService::MayRepeat(const absl::Status& status, absl::Time deadline) const {
  if (!Unreached(status) || parts_.clock.Now() + 2 * kPause >= deadline) return false;
  // A process that ends is succeeded by another, if there is one.
  return GetErrorDetails(status).reason != "SHUTTING_DOWN" || !parts_.ownership.Peers().empty();
}

template <typename Request, typename Answer>
bool RoutedService::Repeats(const Single<Request, Answer>& call, const absl::Status& status) const {
  if (!MayRepeat(status, call.origin.deadline)) return false;
  if (Waits(call.request)) return true;
  if (call.origin.parts.has_value()) return false;  // whoever has passed it on looks again
  switch (call.again) {
    case Again::kNever: return false;
    case Again::kAlways: return OwnerIsAway(status);
    case Again::kIfNotBegun: return GetErrorDetails(status).reason == "NOT_READY";
  }
  return false;
}

// A request_id that was decided about brings the first answer, whoever owns the partition by then.
template <typename Request>
RoutedService::Again RoutedService::AgainOf(const Request& decision) {
  return decision.request_id().empty() ? Again::kIfNotBegun : Again::kAlways;
}

template <typename Request, typename Answer>
void RoutedService::Route(const std::string& kpi, const Request& request, const CallOrigin& origin,
                          Again again, Local<Request, Answer> local, Remote<Request, Answer> remote,
                          Done<Answer> done) {
  if (!parts_.ownership.shared()) return local(request, origin.deadline, std::move(done));
  Attempt(std::make_shared<Single<Request, Answer>>(Single<Request, Answer>{
      kpi, request, origin, again, std::move(local), std::move(remote), std::move(done)}));
}

template <typename Request, typename Answer>
void RoutedService::Attempt(const std::shared_ptr<Single<Request, Answer>>& call) {
  const Place place = PlaceOfKpi(call->kpi);
  const PartSet part = place.part == kUnknownPart ? PartSet() : PartSet{place.part};
  if (call->origin.parts.has_value() && place.kind != Place::Kind::kHere) {
    return call->done(PartHasMoved());
  }
  Request request = call->request;
  CallOrigin origin{call->origin.deadline, call->origin.request_id, part};
  const bool waits = Waits(request);
  if constexpr (TakesPosition<Request>) {
    if (waits) request.set_at_least(TokenOf(request.at_least(), part));
  }
  if (waits || call->again == Again::kAlways) {
    origin.deadline = std::min(origin.deadline, parts_.clock.Now() + kWaitingAttempt);
  }
  const Done<Answer> done = [this, call](absl::StatusOr<Answer> answer) {
    const bool again = !answer.ok() && Repeats(*call, answer.status()) &&
                       parts_.peers.After(kPause, [this, call] { Attempt(call); });
    if (!again) call->done(std::move(answer));
  };
  switch (place.kind) {
    case Place::Kind::kHere: return call->local(request, origin.deadline, done);
    case Place::Kind::kPeer: return call->remote(place.address, request, origin, done);
    case Place::Kind::kNobody: return done(NobodyEvaluates(part));
  }
}

template <typename Request, typename Answer>
void RoutedService::RouteSame(const std::string& kpi, const Request& request,
                              const CallOrigin& origin, Again again,
                              void (EvaluationService::*local)(const Request&, absl::Time,
                                                               Done<Answer>),
                              PeerCalls::Method<Request, Answer> remote, Done<Answer> done) {
  Route<Request, Answer>(
      kpi, request, origin, again,
      [this, local](const Request& own, absl::Time deadline, Done<Answer> answer) {
        (parts_.local.*local)(own, deadline, std::move(answer));
      },
      [this, remote](const std::string& address, const Request& theirs, const CallOrigin& passed,
                     Done<Answer> answer) {
        parts_.peers.Call<Request, Answer>(address, remote, theirs, passed, std::move(answer));
      },
      std::move(done));
}

void RoutedService::AskOwner(const v1::GetStateRequest& request, const CallOrigin& origin,
                             Again again, Done<StateAnswer> done) {
  const auto local = [this](const v1::GetStateRequest& own, absl::Time deadline,
                            Done<StateAnswer> answer) {
    parts_.local.GetState(own, deadline, std::move(answer));
  };
  const auto remote = [this](const std::string& address, const v1::GetStateRequest& theirs,
                             const CallOrigin& passed, const Done<StateAnswer>& answer) {
    parts_.peers.Call<v1::GetStateRequest, v1::KpiState>(
        address, &PeerCalls::Stub::async_interface::GetState, theirs, passed,
        [answer](const absl::StatusOr<v1::KpiState>& state) {
          if (!state.ok()) return answer(state.status());
          answer(AnswerOf(*state));
        });
  };
  Route<v1::GetStateRequest, StateAnswer>(request.key().kpi(), request, origin, again, local,
                                          remote, std::move(done));
}

void RoutedService::GetState(const v1::GetStateRequest& request, const CallOrigin& origin,
                             Done<StateAnswer> done) {
  if (!parts_.ownership.shared()) {
    return parts_.local.GetState(request, origin.deadline, std::move(done));
  }
  const bool passed_on = origin.parts.has_value();
  const bool here = PlaceOfKpi(request.key().kpi()).kind == Place::Kind::kHere;
  // AS_WAS they are computed by the owner alone.
  const bool computed = request.key().hierarchy_view() == v1::HIERARCHY_VIEW_AS_WAS;
  if (passed_on || here || computed || Waits(request)) {
    return AskOwner(request, origin, computed ? Again::kAlways : Again::kNever, std::move(done));
  }
  ReadElsewhere(request, origin, std::move(done));
}

void RoutedService::ReadElsewhere(const v1::GetStateRequest& request, const CallOrigin& origin,
                                  Done<StateAnswer> done) {
  CallOrigin attempt = origin;
  attempt.deadline = std::min(origin.deadline, parts_.clock.Now() + kStateAttempt);
  const Done<StateAnswer> or_store = [this, request, done](absl::StatusOr<StateAnswer> answer) {
    if (answer.ok() || !Unreached(answer.status())) return done(std::move(answer));
    parts_.local.ReadStored(request, done);
  };
  // What is near may be older than what the caller has seen.
  if (!request.min_version().empty()) {
    return AskOwner(request, attempt, Again::kNever, or_store);
  }
  parts_.local.ReadNear(request.key(),
                        [this, request, attempt, done, or_store](absl::StatusOr<StateAnswer> near) {
                          if (near.ok() || !absl::IsUnavailable(near.status()))
                            return done(std::move(near));
                          AskOwner(request, attempt, Again::kNever, or_store);
                        });
}

void RoutedService::GetHistory(const v1::GetHistoryRequest& request, const CallOrigin& origin,
                               Done<v1::GetHistoryResponse> done) {
  const bool latest =
      request.view() == v1::HISTORY_VIEW_UNSPECIFIED || request.view() == v1::HISTORY_VIEW_LATEST;
  // The log has what was shown anywhere.
  if (!latest && !Waits(request)) {
    return parts_.local.GetHistory(request, origin.deadline, std::move(done));
  }
  const bool recorded = request.hierarchy_view() != v1::HIERARCHY_VIEW_AS_WAS;
  const bool or_log = parts_.ownership.shared() && recorded && !Waits(request);
  // Whoever has passed it on reads the log itself.
  if (or_log && !origin.parts.has_value()) {
    return GetLatestHistory(request, origin, std::move(done));
  }
  RouteSame<v1::GetHistoryRequest, v1::GetHistoryResponse>(
      request.kpi(), request, origin, or_log ? Again::kNever : Again::kAlways,
      &EvaluationService::GetHistory, &PeerCalls::Stub::async_interface::GetHistory,
      std::move(done));
}

void RoutedService::GetLatestHistory(const v1::GetHistoryRequest& request, const CallOrigin& origin,
                                     Done<v1::GetHistoryResponse> done) {
  CallOrigin attempt = origin;
  attempt.deadline = std::min(origin.deadline, parts_.clock.Now() + kStateAttempt);
  RouteSame<v1::GetHistoryRequest, v1::GetHistoryResponse>(
      request.kpi(), request, attempt, Again::kNever, &EvaluationService::GetHistory,
      &PeerCalls::Stub::async_interface::GetHistory,
      [this, request, done](absl::StatusOr<v1::GetHistoryResponse> answer) {
        if (answer.ok() || !OwnerIsAway(answer.status())) return done(std::move(answer));
        parts_.local.ReadRecorded(request, done);
      });
}

void RoutedService::ExplainState(const v1::ExplainStateRequest& request, const CallOrigin& origin,
                                 Done<v1::Explanation> done) {
  RouteSame<v1::ExplainStateRequest, v1::Explanation>(
      request.key().kpi(), request, origin, Again::kAlways, &EvaluationService::ExplainState,
      &PeerCalls::Stub::async_interface::ExplainState, std::move(done));
}

void RoutedService::ExplainChange(const v1::ExplainChangeRequest& request, const CallOrigin& origin,
                                  Done<v1::ChangeExplanation> done) {
  RouteSame<v1::ExplainChangeRequest, v1::ChangeExplanation>(
      request.key().kpi(), request, origin, Again::kAlways, &EvaluationService::ExplainChange,
      &PeerCalls::Stub::async_interface::ExplainChange, std::move(done));
}

void RoutedService::GetForecast(const v1::GetForecastRequest& request, const CallOrigin& origin,
                                Done<v1::Forecast> done) {
  RouteSame<v1::GetForecastRequest, v1::Forecast>(
      request.key().kpi(), request, origin, Again::kAlways, &EvaluationService::GetForecast,
      &PeerCalls::Stub::async_interface::GetForecast, std::move(done));
}

void RoutedService::FinalizePeriods(const v1::FinalizePeriodsRequest& request,
                                    const CallOrigin& origin,
                                    Done<v1::FinalizePeriodsResponse> done) {
  RouteSame<v1::FinalizePeriodsRequest, v1::FinalizePeriodsResponse>(
      request.kpi(), request, origin, AgainOf(request), &EvaluationService::FinalizePeriods,
      &PeerCalls::Stub::async_interface::FinalizePeriods, std::move(done));
}

void RoutedService::ReleaseHeldOut(const v1::ReleaseHeldOutRequest& request,
                                   const CallOrigin& origin,
                                   Done<v1::ReleaseHeldOutResponse> done) {
  RouteSame<v1::ReleaseHeldOutRequest, v1::ReleaseHeldOutResponse>(
      request.kpi(), request, origin, AgainOf(request), &EvaluationService::ReleaseHeldOut,
      &PeerCalls::Stub::async_interface::ReleaseHeldOut, std::move(done));
}

void RoutedService::SimulateKpi(const v1::SimulateKpiRequest& request, const CallOrigin& origin,
                                Done<v1::SimulateKpiResponse> done) {
  v1::SimulateKpiRequest own = request;
  if (parts_.ownership.shared() && Waits(request)) {
    own.set_at_least(TokenOf(request.at_least(), {}));
  }
  parts_.local.SimulateKpi(own, origin.deadline, std::move(done));
}

absl::StatusOr<std::shared_ptr<StateWatch>> RoutedService::Watch(
    const v1::WatchStatesRequest& request, std::function<void()> wake) {
  // Who resumes is shown nothing older than what another evaluator has shown it.
  RETURN_IF_ERROR(
      CheckShown(request.parent(), parts_.hub.ShownElsewhereBy(request.resume_token())));
  return parts_.local.Watch(request, std::move(wake));
}

absl::Status RoutedService::CheckWatchable(const std::string& parent) const {
  return CheckShown(parent, absl::UnixEpoch());
}

absl::Status RoutedService::CheckShown(const std::string& parent, absl::Time by) const {
  if (!parts_.ownership.shared()) return absl::OkStatus();
  ASSIGN_OR_RETURN(const std::string workspace, ParseWorkspace(parent));
  PartSet missing;
  for (const int32_t part : parts_.directory.PartsOf(workspace)) {
    if (!parts_.positions.ShowsAllBy(part, by)) missing.insert(part);
  }
  return missing.empty() ? absl::OkStatus() : NobodyEvaluates(missing);
}

}  // namespace kpisuite
