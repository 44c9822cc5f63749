#include "services/kpictl/commands/fake_services_for_test.h"

#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>
#include <grpcpp/security/server_credentials.h>
#include <grpcpp/server_builder.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdio>
#include <fstream>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "libs/base/position_token.h"
#include "libs/rpc/status_mapping.h"
#include "services/kpictl/commands/command_line.h"

namespace kpisuite {
namespace {

grpc::Status Missing(const std::string& name) {
  return ToGrpcStatus(
      MakeError(absl::StatusCode::kNotFound, "NOT_FOUND", absl::StrCat(name, " does not exist")));
}

size_t PageIndex(const std::string& token) {
  size_t index = 0;
  return absl::SimpleAtoi(token, &index) ? index : 0;
}

std::string NextToken(size_t index, size_t count) {
  return index + 1 < count ? absl::StrCat(index + 1) : "";
}

}  // namespace

grpc::Status FakeDefinition::ApplyDefinitions(grpc::ServerContext*,
                                              const v1::ApplyDefinitionsRequest* request,
                                              v1::ApplyDefinitionsResponse* response) {
  applied.push_back(*request);
  if (!failures.empty()) {
    const grpc::Status failure = failures.front();
    failures.pop_front();
    return failure;
  }
  *response = apply_response;
  return grpc::Status::OK;
}

grpc::Status FakeDefinition::GetDefinition(grpc::ServerContext*,
                                           const v1::GetDefinitionRequest* request,
                                           v1::Definition* response) {
  const auto found = definitions.find(request->name());
  if (found == definitions.end()) return Missing(request->name());
  *response = found->second;
  return grpc::Status::OK;
}

grpc::Status FakeDefinition::BatchGetDefinitions(grpc::ServerContext*,
                                                 const v1::BatchGetDefinitionsRequest* request,
                                                 v1::BatchGetDefinitionsResponse* response) {
  for (const std::string& name : request->names()) {
    const auto found = definitions.find(name);
    if (found == definitions.end()) {
      response->add_missing_names(name);
    } else {
      *response->add_definitions() = found->second;
    }
  }
  return grpc::Status::OK;
}

grpc::Status FakeDefinition::ListDefinitions(grpc::ServerContext*,
                                             const v1::ListDefinitionsRequest* request,
                                             v1::ListDefinitionsResponse* response) {
  listed.push_back(*request);
  std::vector<v1::Definition> matching;
  for (const auto& [name, definition] : definitions) {
    const std::string part = absl::StrCat("/", request->collection(), "/");
    if (request->collection().empty() || absl::StrContains(name, part)) {
      matching.push_back(definition);
    }
  }
  const size_t index = PageIndex(request->page_token());
  if (index < matching.size()) *response->add_definitions() = matching[index];
  response->set_next_page_token(NextToken(index, matching.size()));
  return grpc::Status::OK;
}

grpc::Status FakeDefinition::DeleteDefinition(grpc::ServerContext*,
                                              const v1::DeleteDefinitionRequest* request,
                                              v1::DeleteDefinitionResponse* response) {
  deleted.push_back(*request);
  const auto found = definitions.find(request->name());
  if (found == definitions.end()) return Missing(request->name());
  if (!request->etag().empty() && request->etag() != found->second.etag()) {
    return ToGrpcStatus(
        MakeError(absl::StatusCode::kAborted, "ETAG_MISMATCH", "the etag is not the current one"));
  }
  *response->mutable_definition() = found->second;
  if (!request->validate_only()) definitions.erase(found);
  return grpc::Status::OK;
}

grpc::Status FakeDefinition::ListRevisions(grpc::ServerContext*,
                                           const v1::ListRevisionsRequest* request,
                                           v1::ListRevisionsResponse* response) {
  *response->add_revisions() = definitions[request->name()];
  return grpc::Status::OK;
}

grpc::Status FakeDefinition::ListTemplates(grpc::ServerContext*,
                                           const v1::ListTemplatesRequest* request,
                                           v1::ListTemplatesResponse* response) {
  templates_listed.push_back(*request);
  const size_t index = PageIndex(request->page_token());
  if (index < templates.size()) *response->add_templates() = templates[index];
  response->set_next_page_token(NextToken(index, templates.size()));
  return grpc::Status::OK;
}

grpc::Status FakeDefinition::InstantiateTemplate(grpc::ServerContext*,
                                                 const v1::InstantiateTemplateRequest* request,
                                                 v1::InstantiateTemplateResponse* response) {
  asked_for = *request;
  *response = instantiated;
  return grpc::Status::OK;
}

grpc::Status FakeDefinition::GetDefinitionServerInfo(grpc::ServerContext*,
                                                     const v1::GetDefinitionServerInfoRequest*,
                                                     v1::ServerInfo* response) {
  response->set_service("kpi-definition");
  response->set_version("1.2.3");
  return grpc::Status::OK;
}

v1::WriteResult FakeMeasurement::Write(const v1::WriteSamplesRequest& request) {
  const auto before = requests.find(request.request_id());
  if (before != requests.end()) {
    v1::WriteResult result = before->second;
    result.set_duplicate(true);
    return result;
  }
  v1::WriteResult result;
  for (const v1::SeriesBlock& block : request.series()) {
    std::string series = block.metric();
    const std::map<std::string, std::string> dimensions(block.dimensions().begin(),
                                                        block.dimensions().end());
    for (const auto& [name, member] : dimensions) absl::StrAppend(&series, "/", name, "=", member);
    for (int i = 0; i < block.time_unix_nano_size(); ++i) {
      const std::string id = block.sample_ids_size() > 0 ? block.sample_ids(i) : "";
      const int64_t value = block.mantissas_size() > 0 ? block.mantissas(i) : 0;
      const std::string key = absl::StrCat(series, "/", block.time_unix_nano(i), "/", id);
      const auto [sample, is_new] = samples.emplace(key, value);
      if (is_new) {
        result.set_inserted(result.inserted() + 1);
      } else if (sample->second == value) {
        result.set_unchanged(result.unchanged() + 1);
      } else {
        result.set_corrected(result.corrected() + 1);
      }
      sample->second = value;
    }
  }
  PositionToken token;
  token.parts[0] = {.incarnation = 7, .seq = static_cast<int64_t>(requests.size() + 1)};
  result.set_position_token(token.ToText());
  requests[request.request_id()] = result;
  return result;
}

grpc::Status FakeMeasurement::WriteSamples(grpc::ServerContext*,
                                           const v1::WriteSamplesRequest* request,
                                           v1::WriteSamplesResponse* response) {
  written.push_back(*request);
  *response->mutable_result() = Write(*request);
  return grpc::Status::OK;
}

grpc::Status FakeMeasurement::StreamSamples(
    grpc::ServerContext*,
    grpc::ServerReaderWriter<v1::StreamSamplesResponse, v1::StreamSamplesRequest>* stream) {
  v1::StreamSamplesRequest request;
  int batches = 0;
  while (stream->Read(&request)) {
    v1::StreamSamplesResponse response;
    v1::BatchAck& ack = *response.add_acks();
    ack.set_batch_no(request.batch_no());
    *ack.mutable_result() = Write(request.batch());
    if (++batches == break_after) {
      break_after = 0;
      return {grpc::StatusCode::UNAVAILABLE, "the server was killed"};
    }
    stream->Write(response);
  }
  return grpc::Status::OK;
}

grpc::Status FakeMeasurement::AdvanceWatermark(grpc::ServerContext*,
                                               const v1::AdvanceWatermarkRequest* request,
                                               v1::AdvanceWatermarkResponse*) {
  watermarks.push_back(*request);
  return grpc::Status::OK;
}

grpc::Status FakeMeasurement::GetMeasurementServerInfo(grpc::ServerContext*,
                                                       const v1::GetMeasurementServerInfoRequest*,
                                                       v1::ServerInfo* response) {
  response->set_service("kpi-measurement");
  response->set_max_batch_samples(10'000);
  response->set_max_unacked_batches(4);
  return grpc::Status::OK;
}

grpc::Status FakeEvaluation::ListStates(grpc::ServerContext*, const v1::ListStatesRequest* request,
                                        v1::ListStatesResponse* response) {
  listed.push_back(*request);
  if (!failure.ok()) return failure;
  const size_t index = PageIndex(request->page_token());
  if (index < states.size()) *response->add_states() = states[index];
  response->set_next_page_token(NextToken(index, states.size()));
  return grpc::Status::OK;
}

grpc::Status FakeEvaluation::GetHistory(grpc::ServerContext*, const v1::GetHistoryRequest* request,
                                        v1::GetHistoryResponse* response) {
  histories.push_back(*request);
  if (!failure.ok()) return failure;
  for (const v1::HistoryEntry& entry : history) *response->add_entries() = entry;
  return grpc::Status::OK;
}

grpc::Status FakeEvaluation::ExplainState(grpc::ServerContext*,
                                          const v1::ExplainStateRequest* request,
                                          v1::Explanation* response) {
  explained.push_back(*request);
  *response = explanation;
  return failure;
}

grpc::Status FakeEvaluation::ExplainChange(grpc::ServerContext*,
                                           const v1::ExplainChangeRequest* request,
                                           v1::ChangeExplanation* response) {
  changes_explained.push_back(*request);
  *response = change;
  return failure;
}

grpc::Status FakeEvaluation::FinalizePeriods(grpc::ServerContext*,
                                             const v1::FinalizePeriodsRequest* request,
                                             v1::FinalizePeriodsResponse* response) {
  finalized.push_back(*request);
  response->set_final_through(request->through_period());
  response->mutable_final_time()->set_seconds(1'000'000'000);
  return grpc::Status::OK;
}

grpc::Status FakeEvaluation::ReleaseHeldOut(grpc::ServerContext*,
                                            const v1::ReleaseHeldOutRequest* request,
                                            v1::ReleaseHeldOutResponse* response) {
  released.push_back(*request);
  response->set_released(2);
  response->mutable_release_time()->set_seconds(1'000'000'000);
  return grpc::Status::OK;
}

grpc::Status FakeEvaluation::GetForecast(grpc::ServerContext*,
                                         const v1::GetForecastRequest* request,
                                         v1::Forecast* response) {
  forecasts.push_back(*request);
  *response = forecast;
  return failure;
}

grpc::Status FakeEvaluation::SimulateKpi(grpc::ServerContext*,
                                         const v1::SimulateKpiRequest* request,
                                         v1::SimulateKpiResponse* response) {
  simulated.push_back(*request);
  *response = simulation;
  return failure;
}

grpc::Status FakeEvaluation::WatchStates(grpc::ServerContext*,
                                         const v1::WatchStatesRequest* request,
                                         grpc::ServerWriter<v1::WatchStatesResponse>* writer) {
  watched.push_back(*request);
  for (size_t i = PageIndex(request->resume_token()); i < states.size(); ++i) {
    if (watched.size() == 1 && break_watch_after > 0 && i == break_watch_after) {
      return {grpc::StatusCode::UNAVAILABLE, "shutting down"};
    }
    v1::WatchStatesResponse response;
    *response.mutable_state() = states[i];
    response.set_resume_token(absl::StrCat(i + 1));
    writer->Write(response);
  }
  v1::WatchStatesResponse response;
  response.set_in_sync(true);
  writer->Write(response);
  return grpc::Status::OK;
}

grpc::Status FakeEvaluation::GetEvaluationServerInfo(grpc::ServerContext*,
                                                     const v1::GetEvaluationServerInfoRequest*,
                                                     v1::ServerInfo* response) {
  response->set_service("kpi-evaluation");
  response->set_cache_engine("redis");
  return grpc::Status::OK;
}

FakeSuite::FakeSuite() : clock(absl::FromUnixSeconds(1'000'000'000)) {
  grpc::ServerBuilder builder;
  int port = 0;
  builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port);
  builder.RegisterService(&definition);
  builder.RegisterService(&measurement);
  builder.RegisterService(&evaluation);
  server_ = builder.BuildAndStart();
  address_ = absl::StrCat("127.0.0.1:", port);
}

FakeSuite::~FakeSuite() { Stop(); }

void FakeSuite::Stop() {
  if (server_ != nullptr) server_->Shutdown();
  server_.reset();
}

RunResult FakeSuite::Run(std::vector<std::string> arguments, const std::string& input) {
  arguments.insert(arguments.begin(), absl::StrCat("--server=", address_));
  return RunWithoutServer(std::move(arguments), input);
}

RunResult FakeSuite::RunWithoutServer(std::vector<std::string> arguments,
                                      const std::string& input) {
  std::istringstream in(input);
  std::ostringstream out;
  std::ostringstream err;
  RunResult result;
  result.code = RunKpictl(std::move(arguments), {.in = in, .out = out, .err = err}, clock,
                          [](const std::string& target) {
                            return grpc::CreateChannel(target, grpc::InsecureChannelCredentials());
                          });
  result.out = out.str();
  result.err = err.str();
  return result;
}

TemporaryFile::TemporaryFile(const std::string& name, const std::string& content)
    : path_(absl::StrCat(testing::TempDir(), "/kpictl-", getpid(), "-", name)) {
  std::ofstream(path_, std::ios::binary) << content;
}

TemporaryFile::~TemporaryFile() { std::remove(path_.c_str()); }

}  // namespace kpisuite
