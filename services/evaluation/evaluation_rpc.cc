#include "services/evaluation/evaluation_rpc.h"

#include <memory>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "libs/base/status_macros.h"
#include "services/evaluation/raw_states.h"

namespace kpisuite {
namespace {

using RawCompletion = Completion<grpc::ByteBuffer>;

CallOrigin OriginOf(const CallContext& call) {
  CallOrigin origin{.deadline = call.deadline(), .request_id = call.request_id()};
  const std::optional<std::string> parts = call.ClientMetadata(kPartsMetadata);
  if (parts.has_value()) origin.parts = PartsFromText(*parts);
  return origin;
}

// Answers with what `encode` makes of an answer.
template <typename Answer, typename Encode>
std::function<void(absl::StatusOr<Answer>)> Reply(RawCompletion completion, Encode encode) {
  return [completion = std::move(completion), encode](const absl::StatusOr<Answer>& answer) {
    if (!answer.ok()) return completion(answer.status());
    completion(encode(*answer));
  };
}

// How long a watch goes on while a partition is evaluated by nobody who is heard of: take-over is
// faster.
constexpr absl::Duration kPatience = absl::Seconds(10);

// The messages of one WatchStates call.
class WatchSource final : public StreamSource<grpc::ByteBuffer> {
 public:
  WatchSource(std::shared_ptr<StateWatch> watch, std::string parent, RoutedService& service,
              int heartbeat_seconds)
      : watch_(std::move(watch)),
        parent_(std::move(parent)),
        service_(service),
        heartbeat_seconds_(heartbeat_seconds) {}

  StreamStep<grpc::ByteBuffer> Next() override {
    const absl::StatusOr<std::optional<WatchItem>> item = watch_->Next(service_.board());
    if (!item.ok()) return StreamEnd{item.status()};
    if (!item->has_value()) return StreamIdle{};
    return RawWatchItem(**item);
  }

  // That nothing is heard of a partition for long does not mean that nothing has changed.
  StreamStep<grpc::ByteBuffer> Heartbeat() override {
    const absl::Status watchable = service_.CheckWatchable(parent_);
    if (watchable.ok()) {
      deaf_since_ = std::nullopt;
    } else if (!deaf_since_.has_value()) {
      deaf_since_ = absl::Now();
    } else if (absl::Now() - *deaf_since_ > kPatience) {
      return StreamEnd{watchable};
    }
    return RawHeartbeat(watch_->ResumeToken());
  }

  std::optional<absl::Duration> heartbeat_interval() const override {
    if (heartbeat_seconds_ == 0) return std::nullopt;
    return absl::Seconds(heartbeat_seconds_);
  }

