#include "stub.h"

#include <google/protobuf/util/json_util.h>

#include <cstdlib>
#include <iostream>

using nlohmann::json;
namespace v1 = kpisuite::v1;

namespace {

template <typename Service, typename Request, typename Response>
auto UnaryOf(Service& stub,
             grpc::Status (Service::*method)(grpc::ClientContext*, const Request&, Response*)) {
  return
      [&stub, method](grpc::ClientContext& context, const json& request_json, json& response_json) {
        Request request;
        FromJson(request_json, request);
        Response response;
        const grpc::Status status = (stub.*method)(&context, request, &response);
        if (status.ok()) response_json = ToJson(response);
        return status;
      };
}

template <typename Service, typename Request, typename Response>
auto StreamOf(Service& stub, std::unique_ptr<grpc::ClientReaderInterface<Response>> (
                                 Service::*method)(grpc::ClientContext*, const Request&)) {
  return [&stub, method](grpc::ClientContext& context, const json& request_json,
                         const Stub::OnMessage& on_message) {
    Request request;
    FromJson(request_json, request);
    const auto reader = (stub.*method)(&context, request);
    Response message;
    bool wanted = true;
    while (reader->Read(&message)) {
      if (!wanted) continue;
      wanted = on_message(ToJson(message));
      if (!wanted) context.TryCancel();
    }
    return reader->Finish();
  };
}

}  // namespace

json ToJson(const google::protobuf::Message& message) {
  std::string text;
  const auto status = google::protobuf::util::MessageToJsonString(message, &text);
  if (!status.ok()) {
    std::cerr << message.GetTypeName() << ": " << status.ToString() << "\n";
    std::abort();
  }
  return json::parse(text);
}

void FromJson(const json& json, google::protobuf::Message& message) {
  const auto status = google::protobuf::util::JsonStringToMessage(json.dump(), &message);
  if (!status.ok()) {
    std::cerr << message.GetTypeName() << ": " << status.ToString() << ": " << json << "\n";
    std::abort();
  }
}

Stub::Stub(kpisuite::client::Client& client) : client_(client) {
  AddDefinitions();
  AddMeasurements();
  AddEvaluations();
}

grpc::Status Stub::Exchange(const json& requests, std::vector<json>& received) {
  grpc::ClientContext context;
  const auto stream = client_.measurements().StreamSamples(&context);
  for (const json& item : requests) {
    v1::StreamSamplesRequest request;
    FromJson(item, request);
    if (!stream->Write(request)) break;
  }
  stream->WritesDone();
  v1::StreamSamplesResponse response;
  while (stream->Read(&response)) received.push_back(ToJson(response));
  return stream->Finish();
}

void Stub::AddDefinitions() {
  using Service = v1::DefinitionService::StubInterface;
  Service& stub = client_.definitions();
  unary_["DefinitionService.ApplyDefinitions"] = UnaryOf(stub, &Service::ApplyDefinitions);
  unary_["DefinitionService.GetDefinition"] = UnaryOf(stub, &Service::GetDefinition);
  unary_["DefinitionService.BatchGetDefinitions"] = UnaryOf(stub, &Service::BatchGetDefinitions);
  unary_["DefinitionService.ListDefinitions"] = UnaryOf(stub, &Service::ListDefinitions);
  unary_["DefinitionService.DeleteDefinition"] = UnaryOf(stub, &Service::DeleteDefinition);
  unary_["DefinitionService.ListRevisions"] = UnaryOf(stub, &Service::ListRevisions);
  streams_["DefinitionService.WatchDefinitions"] = StreamOf(stub, &Service::WatchDefinitions);
  unary_["DefinitionService.ListTemplates"] = UnaryOf(stub, &Service::ListTemplates);
  unary_["DefinitionService.InstantiateTemplate"] = UnaryOf(stub, &Service::InstantiateTemplate);
  unary_["DefinitionService.GetDefinitionServerInfo"] =
      UnaryOf(stub, &Service::GetDefinitionServerInfo);
}

void Stub::AddMeasurements() {
  using Service = v1::MeasurementService::StubInterface;
  Service& stub = client_.measurements();
  unary_["MeasurementService.WriteSamples"] = UnaryOf(stub, &Service::WriteSamples);
  unary_["MeasurementService.RetractSamples"] = UnaryOf(stub, &Service::RetractSamples);
  unary_["MeasurementService.AdvanceWatermark"] = UnaryOf(stub, &Service::AdvanceWatermark);
  streams_["MeasurementService.QueryAggregates"] = StreamOf(stub, &Service::QueryAggregates);
  unary_["MeasurementService.ReadSamples"] = UnaryOf(stub, &Service::ReadSamples);
  unary_["MeasurementService.ListSeries"] = UnaryOf(stub, &Service::ListSeries);
  streams_["MeasurementService.ReadChanges"] = StreamOf(stub, &Service::ReadChanges);
  unary_["MeasurementService.GetMeasurementServerInfo"] =
      UnaryOf(stub, &Service::GetMeasurementServerInfo);
}

void Stub::AddEvaluations() {
  using Service = v1::EvaluationService::StubInterface;
  Service& stub = client_.evaluations();
  unary_["EvaluationService.GetState"] = UnaryOf(stub, &Service::GetState);
  unary_["EvaluationService.BatchGetStates"] = UnaryOf(stub, &Service::BatchGetStates);
  unary_["EvaluationService.ListStates"] = UnaryOf(stub, &Service::ListStates);
  streams_["EvaluationService.WatchStates"] = StreamOf(stub, &Service::WatchStates);
  unary_["EvaluationService.GetHistory"] = UnaryOf(stub, &Service::GetHistory);
  unary_["EvaluationService.ExplainState"] = UnaryOf(stub, &Service::ExplainState);
  unary_["EvaluationService.ExplainChange"] = UnaryOf(stub, &Service::ExplainChange);
  unary_["EvaluationService.SimulateKpi"] = UnaryOf(stub, &Service::SimulateKpi);
  unary_["EvaluationService.GetForecast"] = UnaryOf(stub, &Service::GetForecast);
  unary_["EvaluationService.FinalizePeriods"] = UnaryOf(stub, &Service::FinalizePeriods);
  unary_["EvaluationService.ReleaseHeldOut"] = UnaryOf(stub, &Service::ReleaseHeldOut);
  unary_["EvaluationService.GetScorecard"] = UnaryOf(stub, &Service::GetScorecard);
  unary_["EvaluationService.GetLeaderboard"] = UnaryOf(stub, &Service::GetLeaderboard);
  unary_["EvaluationService.AnalyzeInitiative"] = UnaryOf(stub, &Service::AnalyzeInitiative);
  unary_["EvaluationService.RecordCheckIn"] = UnaryOf(stub, &Service::RecordCheckIn);
  unary_["EvaluationService.ListCheckIns"] = UnaryOf(stub, &Service::ListCheckIns);
  unary_["EvaluationService.ListAlerts"] = UnaryOf(stub, &Service::ListAlerts);
  unary_["EvaluationService.AcknowledgeAlert"] = UnaryOf(stub, &Service::AcknowledgeAlert);
  unary_["EvaluationService.SilenceAlerts"] = UnaryOf(stub, &Service::SilenceAlerts);
  unary_["EvaluationService.GetEvaluationServerInfo"] =
      UnaryOf(stub, &Service::GetEvaluationServerInfo);
}
