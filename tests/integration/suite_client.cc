#include "tests/integration/suite_client.h"

#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>
#include <grpcpp/support/channel_arguments.h>
#include <stdlib.h>

#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "libs/base/status_macros.h"
#include "libs/document/definition_set.h"
#include "tests/integration/child_process.h"

namespace kpisuite {
namespace {

constexpr int kReconnectMilliseconds = 50;
constexpr int kMaxMessageBytes = 16 << 20;  // more than the servers take, to see them refuse
constexpr int kPageSize = 1000;
constexpr int kWindowBytes = 64 << 10;

// The library looks at idle connections every 5 s unless told otherwise; so long a server that
// drains waits for the client to take note. Read when the library starts.
void LookAtIdleConnectionsOften() {
  static const int once = setenv("GRPC_CLIENT_CHANNEL_BACKUP_POLL_INTERVAL_MS", "50", 1);
  static_cast<void>(once);
}

std::shared_ptr<grpc::Channel> Connect(const std::string& address) {
  LookAtIdleConnectionsOften();
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, kReconnectMilliseconds);
  arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, kReconnectMilliseconds);
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, kReconnectMilliseconds);
  arguments.SetInt(GRPC_ARG_ENABLE_RETRIES, 0);
  // A client that does not read fills its window soon; otherwise it grows to megabytes.
  arguments.SetInt(GRPC_ARG_HTTP2_BDP_PROBE, 0);
  arguments.SetInt(GRPC_ARG_HTTP2_STREAM_LOOKAHEAD_BYTES, kWindowBytes);
  arguments.SetMaxReceiveMessageSize(kMaxMessageBytes);
  arguments.SetMaxSendMessageSize(kMaxMessageBytes);
  return grpc::CreateCustomChannel(address, grpc::InsecureChannelCredentials(), arguments);
}

v1::StateKey MakeKey(const StateQuery& query) {
  v1::StateKey key;
  key.set_kpi(KpiName(query.kpi));
  key.set_window(query.window);
  key.set_slice(query.slice);
  key.set_period(query.period);
  return key;
}

}  // namespace

std::string KpiName(const std::string& id) { return absl::StrCat(kTestParent, "/kpis/", id); }

std::unique_ptr<grpc::ClientContext> MakeContext(absl::Duration timeout) {
  auto context = std::make_unique<grpc::ClientContext>();
  context->set_wait_for_ready(true);
  context->set_deadline(absl::ToChronoTime(absl::Now() + timeout));
  return context;
}

absl::Duration CallTimeout() { return Patience(); }

SuiteClient::SuiteClient(const std::string& definition, const std::string& measurement,
                         const std::string& evaluation)
    : definition_(v1::DefinitionService::NewStub(Connect(definition))),
      measurement_(v1::MeasurementService::NewStub(Connect(measurement))),
      evaluation_(v1::EvaluationService::NewStub(Connect(evaluation))) {}

absl::StatusOr<v1::ApplyDefinitionsResponse> SuiteClient::Apply(const std::string& yaml) {
  ASSIGN_OR_RETURN(const std::vector<v1::Definition> definitions,
                   ParseDefinitions(yaml, kTestWorkspace));
  v1::ApplyDefinitionsRequest request;
  for (const v1::Definition& definition : definitions) *request.add_definitions() = definition;
  return Apply(std::move(request));
}

absl::Status SuiteClient::Define(const std::string& yaml) {
  RETURN_IF_ERROR(Apply(yaml).status());
  v1::ListStatesRequest request;
  request.set_parent(kTestParent);
  request.set_page_size(1);
  request.set_at_least(applied_.ToText());
  return Call(*evaluation_, &v1::EvaluationService::StubInterface::ListStates, request).status();
}

absl::StatusOr<v1::ApplyDefinitionsResponse> SuiteClient::Apply(
    v1::ApplyDefinitionsRequest request) {
  if (request.parent().empty()) request.set_parent(kTestParent);
  ASSIGN_OR_RETURN(
      v1::ApplyDefinitionsResponse response,
      Call(*definition_, &v1::DefinitionService::StubInterface::ApplyDefinitions, request));
  if (!response.position_token().empty()) {
    ASSIGN_OR_RETURN(const PositionToken token, PositionToken::Parse(response.position_token()));
    applied_.Merge(token);
  }
  return response;
}

