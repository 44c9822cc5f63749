#include "libs/rpc/dispatcher.h"

#include <future>

#include "absl/strings/match.h"
#include "libs/base/error.h"
#include "libs/rpc/status_mapping.h"
#include "libs/rpc/testdata/echo_fixture.h"

namespace kpisuite {
namespace {

EchoRequest Request(const std::string& text, int code = 0) {
  EchoRequest request;
  request.set_text(text);
  request.set_code(code);
  return request;
}

std::string TrailingRequestId(const grpc::ClientContext& context) {
  const auto& trailers = context.GetServerTrailingMetadata();
  const auto found = trailers.find("x-request-id");
  return found == trailers.end() ? "" : std::string(found->second.data(), found->second.size());
}

TEST(Dispatcher, AnswersOnTheExecutor) {
  EchoHandlers handlers = DefaultEchoHandlers();
  std::atomic<bool> on_library_thread{true};
  handlers.echo = [&](CallContext&, const EchoRequest& request) {
    on_library_thread = OnLibraryThread();
    EchoResponse response;
    response.set_text(request.text());
    return response;
  };
  EchoServer server(std::move(handlers));
  grpc::ClientContext context;
  EchoResponse response;
  const grpc::Status status = server.stub().Echo(&context, Request("hello"), &response);
  ASSERT_TRUE(status.ok()) << status.error_message();
  EXPECT_EQ(response.text(), "hello");
  EXPECT_FALSE(on_library_thread);
  EXPECT_EQ(TrailingRequestId(context), "");
}

TEST(Dispatcher, SendsErrorDetailsAndTheRequestId) {
  EchoServer server;
  grpc::ClientContext context;
  context.AddMetadata("x-request-id", "abc-123");
  EchoResponse response;
  const absl::Status status =
      FromGrpcStatus(server.stub().Echo(&context, Request("missing", 5), &response));
  EXPECT_EQ(status.code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(GetErrorDetails(status).reason, "NOT_FOUND");
  EXPECT_EQ(GetErrorDetails(status).metadata.at("text"), "missing");
  EXPECT_EQ(TrailingRequestId(context), "abc-123");

  grpc::ClientContext without_id;
  EXPECT_FALSE(server.stub().Echo(&without_id, Request("missing", 5), &response).ok());
  EXPECT_EQ(TrailingRequestId(without_id).size(), 16u);
}

TEST(Dispatcher, ReplacesUnusableRequestIds) {
  EchoServer server;
  grpc::ClientContext context;
  context.AddMetadata("x-request-id", std::string(200, 'x'));
  EchoResponse response;
  EXPECT_FALSE(server.stub().Echo(&context, Request("missing", 5), &response).ok());
  EXPECT_EQ(TrailingRequestId(context).size(), 16u);
}

TEST(Dispatcher, ClampsDeadlines) {
  EchoHandlers handlers = DefaultEchoHandlers();
  absl::Duration left;
  handlers.echo = [&](CallContext& call, const EchoRequest&) {
    left = call.deadline() - call.start();
    return EchoResponse();
  };
  EchoServer server(std::move(handlers), {.calls = {.default_deadline = absl::Seconds(20),
                                                    .max_deadline = absl::Seconds(100)}});
  EchoResponse response;
  grpc::ClientContext none;
  ASSERT_TRUE(server.stub().Echo(&none, Request(""), &response).ok());
  EXPECT_EQ(left, absl::Seconds(20));
  grpc::ClientContext far;
  far.set_deadline(absl::ToChronoTime(absl::Now() + absl::Hours(1)));
  ASSERT_TRUE(server.stub().Echo(&far, Request(""), &response).ok());
  EXPECT_EQ(left, absl::Seconds(100));
  grpc::ClientContext near;
  near.set_deadline(absl::ToChronoTime(absl::Now() + absl::Seconds(50)));
  ASSERT_TRUE(server.stub().Echo(&near, Request(""), &response).ok());
  EXPECT_LE(left, absl::Seconds(51));
  EXPECT_GT(left, absl::Seconds(20));
}

// Occupies the two threads of the executor until opened.
class Gate {
 public:
  EchoHandlers Handlers() {
    EchoHandlers handlers = DefaultEchoHandlers();
    handlers.echo = [this](CallContext&, const EchoRequest&) {
      ++running_;
      opened_.wait();
      return EchoResponse();
    };
    return handlers;
  }
  void Open() { gate_.set_value(); }
  int running() const { return running_; }

 private:
  std::promise<void> gate_;
  std::shared_future<void> opened_ = gate_.get_future().share();
  std::atomic<int> running_{0};
};

struct PendingEcho {
  explicit PendingEcho(EchoService::Stub& stub) {
    stub.async()->Echo(&context, &request, &response,
                       [this](grpc::Status result) { done.set_value(std::move(result)); });
  }
  grpc::Status Wait() { return done.get_future().get(); }

  grpc::ClientContext context;
  EchoRequest request;
  EchoResponse response;
  std::promise<grpc::Status> done;
};

TEST(Dispatcher, RefusesCallsWhenTheQueueIsFull) {
  Gate gate;
  EchoServer server(gate.Handlers(), {.executor = {.threads = 1, .max_items = 1}});
  PendingEcho running(server.stub());
  ASSERT_TRUE(Eventually([&] { return gate.running() == 1; }));
  PendingEcho queued(server.stub());
  ASSERT_TRUE(Eventually([&] { return server.executor().queued_items() == 1; }));
  const absl::Status refused = FromGrpcStatus(PendingEcho(server.stub()).Wait());
  EXPECT_EQ(refused.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(GetErrorDetails(refused).reason, "QUEUE_FULL");
  EXPECT_TRUE(GetErrorDetails(refused).retry_after.has_value());
  gate.Open();
  EXPECT_TRUE(running.Wait().ok());
  EXPECT_TRUE(queued.Wait().ok());
}

TEST(Dispatcher, RefusesCallsAboveTheAdmissionLimit) {
  Gate gate;
  EchoServer server(gate.Handlers(), {.calls = {.max_calls = 1}});
  PendingEcho running(server.stub());
  ASSERT_TRUE(Eventually([&] { return gate.running() == 1; }));
  const absl::Status refused = FromGrpcStatus(PendingEcho(server.stub()).Wait());
  EXPECT_EQ(refused.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(GetErrorDetails(refused).metadata.at("limit"), "1");
  gate.Open();
  EXPECT_TRUE(running.Wait().ok());
  EXPECT_TRUE(PendingEcho(server.stub()).Wait().ok());
}

TEST(Dispatcher, SkipsTheHandlerOfACancelledCall) {
  Gate gate;
  EchoServer server(gate.Handlers(), {.executor = {.threads = 1}});
  PendingEcho running(server.stub());
  ASSERT_TRUE(Eventually([&] { return gate.running() == 1; }));
  PendingEcho cancelled(server.stub());
  ASSERT_TRUE(Eventually([&] { return server.executor().queued_items() == 1; }));
  cancelled.context.TryCancel();
  EXPECT_EQ(cancelled.Wait().error_code(), grpc::StatusCode::CANCELLED);
  gate.Open();
  EXPECT_TRUE(running.Wait().ok());
  ASSERT_TRUE(Eventually([&] { return server.executor().queued_items() == 0; }));
}

TEST(Dispatcher, AnswersParkedCallsFromAnotherThread) {
  EchoHandlers handlers = DefaultEchoHandlers();
  std::promise<Completion<EchoResponse>> parked;
  std::atomic<bool> on_library_thread{false};
  handlers.park = [&](CallContext&, const EchoRequest&, Completion<EchoResponse> done) {
    on_library_thread = OnLibraryThread();
    parked.set_value(std::move(done));
  };
  EchoServer server(std::move(handlers));
  std::thread answering([&] {
    const Completion<EchoResponse> done = parked.get_future().get();
    EchoResponse response;
    response.set_text("later");
    done(response);
    done(absl::InternalError("dropped: the first answer wins"));
  });
  grpc::ClientContext context;
  EchoResponse response;
  EXPECT_TRUE(server.stub().Park(&context, Request(""), &response).ok());
  EXPECT_EQ(response.text(), "later");
  EXPECT_TRUE(on_library_thread);
  answering.join();
}

TEST(Dispatcher, EndsParkedCallsAtTheDeadline) {
  EchoHandlers handlers = DefaultEchoHandlers();
  std::promise<Completion<EchoResponse>> parked;
  handlers.park = [&](CallContext&, const EchoRequest&, Completion<EchoResponse> done) {
    parked.set_value(std::move(done));
  };
  EchoServer server(std::move(handlers), {.calls = {.default_deadline = absl::Milliseconds(20)}});
  grpc::ClientContext context;
  EchoResponse response;
  const absl::Status status = FromGrpcStatus(server.stub().Park(&context, Request(""), &response));
  EXPECT_EQ(status.code(), absl::StatusCode::kDeadlineExceeded);
  EXPECT_EQ(GetErrorDetails(status).reason, "DEADLINE_TOO_SHORT");
  parked.get_future().get()(EchoResponse());  // too late, without effect
}

TEST(Dispatcher, EndsParkedCallsWhenTheClientLeaves) {
  EchoHandlers handlers = DefaultEchoHandlers();
  std::promise<Completion<EchoResponse>> parked;
  handlers.park = [&](CallContext&, const EchoRequest&, Completion<EchoResponse> done) {
    parked.set_value(std::move(done));
  };
  EchoServer server(std::move(handlers));
  grpc::ClientContext context;
  EchoRequest request;
  EchoResponse response;
  std::promise<grpc::Status> ended;
  server.stub().async()->Park(&context, &request, &response,
                              [&](grpc::Status status) { ended.set_value(std::move(status)); });
  const Completion<EchoResponse> done = parked.get_future().get();
  context.TryCancel();
  EXPECT_EQ(ended.get_future().get().error_code(), grpc::StatusCode::CANCELLED);
  EXPECT_TRUE(Eventually([&] { return done.call().cancelled(); }));
  done(EchoResponse());
}

// Another thread answers while the library thread still returns from the handler.
TEST(Dispatcher, AnswersOnceWhenTheAnswerRacesWithTheHandler) {
  SystemClock clock;
  Executor answering({.threads = 2}, clock);
  EchoHandlers handlers = DefaultEchoHandlers();
  handlers.park = [&](CallContext&, const EchoRequest& request, Completion<EchoResponse> done) {
    EchoResponse response;
    response.set_text(request.text());
    const absl::Status submitted = answering.Submit(
        0, absl::InfiniteFuture(), [done, response](const absl::Status&) { done(response); });
    EXPECT_TRUE(submitted.ok());
  };
  EchoServer server(std::move(handlers));
  for (int i = 0; i < 1000; ++i) {
    grpc::ClientContext context;
    EchoResponse response;
    ASSERT_TRUE(server.stub().Park(&context, Request(std::to_string(i)), &response).ok());
    EXPECT_EQ(response.text(), std::to_string(i));
  }
}

TEST(Dispatcher, PassesBytesThroughRawMethods) {
  EchoServer server;
  grpc::ClientContext context;
  EchoResponse response;
  EXPECT_TRUE(server.stub().Raw(&context, Request("bytes"), &response).ok());
  EXPECT_EQ(response.text(), "bytes");
}

TEST(Dispatcher, CountsCallsUnderTheUsualNames) {
  EchoServer server;
  EchoResponse response;
  grpc::ClientContext good;
  ASSERT_TRUE(server.stub().Echo(&good, Request(""), &response).ok());
  grpc::ClientContext bad;
  ASSERT_FALSE(server.stub().Echo(&bad, Request("x", 5), &response).ok());
  const std::string text = server.metrics().Text();
  const std::string labels =
      "grpc_method=\"Echo\",grpc_service=\"kpisuite.rpctest.EchoService\",grpc_type=\"unary\"}";
  for (const std::string& line :
       {"grpc_server_started_total{" + labels + " 2",
        "grpc_server_handled_total{grpc_code=\"OK\"," + labels + " 1",
        "grpc_server_handled_total{grpc_code=\"NotFound\"," + labels + " 1",
        "grpc_server_handling_seconds_count{" + labels + " 2"}) {
    EXPECT_TRUE(absl::StrContains(text, line)) << line << "\n" << text;
  }
  EXPECT_TRUE(absl::StrContains(text, "process_cpu_seconds_total"));
  EXPECT_TRUE(absl::StrContains(text, "kpisuite_build_info"));
}

TEST(DispatcherDeathTest, AbortsForAMethodThatDoesNotExist) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  SystemClock clock;
  Metrics metrics;
  StreamRegistry streams(StreamLimits(), clock, absl::ZeroDuration());
  CallGate gate;
  Executor executor({.threads = 1}, clock);
  EXPECT_DEATH(
      Dispatcher("kpisuite.rpctest.Nothing", {executor, streams, gate, metrics, clock, {}}),
      "not in this binary");
}

}  // namespace
}  // namespace kpisuite
