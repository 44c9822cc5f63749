// UnaryCall: one unary call of the callback API, answered once from any thread.
#pragma once

#include <grpcpp/alarm.h>
#include <grpcpp/server_context.h>
#include <grpcpp/support/server_callback.h>

#include <atomic>
#include <memory>
#include <optional>
#include <utility>

#include "absl/status/statusor.h"
#include "libs/base/blocking.h"
#include "libs/base/error.h"
#include "libs/rpc/call.h"
#include "libs/rpc/completion.h"
#include "libs/rpc/message.h"

namespace kpisuite {

// Held by whoever will answer it, and by itself while a reactor of its own is attached.
template <typename Response>
class UnaryCall final : public PendingCall<Response>,
                        public std::enable_shared_from_this<UnaryCall<Response>> {
 public:
  enum class OnCancellation {
    kWait,      // a handler may be reading the request: only its answer ends the call
    kComplete,  // nobody uses the request any more: cancellation and deadline end the call
  };

  // The arguments outlive the call; see CallRecord.
  UnaryCall(const Method& method, grpc::CallbackServerContext& context, const CallLimits& limits,
            const Clock& clock, std::atomic<int>& in_flight, Response& response)
      : context_(context),
        record_(method, context, limits, clock, in_flight),
        response_(response) {}

  CallContext& call() override { return record_.call(); }

  absl::Status Admit(int limit) const { return record_.Admit(limit); }

  void Complete(absl::StatusOr<Response> result) override {
    if (completed_.exchange(true)) return;
    if (result.ok()) MoveMessage(*result, response_);
    status_ = record_.End(result.status());
    if (state_.exchange(State::kAnswered) == State::kAttached) reactor_->Finish(status_);
  }

  // The reactor to hand to the library, once, after the handler was called or queued. A call that
  // is answered already takes the library's own reactor, whose end costs no change of thread.
  grpc::ServerUnaryReactor* Attach(OnCancellation on_cancellation) {
    if (state_.load() == State::kAnswered) return FinishAtOnce();
    self_ = this->shared_from_this();
    reactor_.emplace(*this, on_cancellation);
    if (on_cancellation == OnCancellation::kComplete) CompleteAtDeadline();
    State expected = State::kRunning;
    if (state_.compare_exchange_strong(expected, State::kAttached)) return &*reactor_;
    const auto self = std::move(self_);
    reactor_.reset();
    return FinishAtOnce();
  }

 private:
  enum class State { kRunning, kAttached, kAnswered };

  class Reactor final : public grpc::ServerUnaryReactor {
   public:
    Reactor(UnaryCall& owner, OnCancellation on_cancellation)
        : owner_(owner), on_cancellation_(on_cancellation) {}

    void OnCancel() override {
      MarkLibraryThread mark;
      owner_.record_.SetCancelled();
      if (on_cancellation_ == OnCancellation::kComplete) {
        owner_.Complete(absl::CancelledError("the client went away"));
      }
    }

    void OnDone() override {
      MarkLibraryThread mark;
      // The last reference may be this one.
      const auto self = std::move(owner_.self_);
    }

   private:
    UnaryCall& owner_;
    const OnCancellation on_cancellation_;
  };

  grpc::ServerUnaryReactor* FinishAtOnce() {
    grpc::ServerUnaryReactor* reactor = context_.DefaultReactor();
    reactor->Finish(status_);
    return reactor;
  }

  void CompleteAtDeadline() {
    alarm_ = std::make_unique<grpc::Alarm>();
    // A weak reference: the alarm, which this call owns, keeps the function.
    alarm_->Set(
        absl::ToChronoTime(call().deadline()), [weak = this->weak_from_this()](bool expired) {
          const auto call = weak.lock();
          if (!expired || call == nullptr) return;
          MarkLibraryThread mark;
          call->Complete(MakeError(absl::StatusCode::kDeadlineExceeded, "DEADLINE_TOO_SHORT",
                                   "the deadline passed before the answer was ready"));
        });
  }

  grpc::CallbackServerContext& context_;  // not touched after the answer
  CallRecord record_;
  Response& response_;
  std::atomic<bool> completed_{false};
  std::atomic<State> state_{State::kRunning};
  grpc::Status status_;  // written before state_ becomes kAnswered
  std::optional<Reactor> reactor_;
  std::unique_ptr<grpc::Alarm> alarm_;
  std::shared_ptr<UnaryCall> self_;
};

}  // namespace kpisuite
