#include "tests/bench/suite_processes.h"

#include <algorithm>
#include <filesystem>
#include <system_error>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "libs/base/status_macros.h"
#include "libs/rpc/status_mapping.h"

namespace kpisuite {
namespace {

constexpr absl::Duration kPatience = absl::Minutes(2);
constexpr size_t kMaxSet = 4000;  // definitions in one call

void SetDeadline(grpc::ClientContext& context) {
  context.set_deadline(absl::ToChronoTime(absl::Now() + kPatience));
}

}  // namespace

v1::Definition BenchMetric(const std::string& id) {
  v1::Definition definition;
  definition.set_name(absl::StrCat(kBenchParent, "/metrics/", id));
  v1::Metric& metric = *definition.mutable_metric();
  metric.set_unit("min");
  metric.set_scale(0);
  metric.set_identity(v1::SAMPLE_IDENTITY_TIME);
  return definition;
}

std::string BenchKpiName(const std::string& id) { return absl::StrCat(kBenchParent, "/kpis/", id); }

v1::Definition BenchKpi(const std::string& id, const std::string& metric,
                        v1::Aggregation aggregation) {
  v1::Definition definition;
  definition.set_name(BenchKpiName(id));
  v1::Kpi& kpi = *definition.mutable_kpi();
  kpi.set_owner("bench@example.com");
  v1::Input& input = (*kpi.mutable_inputs())["x"];
  input.set_metric(metric);
  input.set_aggregation(aggregation);
  kpi.set_unit(aggregation == v1::AGGREGATION_COUNT ? "1" : "min");
  kpi.set_direction(v1::DIRECTION_HIGHER);
  kpi.add_windows("MONTH");
  kpi.mutable_target()->set_fixed("100");
  kpi.mutable_bands()->set_warning("-0.1");
  return definition;
}

absl::StatusOr<std::unique_ptr<SuiteProcesses>> SuiteProcesses::Start(const std::string& directory,
                                                                      Stores stores) {
  std::unique_ptr<SuiteProcesses> suite(new SuiteProcesses());
  ASSIGN_OR_RETURN(suite->folder_, BenchFolder::Create(directory));
  const std::string& folder = suite->folder_->path();
  std::string& store = suite->store_;
  if (stores == Stores::kPostgres) {
    suite->postgres_ = std::make_unique<PostgresTestServer>();
    RETURN_IF_ERROR(suite->postgres_->Start());
    ASSIGN_OR_RETURN(const PostgresTarget database, suite->postgres_->NewDatabase());
    store = database.uri;
  }
  RETURN_IF_ERROR(suite->redis_.Start());
  ASSIGN_OR_RETURN(suite->definition_server_,
                   ServerProcess::StartService("kpi-definition", folder, store, {}));
  const std::string definition = "--definition=" + suite->definition_server_->address();
  ASSIGN_OR_RETURN(suite->measurement_server_,
                   ServerProcess::StartService("kpi-measurement", folder, store, {definition}));
  ASSIGN_OR_RETURN(suite->evaluation_server_, suite->StartEvaluation());
  suite->definition_ = v1::DefinitionService::NewStub(suite->definition_server_->Connect());
  suite->measurement_ = v1::MeasurementService::NewStub(suite->measurement_server_->Connect());
  suite->evaluation_ = v1::EvaluationService::NewStub(suite->evaluation_server_->Connect());
  return suite;
}

absl::StatusOr<std::unique_ptr<ServerProcess>> SuiteProcesses::StartEvaluation() {
  const std::string folder = absl::StrCat(folder_->path(), "/evaluation-", ++evaluations_);
  std::error_code failed;
  std::filesystem::create_directory(folder, failed);
  if (failed) return absl::FailedPreconditionError(absl::StrCat(folder, ": ", failed.message()));
  return ServerProcess::StartService(
      "kpi-evaluation", folder, store_,
      {"--definition=" + definition_server_->address(),
       "--measurement=" + measurement_server_->address(), "--cache=" + redis_.address()});
}

absl::Status SuiteProcesses::Define(const std::vector<v1::Definition>& definitions) {
  std::string token;
  for (size_t begin = 0; begin < definitions.size(); begin += kMaxSet) {
    v1::ApplyDefinitionsRequest request;
    request.set_parent(kBenchParent);
    const size_t end = std::min(begin + kMaxSet, definitions.size());
    for (size_t i = begin; i < end; ++i) *request.add_definitions() = definitions[i];
    grpc::ClientContext context;
    SetDeadline(context);
    v1::ApplyDefinitionsResponse response;
    RETURN_IF_ERROR(FromGrpcStatus(definition_->ApplyDefinitions(&context, request, &response)));
    token = response.position_token();
  }
  return WaitForState(definitions.back().name(), token);
}

absl::Status SuiteProcesses::Write(const v1::WriteSamplesRequest& request, const std::string& kpi) {
  const absl::Time end = absl::Now() + kPatience;
  while (true) {
    grpc::ClientContext context;
    SetDeadline(context);
    v1::WriteSamplesResponse response;
    const absl::Status status =
        FromGrpcStatus(measurement_->WriteSamples(&context, request, &response));
    if (status.ok()) return WaitForState(kpi, response.result().position_token());
    // It follows the definitions at its own pace.
    if (!absl::IsNotFound(status) || absl::Now() > end) return status;
    absl::SleepFor(absl::Milliseconds(20));
  }
}

absl::Status SuiteProcesses::WaitForState(const std::string& kpi, const std::string& at_least) {
  v1::GetStateRequest request;
  request.mutable_key()->set_kpi(kpi);
  request.set_at_least(at_least);
  const absl::Time end = absl::Now() + kPatience;
  while (true) {
    grpc::ClientContext context;
    SetDeadline(context);
    v1::KpiState state;
    const absl::Status status = FromGrpcStatus(evaluation_->GetState(&context, request, &state));
    if (status.ok() || !absl::IsUnavailable(status) || absl::Now() > end) return status;
    absl::SleepFor(absl::Milliseconds(20));
  }
}

}  // namespace kpisuite
