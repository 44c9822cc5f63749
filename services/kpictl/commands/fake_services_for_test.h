// The three services in memory, served on a port of their own, and kpictl run against them.
#pragma once

#include <grpcpp/server.h>

#include <deque>
#include <map>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include "kpisuite/v1/definition_service.grpc.pb.h"
#include "kpisuite/v1/evaluation_service.grpc.pb.h"
#include "kpisuite/v1/measurement_service.grpc.pb.h"
#include "libs/base/clock.h"

namespace kpisuite {

// Answers with what a test put into it, and remembers what it was asked.
class FakeDefinition : public v1::DefinitionService::Service {
 public:
  std::map<std::string, v1::Definition> definitions;  // by resource name
  v1::ApplyDefinitionsResponse apply_response;
  std::deque<grpc::Status> failures;  // the next calls of ApplyDefinitions end with these
  std::vector<v1::ApplyDefinitionsRequest> applied;
  std::vector<v1::ListDefinitionsRequest> listed;
  std::vector<v1::DeleteDefinitionRequest> deleted;
  std::vector<v1::Template> templates;
  std::vector<v1::ListTemplatesRequest> templates_listed;
  v1::InstantiateTemplateResponse instantiated;
  v1::InstantiateTemplateRequest asked_for;  // the last one of InstantiateTemplate

  grpc::Status ApplyDefinitions(grpc::ServerContext*, const v1::ApplyDefinitionsRequest* request,
                                v1::ApplyDefinitionsResponse* response) override;
  grpc::Status GetDefinition(grpc::ServerContext*, const v1::GetDefinitionRequest* request,
                             v1::Definition* response) override;
  grpc::Status BatchGetDefinitions(grpc::ServerContext*,
                                   const v1::BatchGetDefinitionsRequest* request,
                                   v1::BatchGetDefinitionsResponse* response) override;
  // One definition on each page.
  grpc::Status ListDefinitions(grpc::ServerContext*, const v1::ListDefinitionsRequest* request,
                               v1::ListDefinitionsResponse* response) override;
  grpc::Status DeleteDefinition(grpc::ServerContext*, const v1::DeleteDefinitionRequest* request,
                                v1::DeleteDefinitionResponse* response) override;
  grpc::Status ListRevisions(grpc::ServerContext*, const v1::ListRevisionsRequest* request,
                             v1::ListRevisionsResponse* response) override;
  // One template on each page.
  grpc::Status ListTemplates(grpc::ServerContext*, const v1::ListTemplatesRequest* request,
                             v1::ListTemplatesResponse* response) override;
  grpc::Status InstantiateTemplate(grpc::ServerContext*,
                                   const v1::InstantiateTemplateRequest* request,
                                   v1::InstantiateTemplateResponse* response) override;
  grpc::Status GetDefinitionServerInfo(grpc::ServerContext*,
                                       const v1::GetDefinitionServerInfoRequest* request,
                                       v1::ServerInfo* response) override;
};

// Keeps samples by identity and the answers of requests.
class FakeMeasurement : public v1::MeasurementService::Service {
 public:
  std::map<std::string, int64_t> samples;  // mantissa by "metric/dimensions/time/id"
  std::map<std::string, v1::WriteResult> requests;
  std::vector<v1::WriteSamplesRequest> written;
  std::vector<v1::AdvanceWatermarkRequest> watermarks;
  int break_after = 0;  // the stream breaks once after so many batches; 0: never

  grpc::Status WriteSamples(grpc::ServerContext*, const v1::WriteSamplesRequest* request,
                            v1::WriteSamplesResponse* response) override;
  grpc::Status StreamSamples(grpc::ServerContext*,
                             grpc::ServerReaderWriter<v1::StreamSamplesResponse,
                                                      v1::StreamSamplesRequest>* stream) override;
  grpc::Status AdvanceWatermark(grpc::ServerContext*, const v1::AdvanceWatermarkRequest* request,
                                v1::AdvanceWatermarkResponse* response) override;
  grpc::Status GetMeasurementServerInfo(grpc::ServerContext*,
                                        const v1::GetMeasurementServerInfoRequest* request,
                                        v1::ServerInfo* response) override;

