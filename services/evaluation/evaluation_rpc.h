// EvaluationRpc: kpisuite.v1.EvaluationService over gRPC. Decodes, calls, encodes.
#pragma once

#include <grpcpp/server_context.h>
#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/server_callback.h>

#include "kpisuite/v1/evaluation_service.grpc.pb.h"
#include "libs/rpc/dispatcher.h"
#include "services/evaluation/routed_service.h"

namespace kpisuite {

// States are answered with the bytes that were serialised once; these methods are raw.
using RawEvaluationService = v1::EvaluationService::WithRawCallbackMethod_GetState<
    v1::EvaluationService::WithRawCallbackMethod_BatchGetStates<
        v1::EvaluationService::WithRawCallbackMethod_ListStates<
            v1::EvaluationService::WithRawCallbackMethod_WatchStates<
                v1::EvaluationService::CallbackService>>>>;

// Thread-safe. Outlives the server that it is registered with.
class EvaluationRpc final : public RawEvaluationService {
 public:
  // `service` and what `environment` refers to outlive it.
  EvaluationRpc(RoutedService& service, const CallEnvironment& environment);

  grpc::ServerUnaryReactor* GetState(grpc::CallbackServerContext* context,
                                     const grpc::ByteBuffer* request,
                                     grpc::ByteBuffer* response) override;
  grpc::ServerUnaryReactor* BatchGetStates(grpc::CallbackServerContext* context,
                                           const grpc::ByteBuffer* request,
                                           grpc::ByteBuffer* response) override;
  grpc::ServerUnaryReactor* ListStates(grpc::CallbackServerContext* context,
                                       const grpc::ByteBuffer* request,
                                       grpc::ByteBuffer* response) override;
  grpc::ServerWriteReactor<grpc::ByteBuffer>* WatchStates(grpc::CallbackServerContext* context,
                                                          const grpc::ByteBuffer* request) override;
  grpc::ServerUnaryReactor* GetHistory(grpc::CallbackServerContext* context,
                                       const v1::GetHistoryRequest* request,
                                       v1::GetHistoryResponse* response) override;
  grpc::ServerUnaryReactor* ExplainState(grpc::CallbackServerContext* context,
                                         const v1::ExplainStateRequest* request,
                                         v1::Explanation* response) override;
  grpc::ServerUnaryReactor* ExplainChange(grpc::CallbackServerContext* context,
                                          const v1::ExplainChangeRequest* request,
                                          v1::ChangeExplanation* response) override;
  grpc::ServerUnaryReactor* GetForecast(grpc::CallbackServerContext* context,
                                        const v1::GetForecastRequest* request,
                                        v1::Forecast* response) override;
  grpc::ServerUnaryReactor* SimulateKpi(grpc::CallbackServerContext* context,
                                        const v1::SimulateKpiRequest* request,
                                        v1::SimulateKpiResponse* response) override;
  grpc::ServerUnaryReactor* GetEvaluationServerInfo(
      grpc::CallbackServerContext* context, const v1::GetEvaluationServerInfoRequest* request,
      v1::ServerInfo* response) override;

  // UNIMPLEMENTED (NOT_IMPLEMENTED) in this release.
  grpc::ServerUnaryReactor* FinalizePeriods(grpc::CallbackServerContext* context,
                                            const v1::FinalizePeriodsRequest* request,
                                            v1::FinalizePeriodsResponse* response) override;
  grpc::ServerUnaryReactor* ReleaseHeldOut(grpc::CallbackServerContext* context,
                                           const v1::ReleaseHeldOutRequest* request,
                                           v1::ReleaseHeldOutResponse* response) override;
  grpc::ServerUnaryReactor* GetScorecard(grpc::CallbackServerContext* context,
                                         const v1::GetScorecardRequest* request,
                                         v1::ScorecardNode* response) override;
  grpc::ServerUnaryReactor* GetLeaderboard(grpc::CallbackServerContext* context,
                                           const v1::GetLeaderboardRequest* request,
                                           v1::GetLeaderboardResponse* response) override;
  grpc::ServerUnaryReactor* AnalyzeInitiative(grpc::CallbackServerContext* context,
                                              const v1::AnalyzeInitiativeRequest* request,
                                              v1::AnalyzeInitiativeResponse* response) override;
  grpc::ServerUnaryReactor* RecordCheckIn(grpc::CallbackServerContext* context,
                                          const v1::RecordCheckInRequest* request,
                                          v1::CheckIn* response) override;
  grpc::ServerUnaryReactor* ListCheckIns(grpc::CallbackServerContext* context,
                                         const v1::ListCheckInsRequest* request,
                                         v1::ListCheckInsResponse* response) override;
  grpc::ServerUnaryReactor* ListAlerts(grpc::CallbackServerContext* context,
                                       const v1::ListAlertsRequest* request,
                                       v1::ListAlertsResponse* response) override;
  grpc::ServerUnaryReactor* AcknowledgeAlert(grpc::CallbackServerContext* context,
                                             const v1::AcknowledgeAlertRequest* request,
                                             v1::Alert* response) override;
  grpc::ServerUnaryReactor* SilenceAlerts(grpc::CallbackServerContext* context,
                                          const v1::SilenceAlertsRequest* request,
                                          v1::SilenceAlertsResponse* response) override;

 private:
  template <typename Request, typename Response>
  grpc::ServerUnaryReactor* NotImplemented(grpc::CallbackServerContext* context, const char* method,
                                           const Request* request, Response* response);

  RoutedService& service_;
  Dispatcher dispatcher_;
};

}  // namespace kpisuite
