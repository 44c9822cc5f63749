// Dispatcher: the one wrapper around every method of a service.
//
// In this order: request id, in-flight metric, admission, deadline clamp, handler, error mapping,
// metrics and a log line. A method of the callback service is one line:
//
//   grpc::ServerUnaryReactor* GetKpi(grpc::CallbackServerContext* context,
//                                    const v1::GetKpiRequest* request, v1::Kpi* response) override
//                                    {
//     return dispatcher_.Unary<v1::GetKpiRequest, v1::Kpi>(
//         context, "GetKpi", request, response,
//         [this](CallContext& call, const v1::GetKpiRequest& request) { return Get(call, request);
//         });
//   }
#pragma once

#include <grpcpp/server_context.h>
#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/server_callback.h>

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "libs/base/executor.h"
#include "libs/rpc/bidi_reactor.h"
#include "libs/rpc/call.h"
#include "libs/rpc/call_gate.h"
#include "libs/rpc/completion.h"
#include "libs/rpc/metrics.h"
#include "libs/rpc/stream_reactor.h"
#include "libs/rpc/stream_registry.h"
#include "libs/rpc/stream_source.h"
#include "libs/rpc/unary_call.h"

namespace kpisuite {

// What all dispatchers of a process share. The references outlive the dispatchers.
struct CallEnvironment {
  Executor& executor;
  StreamRegistry& streams;
  CallGate& gate;
  Metrics& metrics;
  const Clock& clock;
  CallLimits limits;
};

// Thread-safe. Outlives the server that serves its methods.
//
// Request and Response are protobuf messages, or grpc::ByteBuffer for methods marked raw.
// `method` is the name in the service; a name that the service does not have aborts the process.
class Dispatcher {
 public:
  // `service` is the full name ("kpisuite.v1.DefinitionService"), linked into the binary.
  Dispatcher(absl::string_view service, const CallEnvironment& environment);
  Dispatcher(const Dispatcher&) = delete;
  Dispatcher& operator=(const Dispatcher&) = delete;

  // Answers with what `handler` returns. It runs on the bounded executor and may block; it is not
  // run for a call whose client is gone or whose deadline passed in the queue.
  template <typename Request, typename Response>
  grpc::ServerUnaryReactor* Unary(
      grpc::CallbackServerContext* context, absl::string_view method, const Request* request,
      Response* response,
      std::function<absl::StatusOr<Response>(CallContext&, const std::type_identity_t<Request>&)>
          handler);

  // Runs `handler` at once on the library thread: it must not block. It answers through the
  // Completion at once (the fast path) or keeps it and answers later from any thread (a parked
  // call holds no thread), and copies what it needs of the request, which is valid only during
  // the handler.
  template <typename Request, typename Response>
  grpc::ServerUnaryReactor* Async(
      grpc::CallbackServerContext* context, absl::string_view method, const Request* request,
      Response* response,
      const std::function<void(CallContext&, const std::type_identity_t<Request>&,
                               Completion<Response>)>& handler);

  // Opens a source with `open` and streams its messages. `open` and the source run where `thread`
  // says. `open` copies what it needs of the request.
  template <typename Request, typename Response>
  grpc::ServerWriteReactor<Response>* ServerStream(
      grpc::CallbackServerContext* context, absl::string_view method, const Request* request,
      SourceThread thread,
      std::function<absl::StatusOr<std::unique_ptr<StreamSource<Response>>>(
          CallContext&, const std::type_identity_t<Request>&, StreamWaker)>
          open);

  // Opens a consumer with `open`, on the library thread (it must not block), and feeds it the
  // messages it asks for. The consumer may keep the stream handle.
  template <typename Request, typename Response>
  grpc::ServerBidiReactor<Request, Response>* Bidi(
      grpc::CallbackServerContext* context, absl::string_view method,
      const std::function<absl::StatusOr<std::unique_ptr<StreamConsumer<Request>>>(
          CallContext&, std::shared_ptr<BidiStream<Response>>)>& open);

  // For handlers that hand blocking work of an Async call to the executor themselves.
  Executor& executor() const { return environment_.executor; }

 private:
  const Method& Find(absl::string_view method) const;
  template <typename Response>
  absl::Status Admit(const UnaryCall<Response>& call) const;

  const CallEnvironment environment_;
  absl::flat_hash_map<std::string, std::unique_ptr<Method>> methods_;
  // Shared with the metrics, which may outlive the dispatcher.
  const std::shared_ptr<std::atomic<int>> calls_ = std::make_shared<std::atomic<int>>(0);
  const std::shared_ptr<std::atomic<int>> streams_ = std::make_shared<std::atomic<int>>(0);
};

}  // namespace kpisuite

#include "libs/rpc/dispatcher_inline.h"