 private:
  const std::shared_ptr<StateWatch> watch_;
  const std::string parent_;
  RoutedService& service_;
  const int heartbeat_seconds_;
  std::optional<absl::Time> deaf_since_;
};

}  // namespace

EvaluationRpc::EvaluationRpc(RoutedService& service, const CallEnvironment& environment)
    : service_(service), dispatcher_("kpisuite.v1.EvaluationService", environment) {}

grpc::ServerUnaryReactor* EvaluationRpc::GetState(grpc::CallbackServerContext* context,
                                                  const grpc::ByteBuffer* request,
                                                  grpc::ByteBuffer* response) {
  return dispatcher_.Async<grpc::ByteBuffer, grpc::ByteBuffer>(
      context, "GetState", request, response,
      [this](CallContext& call, const grpc::ByteBuffer& bytes, RawCompletion completion) {
        v1::GetStateRequest decoded;
        const absl::Status parsed = ParseRequest(bytes, decoded);
        if (!parsed.ok()) return completion(parsed);
        service_.GetState(decoded, OriginOf(call), Reply<StateAnswer>(completion, RawState));
      });
}

grpc::ServerUnaryReactor* EvaluationRpc::BatchGetStates(grpc::CallbackServerContext* context,
                                                        const grpc::ByteBuffer* request,
                                                        grpc::ByteBuffer* response) {
  return dispatcher_.Async<grpc::ByteBuffer, grpc::ByteBuffer>(
      context, "BatchGetStates", request, response,
      [this](CallContext& call, const grpc::ByteBuffer& bytes, RawCompletion completion) {
        v1::BatchGetStatesRequest decoded;
        const absl::Status parsed = ParseRequest(bytes, decoded);
        if (!parsed.ok()) return completion(parsed);
        service_.BatchGetStates(decoded, OriginOf(call),
                                Reply<EvaluationService::StateAnswers>(completion, RawBatch));
      });
}

grpc::ServerUnaryReactor* EvaluationRpc::ListStates(grpc::CallbackServerContext* context,
                                                    const grpc::ByteBuffer* request,
                                                    grpc::ByteBuffer* response) {
  return dispatcher_.Async<grpc::ByteBuffer, grpc::ByteBuffer>(
      context, "ListStates", request, response,
      [this](CallContext& call, const grpc::ByteBuffer& bytes, RawCompletion completion) {
        v1::ListStatesRequest decoded;
        const absl::Status parsed = ParseRequest(bytes, decoded);
        if (!parsed.ok()) return completion(parsed);
        service_.ListStates(decoded, OriginOf(call), Reply<StatePage>(completion, RawPage));
      });
}

grpc::ServerWriteReactor<grpc::ByteBuffer>* EvaluationRpc::WatchStates(
    grpc::CallbackServerContext* context, const grpc::ByteBuffer* request) {
  return dispatcher_.ServerStream<grpc::ByteBuffer, grpc::ByteBuffer>(
      context, "WatchStates", request, SourceThread::kCaller,
      [this](CallContext&, const grpc::ByteBuffer& bytes,
             StreamWaker waker) -> absl::StatusOr<std::unique_ptr<StreamSource<grpc::ByteBuffer>>> {
        v1::WatchStatesRequest decoded;
        RETURN_IF_ERROR(ParseRequest(bytes, decoded));
        ASSIGN_OR_RETURN(std::shared_ptr<StateWatch> watch,
                         service_.Watch(decoded, [waker] { waker.Wake(); }));
        return std::make_unique<WatchSource>(std::move(watch), decoded.parent(), service_,
                                             decoded.heartbeat_seconds());
      });
}

grpc::ServerUnaryReactor* EvaluationRpc::GetHistory(grpc::CallbackServerContext* context,
                                                    const v1::GetHistoryRequest* request,
                                                    v1::GetHistoryResponse* response) {
  return dispatcher_.Async<v1::GetHistoryRequest, v1::GetHistoryResponse>(
      context, "GetHistory", request, response,
      [this](CallContext& call, const v1::GetHistoryRequest& decoded,
             Completion<v1::GetHistoryResponse> completion) {
        service_.GetHistory(decoded, OriginOf(call), std::move(completion));
      });
}

grpc::ServerUnaryReactor* EvaluationRpc::ExplainState(grpc::CallbackServerContext* context,
                                                      const v1::ExplainStateRequest* request,
                                                      v1::Explanation* response) {
  return dispatcher_.Async<v1::ExplainStateRequest, v1::Explanation>(
      context, "ExplainState", request, response,
      [this](CallContext& call, const v1::ExplainStateRequest& decoded,
             Completion<v1::Explanation> completion) {
        service_.ExplainState(decoded, OriginOf(call), std::move(completion));
      });
}

grpc::ServerUnaryReactor* EvaluationRpc::ExplainChange(grpc::CallbackServerContext* context,
                                                       const v1::ExplainChangeRequest* request,
                                                       v1::ChangeExplanation* response) {
  return dispatcher_.Async<v1::ExplainChangeRequest, v1::ChangeExplanation>(
      context, "ExplainChange", request, response,
      [this](CallContext& call, const v1::ExplainChangeRequest& decoded,
             Completion<v1::ChangeExplanation> completion) {
        service_.ExplainChange(decoded, OriginOf(call), std::move(completion));
      });
}

grpc::ServerUnaryReactor* EvaluationRpc::GetForecast(grpc::CallbackServerContext* context,
                                                     const v1::GetForecastRequest* request,
                                                     v1::Forecast* response) {
  return dispatcher_.Async<v1::GetForecastRequest, v1::Forecast>(
      context, "GetForecast", request, response,
      [this](CallContext& call, const v1::GetForecastRequest& decoded,
             Completion<v1::Forecast> completion) {
        service_.GetForecast(decoded, OriginOf(call), std::move(completion));
      });
}

grpc::ServerUnaryReactor* EvaluationRpc::SimulateKpi(grpc::CallbackServerContext* context,
                                                     const v1::SimulateKpiRequest* request,
                                                     v1::SimulateKpiResponse* response) {
  return dispatcher_.Async<v1::SimulateKpiRequest, v1::SimulateKpiResponse>(
      context, "SimulateKpi", request, response,
      [this](CallContext& call, const v1::SimulateKpiRequest& decoded,
             Completion<v1::SimulateKpiResponse> completion) {
        service_.SimulateKpi(decoded, OriginOf(call), std::move(completion));
      });
}

grpc::ServerUnaryReactor* EvaluationRpc::GetEvaluationServerInfo(
    grpc::CallbackServerContext* context, const v1::GetEvaluationServerInfoRequest* request,
    v1::ServerInfo* response) {
  return dispatcher_.Async<v1::GetEvaluationServerInfoRequest, v1::ServerInfo>(
      context, "GetEvaluationServerInfo", request, response,
      [this](CallContext&, const v1::GetEvaluationServerInfoRequest&,
             Completion<v1::ServerInfo> completion) { completion(service_.Info()); });
}

template <typename Request, typename Response>
grpc::ServerUnaryReactor* EvaluationRpc::NotImplemented(grpc::CallbackServerContext* context,
                                                        const char* method, const Request* request,
                                                        Response* response) {
  return dispatcher_.Async<Request, Response>(
      context, method, request, response,
      [method](CallContext&, const Request&, Completion<Response> completion) {
        completion(MakeError(absl::StatusCode::kUnimplemented, "NOT_IMPLEMENTED",
                             absl::StrCat(method, " is not part of this release"),
                             {{"rpc", method}}));
      });
}

grpc::ServerUnaryReactor* EvaluationRpc::FinalizePeriods(grpc::CallbackServerContext* context,
                                                         const v1::FinalizePeriodsRequest* request,
                                                         v1::FinalizePeriodsResponse* response) {
  return dispatcher_.Async<v1::FinalizePeriodsRequest, v1::FinalizePeriodsResponse>(
      context, "FinalizePeriods", request, response,
      [this](CallContext& call, const v1::FinalizePeriodsRequest& decoded,
             Completion<v1::FinalizePeriodsResponse> completion) {
        service_.FinalizePeriods(decoded, OriginOf(call), std::move(completion));
      });
}

grpc::ServerUnaryReactor* EvaluationRpc::ReleaseHeldOut(grpc::CallbackServerContext* context,
                                                        const v1::ReleaseHeldOutRequest* request,
                                                        v1::ReleaseHeldOutResponse* response) {
  return dispatcher_.Async<v1::ReleaseHeldOutRequest, v1::ReleaseHeldOutResponse>(
      context, "ReleaseHeldOut", request, response,
      [this](CallContext& call, const v1::ReleaseHeldOutRequest& decoded,
             Completion<v1::ReleaseHeldOutResponse> completion) {
        service_.ReleaseHeldOut(decoded, OriginOf(call), std::move(completion));
      });
}

grpc::ServerUnaryReactor* EvaluationRpc::GetScorecard(grpc::CallbackServerContext* context,
                                                      const v1::GetScorecardRequest* request,
                                                      v1::ScorecardNode* response) {
  return NotImplemented(context, "GetScorecard", request, response);
}

grpc::ServerUnaryReactor* EvaluationRpc::GetLeaderboard(grpc::CallbackServerContext* context,
                                                        const v1::GetLeaderboardRequest* request,
                                                        v1::GetLeaderboardResponse* response) {
  return NotImplemented(context, "GetLeaderboard", request, response);
}

grpc::ServerUnaryReactor* EvaluationRpc::AnalyzeInitiative(
    grpc::CallbackServerContext* context, const v1::AnalyzeInitiativeRequest* request,
    v1::AnalyzeInitiativeResponse* response) {
  return NotImplemented(context, "AnalyzeInitiative", request, response);
}

grpc::ServerUnaryReactor* EvaluationRpc::RecordCheckIn(grpc::CallbackServerContext* context,
                                                       const v1::RecordCheckInRequest* request,
                                                       v1::CheckIn* response) {
  return NotImplemented(context, "RecordCheckIn", request, response);
}

grpc::ServerUnaryReactor* EvaluationRpc::ListCheckIns(grpc::CallbackServerContext* context,
                                                      const v1::ListCheckInsRequest* request,
                                                      v1::ListCheckInsResponse* response) {
  return NotImplemented(context, "ListCheckIns", request, response);
}

grpc::ServerUnaryReactor* EvaluationRpc::ListAlerts(grpc::CallbackServerContext* context,
                                                    const v1::ListAlertsRequest* request,
                                                    v1::ListAlertsResponse* response) {
  return NotImplemented(context, "ListAlerts", request, response);
}

grpc::ServerUnaryReactor* EvaluationRpc::AcknowledgeAlert(
    grpc::CallbackServerContext* context, const v1::AcknowledgeAlertRequest* request,
    v1::Alert* response) {
  return NotImplemented(context, "AcknowledgeAlert", request, response);
}

grpc::ServerUnaryReactor* EvaluationRpc::SilenceAlerts(grpc::CallbackServerContext* context,
                                                       const v1::SilenceAlertsRequest* request,
                                                       v1::SilenceAlertsResponse* response) {
  return NotImplemented(context, "SilenceAlerts", request, response);
}

}  // namespace kpisuite
