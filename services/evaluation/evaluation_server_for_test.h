// EvaluationForTest: an EvaluationServer on a real gRPC server, following services of the test.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "gtest/gtest.h"
#include "libs/cache/open_state_cache.h"
#include "libs/rpc/channel.h"
#include "libs/rpc/server.h"
#include "libs/storage/test_directory.h"
#include "services/evaluation/evaluation_server.h"
#include "services/evaluation/followed_services_for_test.h"
#include "services/evaluation/log/sqlite_state_log.h"

namespace kpisuite {

// Polls until `condition` holds; false after 20 s.
inline bool Eventually(const std::function<bool()>& condition) {
  const absl::Time give_up = absl::Now() + absl::Seconds(20);
  while (!condition()) {
    if (absl::Now() > give_up) return false;
    absl::SleepFor(absl::Milliseconds(5));
  }
  return true;
}

class EvaluationForTest {
 public:
  EvaluationForTest()
      : definition_server_(*RpcServer::Start("127.0.0.1:0", {&definitions})),
        measurement_server_(*RpcServer::Start("127.0.0.1:0", {&measurement})) {}
  ~EvaluationForTest() {
    StopServer();
    definitions.Stop();
    measurement.Stop();
  }

  // Starts (again) on the same log. `cache` is the text of --cache.
  void StartServer(const std::string& cache = "memory") {
    StopServer();
    auto log = SqliteStateLog::Create(
        {.directory = directory_.path(), .free_space_floor_bytes = 0, .ballast_bytes = 0});
    ASSERT_TRUE(log.ok()) << log.status();
    StartServerOn(*std::move(log), cache);
  }
  // Starts on a log of the test, and on its cache.
  void StartServerOn(std::unique_ptr<StateLog> log, const std::string& cache = "memory") {
    StartServerOn(std::move(log), OpenStateCache(*ParseCacheAddress(cache)));
  }
  void StartServerOn(std::unique_ptr<StateLog> log, std::unique_ptr<StateCache> cache) {
    StopServer();
    runtime_ = std::make_unique<ServerRuntime>(ServerOptions(), clock_);
    EvaluationServerParts parts;
    parts.log = std::move(log);
    parts.cache = std::move(cache);
    parts.definition = MakeChannel("127.0.0.1:" + std::to_string(definition_server_->port()));
    parts.measurement = MakeChannel("127.0.0.1:" + std::to_string(measurement_server_->port()));
    parts.publisher.heartbeat = absl::Milliseconds(50);
    parts.publisher.retry_after = absl::Milliseconds(50);
    auto created = EvaluationServer::Create(std::move(parts), *runtime_);
    ASSERT_TRUE(created.ok()) << created.status();
    evaluation_ = *std::move(created);
    server_ = *RpcServer::Start("127.0.0.1:0", {evaluation_->rpc()});
    stub = v1::EvaluationService::NewStub(MakeChannel(address()));
  }

  void StopServer() {
    if (evaluation_ == nullptr) return;
    runtime_->streams().EndAll(absl::UnavailableError("end of test"));
    server_->Shutdown(absl::Seconds(5));
    evaluation_->Stop();
    runtime_->executor().Shutdown();
    server_.reset();
    evaluation_.reset();
    runtime_.reset();
  }

  bool WaitUntilReady() {
    return Eventually([this] { return runtime_->readiness().ready(); });
  }

  // Reads the total in one DAY; fails the test on an error.
  v1::KpiState Read(const std::string& period, const std::string& at_least = "") {
    v1::GetStateRequest request;
    request.mutable_key()->set_kpi(kTestKpi);
    request.mutable_key()->set_period(period);
    request.set_at_least(at_least);
    v1::KpiState state;
    const grpc::Status status = Call(&v1::EvaluationService::Stub::GetState, request, &state);
    EXPECT_TRUE(status.ok()) << status.error_message();
    return state;
  }

  template <typename Method, typename Request, typename Response>
  grpc::Status Call(Method method, const Request& request, Response* response,
                    absl::Duration timeout = absl::Seconds(20)) {
    grpc::ClientContext context;
    context.set_deadline(absl::ToChronoTime(absl::Now() + timeout));
    return (stub.get()->*method)(&context, request, response);
  }

  std::string address() const { return "127.0.0.1:" + std::to_string(server_->port()); }
  EvaluationServer& evaluation() { return *evaluation_; }
  Readiness& readiness() { return runtime_->readiness(); }

  DefinitionsForTest definitions;
  MeasurementForTest measurement;
  std::unique_ptr<v1::EvaluationService::Stub> stub;

 private:
  SystemClock clock_;
  TestDirectory directory_;
  std::unique_ptr<RpcServer> definition_server_;
  std::unique_ptr<RpcServer> measurement_server_;
  std::unique_ptr<ServerRuntime> runtime_;
  std::unique_ptr<EvaluationServer> evaluation_;
  std::unique_ptr<RpcServer> server_;
};

}  // namespace kpisuite
