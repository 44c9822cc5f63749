// MeasurementTestServer: a measurement service on a real port with its own store and definitions.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "kpisuite/v1/measurement_service.grpc.pb.h"
#include "libs/base/clock.h"
#include "libs/base/error.h"
#include "libs/rpc/channel.h"
#include "libs/rpc/runtime.h"
#include "libs/rpc/server.h"
#include "libs/rpc/status_mapping.h"
#include "libs/storage/test_directory.h"
#include "services/measurement/definition_test_server.h"
#include "services/measurement/measurement_server.h"

namespace kpisuite {

// Polls `condition` until it holds, at most 20 s; whether it did.
template <typename Condition>
bool Eventually(const Condition& condition) {
  for (int i = 0; i < 4000; ++i) {
    if (condition()) return true;
    absl::SleepFor(absl::Milliseconds(5));
  }
  return false;
}

// One life of the service; several may follow on one directory. Stops when destroyed.
class MeasurementTestServer {
 public:
  MeasurementTestServer(const std::string& directory, const std::string& definition_address,
                        const RetentionOptions& retention = {})
      : runtime_(ServerOptions(), clock_),
        server_(MeasurementServer::Create({.store = "sqlite:" + directory, .retention = retention},
                                          MakeChannel(definition_address), runtime_)
                    .value()),
        rpc_server_(RpcServer::Start("127.0.0.1:0", {server_->rpc()}).value()),
        channel_(MakeChannel(absl::StrCat("127.0.0.1:", rpc_server_->port()))),
        stub_(v1::MeasurementService::NewStub(channel_)) {}
  ~MeasurementTestServer() {
    EndStreams();
    rpc_server_->Shutdown(absl::Seconds(5));
    runtime_.executor().Shutdown();
    EXPECT_TRUE(server_->Flush().ok());
  }

  v1::MeasurementService::Stub& stub() { return *stub_; }
  ServerRuntime& runtime() { return runtime_; }

  // What SIGTERM does to streams.
  void EndStreams() {
    runtime_.streams().EndAll(
        MakeError(absl::StatusCode::kUnavailable, "SHUTTING_DOWN", "the server is stopping"));
  }

 private:
  SystemClock clock_;
  ServerRuntime runtime_;
  std::unique_ptr<MeasurementServer> server_;
  std::unique_ptr<RpcServer> rpc_server_;
  std::shared_ptr<grpc::Channel> channel_;
  std::unique_ptr<v1::MeasurementService::Stub> stub_;
};

// Workspace "w" with the metric "delay" (scale 2, dimension origin, identity EVENT, source "feed").
class MeasurementRpcTest : public testing::Test {
 protected:
  MeasurementRpcTest() {
    v1::Definition source;
    source.set_name("workspaces/w/sources/feed");
    source.mutable_source()->set_owner("ops@example.com");
    v1::Definition metric = MetricDefinitionOf("delay", 2, {"origin"}, v1::SAMPLE_IDENTITY_EVENT);
    metric.mutable_metric()->set_source("feed");
    definitions_.Apply({source, metric});
    Restart(definitions_.address());
    EXPECT_TRUE(Eventually([this] { return server_->runtime().readiness().ready(); }));
  }

  void Restart(const std::string& definition_address, const RetentionOptions& retention = {}) {
    server_.reset();
    server_ =
        std::make_unique<MeasurementTestServer>(directory_.path(), definition_address, retention);
  }

  v1::MeasurementService::Stub& stub() { return server_->stub(); }

  // Seconds of 2023-11-14; the id is that of the sample.
  static v1::WriteSamplesRequest WriteOf(const std::string& request_id, const std::string& origin,
                                         const std::vector<std::pair<std::string, double>>& rows) {
    v1::WriteSamplesRequest request;
    request.set_parent("workspaces/w");
    request.set_request_id(request_id);
    v1::SeriesBlock& block = *request.add_series();
    block.set_metric("delay");
    (*block.mutable_dimensions())["origin"] = origin;
    for (const auto& [id, value] : rows) {
      block.add_time_unix_nano(1'700'000'000'000'000'000 + block.time_unix_nano_size());
      block.add_sample_ids(id);
      block.add_doubles(value);
    }
    return request;
  }

  // A unary call; `method` is a member of the stub.
  template <typename Request, typename Response>
  absl::Status Call(grpc::Status (v1::MeasurementService::Stub::*method)(grpc::ClientContext*,
                                                                         const Request&, Response*),
                    const Request& request, Response& response) {
    grpc::ClientContext context;
    return FromGrpcStatus((stub().*method)(&context, request, &response));
  }

  absl::StatusOr<v1::WriteResult> Write(const v1::WriteSamplesRequest& request) {
    v1::WriteSamplesResponse response;
    const absl::Status status =
        Call(&v1::MeasurementService::Stub::WriteSamples, request, response);
    if (!status.ok()) return status;
    return response.result();
  }

  v1::ServerInfo Info() {
    v1::ServerInfo info;
    EXPECT_TRUE(Call(&v1::MeasurementService::Stub::GetMeasurementServerInfo,
                     v1::GetMeasurementServerInfoRequest(), info)
                    .ok());
    return info;
  }

  // Feed entries of all partitions.
  int64_t FeedEntries() {
    const v1::ServerInfo info = Info();
    int64_t entries = 0;
    for (const v1::PartitionHead& head : info.partitions()) entries += head.last_seq();
    return entries;
  }

  TestDirectory directory_;
  DefinitionTestServer definitions_;
  std::unique_ptr<MeasurementTestServer> server_;
};

}  // namespace kpisuite
