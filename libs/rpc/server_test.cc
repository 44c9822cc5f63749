// RpcServer, AdminServer, Readiness and channels.
#include "libs/rpc/server.h"

#include <grpcpp/generic/generic_stub.h>
#include <httplib.h>

#include <future>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "libs/rpc/admin.h"
#include "libs/rpc/testdata/echo_fixture.h"

namespace kpisuite {
namespace {

// The reply of grpc.health.v1.Health/Check as bytes: "\x08\x01" is SERVING, "\x08\x02" is not.
std::string CheckHealth(const std::shared_ptr<grpc::Channel>& channel) {
  grpc::GenericStub stub(channel);
  grpc::ClientContext context;
  const grpc::ByteBuffer request;
  grpc::ByteBuffer response;
  const grpc::Slice nothing("");
  const grpc::ByteBuffer empty(&nothing, 1);
  std::promise<grpc::Status> done;
  stub.UnaryCall(&context, "/grpc.health.v1.Health/Check", grpc::StubOptions(), &empty, &response,
                 [&](grpc::Status status) { done.set_value(std::move(status)); });
  const grpc::Status status = done.get_future().get();
  EXPECT_TRUE(status.ok()) << status.error_message();
  grpc::Slice slice;
  EXPECT_TRUE(response.DumpToSingleSlice(&slice).ok());
  return std::string(reinterpret_cast<const char*>(slice.begin()), slice.size());
}

TEST(RpcServer, ReportsHealthAsTold) {
  EchoServer echo;
  const auto channel = MakeChannel(absl::StrCat("127.0.0.1:", echo.server().port()));
  EXPECT_EQ(CheckHealth(channel), "\x08\x02");
  echo.server().SetServing(true);
  EXPECT_EQ(CheckHealth(channel), "\x08\x01");
  echo.server().SetServing(false);
  EXPECT_EQ(CheckHealth(channel), "\x08\x02");
}

TEST(RpcServer, RefusesATakenPort) {
  EchoServer echo;
  const std::string listen = absl::StrCat("127.0.0.1:", echo.server().port());
  const auto second = RpcServer::Start(listen, {});
  EXPECT_EQ(second.status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_TRUE(absl::StrContains(second.status().message(), listen)) << second.status();
}

TEST(RpcServer, RefusesATextThatIsNoAddress) {
  for (const char* text : {"7101", "host", "host:", ":7101", "host:70000", "host:-1"}) {
    EXPECT_EQ(RpcServer::Start(text, {}).status().code(), absl::StatusCode::kInvalidArgument)
        << text;
  }
}

TEST(RpcServer, ServesInProcess) {
  EchoServer echo;
  const auto stub = EchoService::NewStub(echo.server().InProcessChannel());
  grpc::ClientContext context;
  EchoRequest request;
  request.set_text("near");
  EchoResponse response;
  EXPECT_TRUE(stub->Echo(&context, request, &response).ok());
  EXPECT_EQ(response.text(), "near");
}

TEST(RpcServer, RunsWithoutAListeningAddress) {
  const auto server = RpcServer::Start("", {});
  ASSERT_TRUE(server.ok()) << server.status();
  EXPECT_EQ((*server)->port(), 0);
  (*server)->SetServing(true);
  EXPECT_EQ(CheckHealth((*server)->InProcessChannel()), "\x08\x01");
}

TEST(RpcServer, RefusesMessagesAboveItsLimit) {
  EchoServer echo;
  grpc::ClientContext context;
  EchoRequest request;
  request.set_text(std::string(9 << 20, 'x'));
  EchoResponse response;
  EXPECT_EQ(echo.stub().Echo(&context, request, &response).error_code(),
            grpc::StatusCode::RESOURCE_EXHAUSTED);
}

TEST(Readiness, IsReadyWhenEveryConditionIs) {
  Readiness readiness;
  std::vector<bool> changes;
  readiness.Subscribe([&](bool ready) { changes.push_back(ready); });
  EXPECT_TRUE(readiness.ready());
  readiness.SetNotReady("store", "opening");
  readiness.SetNotReady("definitions", "loading");
  readiness.SetReady("store");
  EXPECT_FALSE(readiness.ready());
  EXPECT_EQ(readiness.Describe(), "definitions: not ready: loading\nstore: ready\n");
  readiness.SetReady("definitions");
  EXPECT_TRUE(readiness.ready());
  EXPECT_EQ(changes, (std::vector<bool>{true, false, true}));
}

TEST(AdminServer, AnswersProbesMetricsAndVersion) {
  Readiness readiness;
  Metrics metrics;
  metrics.AddCounter("kpisuite_test_total", "A test.", {{"a", "b"}}).Increment();
  const auto admin = AdminServer::Start("127.0.0.1:0", "kpi-test", readiness, metrics);
  ASSERT_TRUE(admin.ok()) << admin.status();
  httplib::Client client("127.0.0.1", (*admin)->port());
  EXPECT_EQ(client.Get("/livez")->status, 200);
  EXPECT_EQ(client.Get("/readyz")->status, 200);
  readiness.SetNotReady("store", "opening");
  const auto not_ready = client.Get("/readyz");
  EXPECT_EQ(not_ready->status, 503);
  EXPECT_EQ(not_ready->body, "store: not ready: opening\n");
  EXPECT_EQ(client.Get("/livez")->status, 200);
  EXPECT_TRUE(absl::StrContains(client.Get("/metrics")->body, "kpisuite_test_total{a=\"b\"} 1"));
  EXPECT_EQ(client.Get("/version")->body,
            absl::StrCat("{\"name\":\"kpi-test\",\"version\":\"", KPISUITE_VERSION, "\"}\n"));
  EXPECT_EQ(client.Get("/nothing")->status, 404);
}

TEST(AdminServer, RefusesATakenPort) {
  Readiness readiness;
  Metrics metrics;
  const auto first = AdminServer::Start("127.0.0.1:0", "kpi-test", readiness, metrics);
  ASSERT_TRUE(first.ok());
  const auto second = AdminServer::Start(absl::StrCat("127.0.0.1:", (*first)->port()), "kpi-test",
                                         readiness, metrics);
  EXPECT_EQ(second.status().code(), absl::StatusCode::kFailedPrecondition) << second.status();
}

}  // namespace
}  // namespace kpisuite
