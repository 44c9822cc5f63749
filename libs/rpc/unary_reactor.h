// UnaryReactor: one unary call of the callback API, answered once from any thread.
#pragma once

#include <grpcpp/alarm.h>
#include <grpcpp/server_context.h>
#include <grpcpp/support/server_callback.h>

#include <atomic>
#include <memory>
#include <utility>

#include "absl/status/statusor.h"
#include "libs/base/blocking.h"
#include "libs/base/error.h"
#include "libs/rpc/call.h"
#include "libs/rpc/completion.h"
#include "libs/rpc/message.h"

namespace kpisuite {

// Owns itself from Create() to OnDone(); completers hold further references.
template <typename Response>
class UnaryReactor final : public grpc::ServerUnaryReactor,
                           public PendingCall<Response>,
                           public std::enable_shared_from_this<UnaryReactor<Response>> {
 public:
  enum class OnCancellation {
    kWait,      // a handler may be reading the request: only its answer ends the call
    kComplete,  // nobody uses the request any more: the cancellation ends the call
  };

  // The arguments outlive the call; see CallRecord.
  static std::shared_ptr<UnaryReactor> Create(const Method& method,
                                              grpc::CallbackServerContext& context,
                                              const CallLimits& limits, const Clock& clock,
                                              std::atomic<int>& in_flight,
                                              OnCancellation on_cancellation, Response& response) {
    auto reactor = std::shared_ptr<UnaryReactor>(
        new UnaryReactor(method, context, limits, clock, in_flight, on_cancellation, response));
    reactor->self_ = reactor;
    return reactor;
  }

  CallContext& call() override { return record_.call(); }

  absl::Status Admit(int limit) const { return record_.Admit(limit); }

  void Complete(absl::StatusOr<Response> result) override {
    if (completed_.exchange(true)) return;
    if (result.ok()) MoveMessage(*std::move(result), response_);
    Finish(record_.End(result.status()));
  }

  // Answers DEADLINE_EXCEEDED at the deadline of the call. Called at most once, before the
  // reactor is returned to the library, unless the call is complete already.
  void CompleteAtDeadline() {
    if (completed_.load()) return;
    alarm_ = std::make_unique<grpc::Alarm>();
    // A weak reference: the alarm, which the reactor owns, keeps this function.
    alarm_->Set(
        absl::ToChronoTime(call().deadline()), [weak = this->weak_from_this()](bool expired) {
          const auto reactor = weak.lock();
          if (!expired || reactor == nullptr) return;
          MarkLibraryThread mark;
          reactor->Complete(MakeError(absl::StatusCode::kDeadlineExceeded, "DEADLINE_TOO_SHORT",
                                      "the deadline passed before the answer was ready"));
        });
  }

 private:
  UnaryReactor(const Method& method, grpc::CallbackServerContext& context, const CallLimits& limits,
               const Clock& clock, std::atomic<int>& in_flight, OnCancellation on_cancellation,
               Response& response)
      : record_(method, context, limits, clock, in_flight),
        on_cancellation_(on_cancellation),
        response_(response) {}

  void OnCancel() override {
    MarkLibraryThread mark;
    record_.SetCancelled();
    if (on_cancellation_ == OnCancellation::kComplete) {
      Complete(absl::CancelledError("the client went away"));
    }
  }

  void OnDone() override {
    MarkLibraryThread mark;
    // The last reference may be this one.
    const auto self = std::move(self_);
  }

  CallRecord record_;
  const OnCancellation on_cancellation_;
  Response& response_;
  std::atomic<bool> completed_{false};
  std::unique_ptr<grpc::Alarm> alarm_;
  std::shared_ptr<UnaryReactor> self_;
};

}  // namespace kpisuite
