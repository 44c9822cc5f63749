// Bodies of the templates of dispatcher.h, which includes this file.
#pragma once

#include "libs/rpc/dispatcher.h"

namespace kpisuite {

template <typename Response>
absl::Status Dispatcher::Admit(const UnaryCall<Response>& call) const {
  absl::Status status = environment_.gate.Admit();
  return status.ok() ? call.Admit(environment_.limits.max_calls) : status;
}

template <typename Request, typename Response>
grpc::ServerUnaryReactor* Dispatcher::Unary(
    grpc::CallbackServerContext* context, absl::string_view method, const Request* request,
    Response* response,
    std::function<absl::StatusOr<Response>(CallContext&, const std::type_identity_t<Request>&)>
        handler) {
  using Call = UnaryCall<Response>;
  const auto call = std::make_shared<Call>(Find(method), *context, environment_.limits,
                                           environment_.clock, *calls_, *response);
  absl::Status status = Admit(*call);
  if (status.ok()) {
    status = environment_.executor.Submit(
        MessageBytes(*request), call->call().deadline(),
        [call, request, handler = std::move(handler)](const absl::Status& dequeued) {
          if (!dequeued.ok()) {
            call->Complete(dequeued);
          } else if (call->call().cancelled()) {
            call->Complete(absl::CancelledError("the client went away"));
          } else {
            call->Complete(handler(call->call(), *request));
          }
        });
  }
  if (!status.ok()) call->Complete(status);
  return call->Attach(Call::OnCancellation::kWait);
}

template <typename Request, typename Response>
grpc::ServerUnaryReactor* Dispatcher::Async(
    grpc::CallbackServerContext* context, absl::string_view method, const Request* request,
    Response* response,
    const std::function<void(CallContext&, const std::type_identity_t<Request>&,
                             Completion<Response>)>& handler) {
  using Call = UnaryCall<Response>;
  const auto call = std::make_shared<Call>(Find(method), *context, environment_.limits,
                                           environment_.clock, *calls_, *response);
  if (absl::Status status = Admit(*call); !status.ok()) {
    call->Complete(status);
  } else {
    MarkLibraryThread mark;
    handler(call->call(), *request, Completion<Response>(call));
  }
  return call->Attach(Call::OnCancellation::kComplete);
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
