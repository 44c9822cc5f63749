// Bodies of the templates of dispatcher.h, which includes this file.
#pragma once

#include "libs/rpc/dispatcher.h"

namespace kpisuite {

template <typename Request, typename Response>
grpc::ServerUnaryReactor* Dispatcher::Unary(
    grpc::CallbackServerContext* context, absl::string_view method, const Request* request,
    Response* response,
    std::function<absl::StatusOr<Response>(CallContext&, const std::type_identity_t<Request>&)>
        handler) {
  using Reactor = UnaryReactor<Response>;
  const auto reactor =
      Reactor::Create(Find(method), *context, environment_.limits, environment_.clock, *calls_,
                      Reactor::OnCancellation::kWait, *response);
  absl::Status status = reactor->Admit(environment_.limits.max_calls);
  if (status.ok()) {
    status = environment_.executor.Submit(
        MessageBytes(*request), reactor->call().deadline(),
        [reactor, request, handler = std::move(handler)](const absl::Status& dequeued) {
          if (!dequeued.ok()) {
            reactor->Complete(dequeued);
          } else if (reactor->call().cancelled()) {
            reactor->Complete(absl::CancelledError("the client went away"));
          } else {
            reactor->Complete(handler(reactor->call(), *request));
          }
        });
  }
  if (!status.ok()) reactor->Complete(status);
  return reactor.get();
}

template <typename Request, typename Response>
grpc::ServerUnaryReactor* Dispatcher::Async(
    grpc::CallbackServerContext* context, absl::string_view method, const Request* request,
    Response* response,
    const std::function<void(CallContext&, const std::type_identity_t<Request>&,
                             Completion<Response>)>& handler) {
  using Reactor = UnaryReactor<Response>;
  const auto reactor =
      Reactor::Create(Find(method), *context, environment_.limits, environment_.clock, *calls_,
                      Reactor::OnCancellation::kComplete, *response);
  if (absl::Status status = reactor->Admit(environment_.limits.max_calls); !status.ok()) {
    reactor->Complete(status);
    return reactor.get();
  }
  {
    MarkLibraryThread mark;
    handler(reactor->call(), *request, Completion<Response>(reactor));
  }
  reactor->CompleteAtDeadline();
  return reactor.get();
}

template <typename Request, typename Response>
grpc::ServerWriteReactor<Response>* Dispatcher::ServerStream(
    grpc::CallbackServerContext* context, absl::string_view method, const Request* request,
    SourceThread thread,
    std::function<absl::StatusOr<std::unique_ptr<StreamSource<Response>>>(
        CallContext&, const std::type_identity_t<Request>&, StreamWaker)>
        open) {
  const auto reactor = std::make_shared<StreamReactor<Response>>(
      Find(method), *context, environment_.limits, environment_.streams, environment_.clock,
      *streams_, thread == SourceThread::kExecutor ? &environment_.executor : nullptr);
  reactor->Start(
      [request, open = std::move(open)](CallContext& call, StreamWaker waker) {
        return open(call, *request, std::move(waker));
      },
      environment_.limits.max_streams);
  return reactor.get();
}

template <typename Request, typename Response>
grpc::ServerBidiReactor<Request, Response>* Dispatcher::Bidi(
    grpc::CallbackServerContext* context, absl::string_view method,
    const std::function<absl::StatusOr<std::unique_ptr<StreamConsumer<Request>>>(
        CallContext&, std::shared_ptr<BidiStream<Response>>)>& open) {
  const auto reactor = std::make_shared<BidiReactor<Request, Response>>(
      Find(method), *context, environment_.limits, environment_.streams, environment_.clock,
      *streams_);
  reactor->Start(open, environment_.limits.max_streams);
  return reactor.get();
}

}  // namespace kpisuite
