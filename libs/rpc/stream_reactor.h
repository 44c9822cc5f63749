// StreamReactor: one server stream of the callback API, pulled from a StreamSource.
#pragma once

#include <grpcpp/server_context.h>
#include <grpcpp/support/server_callback.h>

#include <functional>
#include <memory>
#include <optional>
#include <utility>
#include <variant>

#include "absl/status/statusor.h"
#include "libs/base/blocking.h"
#include "libs/base/executor.h"
#include "libs/rpc/message.h"
#include "libs/rpc/stream_base.h"
#include "libs/rpc/stream_source.h"

namespace kpisuite {

// Owns itself from Start() to OnDone(). A "step" is one call of the source (open, next message,
// heartbeat); at most one step or write is outstanding at a time.
template <typename Response>
class StreamReactor final : public grpc::ServerWriteReactor<Response>,
                            public StreamBase,
                            public Wakeable,
                            public std::enable_shared_from_this<StreamReactor<Response>> {
 public:
  using Source = StreamSource<Response>;
  using Open = std::function<absl::StatusOr<std::unique_ptr<Source>>(CallContext&, StreamWaker)>;

  // See StreamBase for the references. `executor` is null when the source runs on the caller.
  StreamReactor(const Method& method, grpc::CallbackServerContext& context,
                const CallLimits& call_limits, StreamRegistry& registry, const Clock& clock,
                std::atomic<int>& in_flight, Executor* executor)
      : StreamBase(method, context, call_limits, registry, clock, in_flight),
        registry_(registry),
        executor_(executor) {}

  // Opens the source as the first step. Called once, right after construction.
  void Start(Open open, int max_streams) {
    self_ = this->shared_from_this();
    open_ = std::move(open);
    registry_.Add(self_);
    if (absl::Status admitted = Admit(max_streams); !admitted.ok()) {
      RequestEnd(admitted);
    } else {
      Drive();
    }
  }

  void Wake() override EXCLUDES(mutex_) {
    {
      MutexLock lock(mutex_);
      wake_ = true;
    }
    Drive();
  }

 private:
  enum class Step { kNone, kOpen, kNext, kHeartbeat };

  void Drive() override EXCLUDES(mutex_) {
    while (true) {
      const Step step = BeginStep();
      if (step == Step::kNone) return;
      if (executor_ == nullptr) {
        MarkLibraryThread mark;
        EndStep(RunStep(step));
        continue;
      }
      const absl::Status submitted = executor_->Submit(
          0, absl::InfiniteFuture(), [self = this->shared_from_this(), step](const absl::Status&) {
            self->EndStep(self->RunStep(step));
            self->Drive();
          });
      if (submitted.ok()) return;
      EndStep(StreamEnd{submitted});
    }
  }

  // Picks the next step when none and no write is outstanding; finishes a stream that is ending.
  Step BeginStep() EXCLUDES(mutex_) {
    MutexLock lock(mutex_);
    if (stepping_ || writing() || finished()) return Step::kNone;
    if (ending()) {
      if (const auto status = TakeFinishLocked()) this->Finish(*status);
      return Step::kNone;
    }
    Step step = Step::kNone;
    if (!opened_) {
      opened_ = true;
      step = Step::kOpen;
    } else if (wake_) {
      wake_ = false;
      step = Step::kNext;
    } else if (heartbeat_due_) {
      heartbeat_due_ = false;
      step = Step::kHeartbeat;
    }
    stepping_ = step != Step::kNone;
    return step;
  }

  // Calls the source, which only the one outstanding step touches.
  StreamStep<Response> RunStep(Step step) EXCLUDES(mutex_) {
    if (step == Step::kOpen) {
      auto source = open_(call(), StreamWaker(this->weak_from_this()));
      open_ = nullptr;
      if (!source.ok()) return StreamEnd{source.status()};
      source_ = *std::move(source);
      if (const auto interval = source_->heartbeat_interval()) {
        MutexLock lock(mutex_);
        heartbeat_interval_ = *interval;
      }
      return source_->Next();
    }
    if (step == Step::kNext) return source_->Next();
    StreamStep<Response> beat = source_->Heartbeat();
    has_heartbeats_ = !std::holds_alternative<StreamIdle>(beat);
    return beat;
  }

  void EndStep(StreamStep<Response> result) EXCLUDES(mutex_) {
    MutexLock lock(mutex_);
    stepping_ = false;
    if (const auto* end = std::get_if<StreamEnd>(&result)) {
      SetEndLocked(end->status);
    } else if (auto* message = std::get_if<Response>(&result); message != nullptr && !ending()) {
      MoveMessage(*message, outgoing_);
      BeginWriteLocked();
      this->StartWrite(&outgoing_);
    }
  }

  void OnWriteDone(bool ok) override {
    MarkLibraryThread mark;
    {
      MutexLock lock(mutex_);
      EndWriteLocked(ok);
      wake_ = true;
    }
    Drive();
  }

  void OnCancel() override {
    MarkLibraryThread mark;
    {
      MutexLock lock(mutex_);
      CancelLocked();
    }
    Drive();
  }

  void OnDone() override {
    MarkLibraryThread mark;
    registry_.Remove(this);
    {
      MutexLock lock(mutex_);
      DetachLocked();
    }
    source_.reset();
    // The last reference may be this one.
    const auto self = std::move(self_);
  }

  void OnIdleLocked(absl::Duration idle) override REQUIRES(mutex_) {
    if (has_heartbeats_ && opened_ && idle >= heartbeat_interval_) heartbeat_due_ = true;
  }

  StreamRegistry& registry_;
  Executor* const executor_;
  Open open_;
  std::unique_ptr<Source> source_;
  Response outgoing_;  // belongs to the library while writing()
  std::atomic<bool> has_heartbeats_{true};
  bool opened_ GUARDED_BY(mutex_) = false;
  bool stepping_ GUARDED_BY(mutex_) = false;
  bool wake_ GUARDED_BY(mutex_) = false;
  bool heartbeat_due_ GUARDED_BY(mutex_) = false;
  absl::Duration heartbeat_interval_ GUARDED_BY(mutex_) = limits().heartbeat;
  std::shared_ptr<StreamReactor> self_;
};

}  // namespace kpisuite
