// EchoServer: an EchoRpc on a real server in this process, with everything it needs.
#pragma once

#include <grpcpp/client_context.h>
#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>
#include <thread>

#include "absl/time/clock.h"
#include "libs/rpc/channel.h"
#include "libs/rpc/server.h"
#include "libs/rpc/testdata/echo_rpc.h"

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

struct EchoServerOptions {
  CallLimits calls;
  StreamLimits streams;
  ExecutorLimits executor = {.threads = 2, .max_items = 16, .max_bytes = 1 << 20};
};

class EchoServer {
 public:
  explicit EchoServer(EchoHandlers handlers = DefaultEchoHandlers(),
                      const EchoServerOptions& options = {})
      : executor_(options.executor, system_clock_),
        streams_(options.streams, stream_clock_, absl::ZeroDuration()),
        rpc_(std::move(handlers),
             {executor_, streams_, gate_, metrics_, system_clock_, options.calls}) {
    auto server = RpcServer::Start("127.0.0.1:0", {&rpc_});
    EXPECT_TRUE(server.ok()) << server.status();
    server_ = *std::move(server);
    stub_ = EchoService::NewStub(MakeChannel("127.0.0.1:" + std::to_string(server_->port())));
  }

  ~EchoServer() {
    streams_.EndAll(absl::CancelledError("end of test"));
    server_->Shutdown(absl::Seconds(5));
    executor_.Shutdown();
  }

  EchoService::Stub& stub() { return *stub_; }
  RpcServer& server() { return *server_; }
  Executor& executor() { return executor_; }
  StreamRegistry& streams() { return streams_; }
  CallGate& gate() { return gate_; }
  Metrics& metrics() { return metrics_; }

  // Lets time pass for the open streams.
  void AdvanceStreams(absl::Duration step) {
    stream_clock_.Set(stream_clock_.Now() + step);
    streams_.Tick();
  }

 private:
  SystemClock system_clock_;
  FakeClock stream_clock_{absl::Now()};
  Metrics metrics_;
  Executor executor_;
  StreamRegistry streams_;
  CallGate gate_;
  EchoRpc rpc_;
  std::unique_ptr<RpcServer> server_;
  std::unique_ptr<EchoService::Stub> stub_;
};

}  // namespace kpisuite
