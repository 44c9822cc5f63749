// What the tests of the definition service share: a service on an empty store, requests, and a
// server in this process.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/time/clock.h"
#include "libs/base/clock.h"
#include "libs/base/error.h"
#include "libs/definitions/definitions_test_support.h"
#include "libs/rpc/channel.h"
#include "libs/rpc/server.h"
#include "libs/storage/test_directory.h"
#include "services/definition/definition_module.h"
#include "services/definition/sqlite_definition_store.h"

namespace kpisuite {

// Polls until `condition` holds; false after 20 s.
inline bool Eventually(const std::function<bool()>& condition) {
  const absl::Time give_up = absl::Now() + absl::Seconds(20);
  while (!condition()) {
    if (absl::Now() > give_up) return false;
    std::this_thread::yield();
  }
  return true;
}

inline v1::ApplyDefinitionsRequest ApplyRequest(const std::vector<v1::Definition>& definitions) {
  v1::ApplyDefinitionsRequest request;
  request.set_parent("workspaces/w");
  for (const v1::Definition& definition : definitions) {
    v1::Definition& added = *request.add_definitions();
    added = definition;
    added.clear_uid();
    added.clear_revision();
  }
  return request;
}

// A service on a store of its own.
class ServiceFixture : public ::testing::Test {
 protected:
  ServiceFixture() { Open(); }

  // Opens the store again, as a restarted process does.
  void Open() {
    service_.reset();
    store_.reset();
    auto store = SqliteDefinitionStore::Create(directory_.path());
    ASSERT_TRUE(store.ok()) << store.status();
    store_ = *std::move(store);
    auto service = DefinitionService::Create(*store_, clock_, TemplateLibrary::BuiltIn().value());
    ASSERT_TRUE(service.ok()) << service.status();
    service_ = *std::move(service);
  }

  absl::StatusOr<v1::ApplyDefinitionsResponse> Apply(
      const std::vector<v1::Definition>& definitions) {
    return service_->Apply(ApplyRequest(definitions), "tester");
  }

  // The live definition; empty name when there is none.
  v1::Definition Get(const std::string& path) {
    v1::GetDefinitionRequest request;
    request.set_name("workspaces/w/" + path);
    return service_->Get(request).value_or(v1::Definition());
  }

  absl::StatusOr<v1::DeleteDefinitionResponse> Delete(const std::string& path) {
    v1::DeleteDefinitionRequest request;
    request.set_name("workspaces/w/" + path);
    return service_->Delete(request, "tester");
  }

  TestDirectory directory_;
  FakeClock clock_{absl::FromUnixSeconds(1'700'000'000)};
  std::unique_ptr<DefinitionStore> store_;
  std::unique_ptr<DefinitionService> service_;
};

// A module behind a real server on a port of its own.
class DefinitionServer {
 public:
  explicit DefinitionServer(const std::string& directory, const std::string& listen = "127.0.0.1:0",
                            const StreamLimits& limits = {})
      : executor_({.threads = 2}, clock_), streams_(limits, stream_clock_, absl::ZeroDuration()) {
    auto store = SqliteDefinitionStore::Create(directory);
    EXPECT_TRUE(store.ok()) << store.status();
    auto module = DefinitionModule::Create(
        *std::move(store), {executor_, streams_, gate_, metrics_, clock_, CallLimits()});
    EXPECT_TRUE(module.ok()) << module.status();
    module_ = *std::move(module);
    auto server = RpcServer::Start(listen, {module_->rpc()});
    EXPECT_TRUE(server.ok()) << server.status();
    server_ = *std::move(server);
  }
  ~DefinitionServer() {
    streams_.EndAll(MakeError(absl::StatusCode::kUnavailable, "SHUTTING_DOWN", "stopping"));
    server_->Shutdown(absl::Seconds(5));
    executor_.Shutdown();
  }

  std::string address() const { return absl::StrCat("127.0.0.1:", server_->port()); }
  std::unique_ptr<v1::DefinitionService::Stub> stub() const {
    return v1::DefinitionService::NewStub(MakeChannel(address()));
  }
  DefinitionService& service() { return module_->service(); }

  // Lets time pass for the open streams.
  void AdvanceStreams(absl::Duration step) {
    stream_clock_.Set(stream_clock_.Now() + step);
    streams_.Tick();
  }

 private:
  SystemClock clock_;
  FakeClock stream_clock_{absl::Now()};
  Metrics metrics_;
  Executor executor_;
  StreamRegistry streams_;
  CallGate gate_;
  std::unique_ptr<DefinitionModule> module_;
  std::unique_ptr<RpcServer> server_;
};

}  // namespace kpisuite
