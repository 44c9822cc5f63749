#include "load.h"

#include <chrono>
#include <iostream>

#include "absl/strings/str_cat.h"

namespace v1 = kpisuite::v1;
using kpisuite::client::Client;
using Clock = std::chrono::steady_clock;

namespace {

constexpr int64_t kStart = 1'743'415'200'000'000'000;

int64_t PerSecond(int64_t count, Clock::time_point begin) {
  return static_cast<int64_t>(count / std::chrono::duration<double>(Clock::now() - begin).count());
}

absl::Status ToAbsl(const grpc::Status& status) {
  return absl::Status(static_cast<absl::StatusCode>(status.error_code()), status.error_message());
}

absl::Status Define(Client& client, const std::string& parent) {
  v1::ApplyDefinitionsRequest request;
  request.set_parent(parent);
  v1::Definition& definition = *request.add_definitions();
  definition.set_name(parent + "/metrics/orders");
  definition.mutable_metric()->set_unit("count");
  definition.mutable_metric()->set_scale(2);
  definition.mutable_metric()->set_identity(v1::SAMPLE_IDENTITY_TIME);
  grpc::ClientContext context;
  v1::ApplyDefinitionsResponse response;
  return ToAbsl(client.definitions().ApplyDefinitions(&context, request, &response));
}

}  // namespace

absl::Status RunLoad(const Settings& settings, nlohmann::json& result) {
  auto client = settings.Connect("suite", "");
  if (!client.ok()) return client.status();
  const std::string parent = absl::StrCat("workspaces/cpp-load-", RandomLetters());
  if (absl::Status status = Define(**client, parent); !status.ok()) return status;

  const int64_t reads = settings.load("reads");
  v1::GetDefinitionRequest request;
  request.set_name(parent + "/metrics/orders");
  Clock::time_point begin = Clock::now();
  for (int64_t i = 0; i < reads; ++i) {
    grpc::ClientContext context;
    v1::Definition definition;
    grpc::Status status = (*client)->definitions().GetDefinition(&context, request, &definition);
    if (!status.ok()) return ToAbsl(status);
  }
  result["readsPerSecond"] = PerSecond(reads, begin);

  const int64_t samples = settings.load("samples");
  begin = Clock::now();
  kpisuite::client::WriterOptions options;
  options.parent = parent;
  auto writer = (*client)->OpenWriter(options);
  if (!writer.ok()) return writer.status();
  kpisuite::client::SampleColumns& orders = (*writer)->Series("orders");
  for (int64_t i = 0; i < samples; ++i) orders.Mantissa(kStart + i * 1'000'000, i);
  if (grpc::Status status = (*writer)->Flush(); !status.ok()) return ToAbsl(status);
  result["samplesPerSecond"] = PerSecond(samples, begin);
  if ((*writer)->Summary().inserted != samples) return absl::InternalError("samples are missing");
  std::cout << "cpp: " << result["readsPerSecond"] << " reads/s, " << result["samplesPerSecond"]
            << " samples/s\n";
  return absl::OkStatus();
}
