// PeerCalls: calls to other evaluators of the same log, and the pauses between them.
#pragma once

#include <grpcpp/alarm.h>
#include <grpcpp/client_context.h>

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "kpisuite/v1/evaluation_service.grpc.pb.h"
#include "libs/base/blocking.h"
#include "libs/base/mutex.h"
#include "libs/rpc/status_mapping.h"
#include "services/evaluation/call_origin.h"

namespace kpisuite {

// Nothing blocks but Stop(). Answers come on threads of the gRPC library. Thread-safe.
class PeerCalls {
 public:
  using Stub = v1::EvaluationService::StubInterface;
  template <typename Request, typename Response>
  using Method = void (Stub::async_interface::*)(grpc::ClientContext*, const Request*, Response*,
                                                 std::function<void(grpc::Status)>);
  template <typename Response>
  using Done = std::function<void(absl::StatusOr<Response>)>;

  PeerCalls() = default;
  PeerCalls(const PeerCalls&) = delete;
  PeerCalls& operator=(const PeerCalls&) = delete;
  ~PeerCalls();  // Stop()

  // Calls the evaluator at an address once, with the deadline, the request id and the partitions of
  // `origin`. Errors: those of the evaluator; UNAVAILABLE when it cannot be reached.
  template <typename Request, typename Response>
  void Call(const std::string& address, Method<Request, Response> method, const Request& request,
            const CallOrigin& origin, Done<Response> done);

  // Runs `work` after a while, or earlier when calls are stopped. False when they are: it is not
  // run then.
  bool After(absl::Duration pause, std::function<void()> work) EXCLUDES(mutex_);

  // Cancels everything and waits until all answers were given. Calls that come later fail.
  void Stop() EXCLUDES(mutex_);

 private:
  struct Timer {
    grpc::Alarm alarm;
    std::function<void()> work;
  };

  std::shared_ptr<Stub> StubOf(const std::string& address) EXCLUDES(mutex_);
  // Notes a running call; whether it may be made.
  bool Begin(grpc::ClientContext* context) EXCLUDES(mutex_);
  void Finish(grpc::ClientContext* context) EXCLUDES(mutex_);
  void OnTimer(int64_t id) EXCLUDES(mutex_);
  static void Prepare(const CallOrigin& origin, grpc::ClientContext& context);
  static absl::Status Stopped();

  Mutex mutex_;
  CondVar idle_;
  bool stopped_ GUARDED_BY(mutex_) = false;
  int busy_ GUARDED_BY(mutex_) = 0;  // calls and timers whose function has not returned
  std::set<grpc::ClientContext*> running_ GUARDED_BY(mutex_);
  std::map<std::string, std::shared_ptr<Stub>> stubs_ GUARDED_BY(mutex_);
  std::map<int64_t, std::shared_ptr<Timer>> timers_ GUARDED_BY(mutex_);
  int64_t last_timer_ GUARDED_BY(mutex_) = 0;
};

template <typename Request, typename Response>
void PeerCalls::Call(const std::string& address, Method<Request, Response> method,
                     const Request& request, const CallOrigin& origin, Done<Response> done) {
  struct Pending {
    std::shared_ptr<Stub> stub;
    grpc::ClientContext context;
    Request request;
    Response response;
    Done<Response> done;
  };
  auto pending = std::make_shared<Pending>();
  Prepare(origin, pending->context);
  if (!Begin(&pending->context)) return done(Stopped());
  pending->stub = StubOf(address);
  pending->request = request;
  pending->done = std::move(done);
  (pending->stub->async()->*method)(&pending->context, &pending->request, &pending->response,
                                    [this, pending](const grpc::Status& status) {
                                      MarkLibraryThread mark;
                                      if (status.ok()) {
                                        pending->done(std::move(pending->response));
                                      } else {
                                        pending->done(FromGrpcStatus(status));
                                      }
                                      Finish(&pending->context);
                                    });
}

}  // namespace kpisuite
