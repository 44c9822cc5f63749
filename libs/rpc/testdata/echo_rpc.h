// EchoRpc: the service of the tests, every method through the Dispatcher.
#pragma once

#include <functional>
#include <memory>

#include "libs/rpc/dispatcher.h"
#include "libs/rpc/testdata/echo.grpc.pb.h"

namespace kpisuite {

using rpctest::EchoRequest;
using rpctest::EchoResponse;
using rpctest::EchoService;

// What the methods do; tests replace the parts they care about before the first call.
struct EchoHandlers {
  std::function<absl::StatusOr<EchoResponse>(CallContext&, const EchoRequest&)> echo;
  std::function<void(CallContext&, const EchoRequest&, Completion<EchoResponse>)> park;
  std::function<void(CallContext&, const grpc::ByteBuffer&, Completion<grpc::ByteBuffer>)> raw;
  SourceThread count_thread = SourceThread::kExecutor;
  std::function<absl::StatusOr<std::unique_ptr<StreamSource<EchoResponse>>>(
      CallContext&, const EchoRequest&, StreamWaker)>
      count;
  std::function<absl::StatusOr<std::unique_ptr<StreamConsumer<EchoRequest>>>(
      CallContext&, std::shared_ptr<BidiStream<EchoResponse>>)>
      chat;
};

// Handlers that answer with the text (or the code) they were given, count to `count`, and repeat.
EchoHandlers DefaultEchoHandlers();

class EchoRpc final : public EchoService::WithRawCallbackMethod_Raw<EchoService::CallbackService> {
 public:
  EchoRpc(EchoHandlers handlers, const CallEnvironment& environment)
      : handlers_(std::move(handlers)),
        dispatcher_(EchoService::service_full_name(), environment) {}

  grpc::ServerUnaryReactor* Echo(grpc::CallbackServerContext* context, const EchoRequest* request,
                                 EchoResponse* response) override {
    return dispatcher_.Unary<EchoRequest, EchoResponse>(context, "Echo", request, response,
                                                        handlers_.echo);
  }

  grpc::ServerUnaryReactor* Park(grpc::CallbackServerContext* context, const EchoRequest* request,
                                 EchoResponse* response) override {
    return dispatcher_.Async<EchoRequest, EchoResponse>(context, "Park", request, response,
                                                        handlers_.park);
  }

  grpc::ServerUnaryReactor* Raw(grpc::CallbackServerContext* context,
                                const grpc::ByteBuffer* request,
                                grpc::ByteBuffer* response) override {
    return dispatcher_.Async<grpc::ByteBuffer, grpc::ByteBuffer>(context, "Raw", request, response,
                                                                 handlers_.raw);
  }

  grpc::ServerWriteReactor<EchoResponse>* Count(grpc::CallbackServerContext* context,
                                                const EchoRequest* request) override {
    return dispatcher_.ServerStream<EchoRequest, EchoResponse>(
        context, "Count", request, handlers_.count_thread, handlers_.count);
  }

  grpc::ServerBidiReactor<EchoRequest, EchoResponse>* Chat(
      grpc::CallbackServerContext* context) override {
    return dispatcher_.Bidi<EchoRequest, EchoResponse>(context, "Chat", handlers_.chat);
  }

 private:
  const EchoHandlers handlers_;
  Dispatcher dispatcher_;
};

}  // namespace kpisuite