 private:
  v1::WriteResult Write(const v1::WriteSamplesRequest& request);
};

class FakeEvaluation : public v1::EvaluationService::Service {
 public:
  std::vector<v1::KpiState> states;
  std::vector<v1::HistoryEntry> history;
  v1::Explanation explanation;
  v1::ChangeExplanation change;
  v1::SimulateKpiResponse simulation;
  v1::Forecast forecast;
  grpc::Status failure;  // of ListStates, GetHistory, ExplainState, ExplainChange, GetForecast,
                         // SimulateKpi
  std::vector<v1::ListStatesRequest> listed;
  std::vector<v1::GetHistoryRequest> histories;
  std::vector<v1::ExplainStateRequest> explained;
  std::vector<v1::ExplainChangeRequest> changes_explained;
  std::vector<v1::FinalizePeriodsRequest> finalized;
  std::vector<v1::ReleaseHeldOutRequest> released;
  std::vector<v1::GetForecastRequest> forecasts;
  std::vector<v1::SimulateKpiRequest> simulated;
  std::vector<v1::WatchStatesRequest> watched;
  size_t break_watch_after = 0;  // the first watch ends after so many states; 0: never

  // One state on each page.
  grpc::Status ListStates(grpc::ServerContext*, const v1::ListStatesRequest* request,
                          v1::ListStatesResponse* response) override;
  grpc::Status GetHistory(grpc::ServerContext*, const v1::GetHistoryRequest* request,
                          v1::GetHistoryResponse* response) override;
  grpc::Status ExplainState(grpc::ServerContext*, const v1::ExplainStateRequest* request,
                            v1::Explanation* response) override;
  grpc::Status ExplainChange(grpc::ServerContext*, const v1::ExplainChangeRequest* request,
                             v1::ChangeExplanation* response) override;
  grpc::Status FinalizePeriods(grpc::ServerContext*, const v1::FinalizePeriodsRequest* request,
                               v1::FinalizePeriodsResponse* response) override;
  grpc::Status ReleaseHeldOut(grpc::ServerContext*, const v1::ReleaseHeldOutRequest* request,
                              v1::ReleaseHeldOutResponse* response) override;
  grpc::Status GetForecast(grpc::ServerContext*, const v1::GetForecastRequest* request,
                           v1::Forecast* response) override;
  grpc::Status SimulateKpi(grpc::ServerContext*, const v1::SimulateKpiRequest* request,
                           v1::SimulateKpiResponse* response) override;
  grpc::Status WatchStates(grpc::ServerContext*, const v1::WatchStatesRequest* request,
                           grpc::ServerWriter<v1::WatchStatesResponse>* writer) override;
  grpc::Status GetEvaluationServerInfo(grpc::ServerContext*,
                                       const v1::GetEvaluationServerInfoRequest* request,
                                       v1::ServerInfo* response) override;
};

// What one run of kpictl did.
struct RunResult {
  int code = -1;
  std::string out;
  std::string err;
};

// The fakes behind one address, and a clock that stands still.
class FakeSuite {
 public:
  FakeSuite();
  ~FakeSuite();

  // Runs kpictl with `--server` set to the fakes.
  RunResult Run(std::vector<std::string> arguments, const std::string& input = "");
  RunResult RunWithoutServer(std::vector<std::string> arguments, const std::string& input = "");
  void Stop();

  const std::string& address() const { return address_; }

  FakeDefinition definition;
  FakeMeasurement measurement;
  FakeEvaluation evaluation;
  FakeClock clock;

 private:
  std::unique_ptr<grpc::Server> server_;
  std::string address_;
};

// A file with this content, removed at the end of its scope.
class TemporaryFile {
 public:
  TemporaryFile(const std::string& name, const std::string& content);
  ~TemporaryFile();

  const std::string& path() const { return path_; }

 private:
  const std::string path_;
};

}  // namespace kpisuite