bool SuiteClient::BrokeWithoutAnswer(const grpc::Status& status) {
  return status.error_code() == grpc::StatusCode::UNAVAILABLE &&
         GetErrorDetails(FromGrpcStatus(status)).reason.empty();
}

std::string SuiteClient::WithDefinitions(const std::string& token) const {
  absl::StatusOr<PositionToken> merged = PositionToken::Parse(token);
  if (!merged.ok()) return token;
  merged->Merge(applied_);
  return merged->ToText();
}

absl::StatusOr<v1::WriteResult> SuiteClient::Write(v1::WriteSamplesRequest request) {
  if (request.parent().empty()) request.set_parent(kTestParent);
  ASSIGN_OR_RETURN(
      const v1::WriteSamplesResponse response,
      Call(*measurement_, &v1::MeasurementService::StubInterface::WriteSamples, request));
  return response.result();
}

absl::StatusOr<v1::WriteResult> SuiteClient::Retract(v1::RetractSamplesRequest request) {
  if (request.parent().empty()) request.set_parent(kTestParent);
  ASSIGN_OR_RETURN(
      const v1::RetractSamplesResponse response,
      Call(*measurement_, &v1::MeasurementService::StubInterface::RetractSamples, request));
  return response.result();
}

absl::StatusOr<v1::AdvanceWatermarkResponse> SuiteClient::AdvanceWatermark(
    const std::string& metric, absl::Time complete_through) {
  v1::AdvanceWatermarkRequest request;
  request.set_parent(kTestParent);
  request.add_metrics(metric);
  request.mutable_complete_through()->set_seconds(absl::ToUnixSeconds(complete_through));
  return Call(*measurement_, &v1::MeasurementService::StubInterface::AdvanceWatermark, request);
}

absl::StatusOr<v1::KpiState> SuiteClient::GetState(const StateQuery& query,
                                                   const std::string& at_least) {
  v1::GetStateRequest request;
  *request.mutable_key() = MakeKey(query);
  request.set_at_least(WithDefinitions(at_least));
  return Call(*evaluation_, &v1::EvaluationService::StubInterface::GetState, request);
}

absl::StatusOr<v1::Explanation> SuiteClient::Explain(const StateQuery& query,
                                                     const std::string& at_least) {
  v1::ExplainStateRequest request;
  *request.mutable_key() = MakeKey(query);
  request.set_at_least(WithDefinitions(at_least));
  return Call(*evaluation_, &v1::EvaluationService::StubInterface::ExplainState, request);
}

absl::StatusOr<std::vector<v1::HistoryEntry>> SuiteClient::History(const StateQuery& query,
                                                                   v1::HistoryView view,
                                                                   const std::string& at_least) {
  v1::GetHistoryRequest request;
  request.set_kpi(KpiName(query.kpi));
  request.set_window(query.window);
  request.set_slice(query.slice);
  request.set_view(view);
  request.set_at_least(WithDefinitions(at_least));
  std::vector<v1::HistoryEntry> entries;
  do {
    ASSIGN_OR_RETURN(
        const v1::GetHistoryResponse page,
        Call(*evaluation_, &v1::EvaluationService::StubInterface::GetHistory, request));
    entries.insert(entries.end(), page.entries().begin(), page.entries().end());
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty());
  return entries;
}

absl::StatusOr<std::vector<v1::Sample>> SuiteClient::ReadSamples(const std::string& metric,
                                                                 bool revisions) {
  v1::ReadSamplesRequest request;
  request.set_parent(kTestParent);
  request.set_metric(metric);
  request.set_revisions(revisions);
  request.set_page_size(kPageSize);
  std::vector<v1::Sample> samples;
  do {
    ASSIGN_OR_RETURN(
        const v1::ReadSamplesResponse page,
        Call(*measurement_, &v1::MeasurementService::StubInterface::ReadSamples, request));
    samples.insert(samples.end(), page.samples().begin(), page.samples().end());
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty());
  return samples;
}

absl::StatusOr<v1::ServerInfo> SuiteClient::MeasurementInfo() {
  return Call(*measurement_, &v1::MeasurementService::StubInterface::GetMeasurementServerInfo,
              v1::GetMeasurementServerInfoRequest());
}

}  // namespace kpisuite
