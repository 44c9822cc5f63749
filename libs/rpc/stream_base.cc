#include "libs/rpc/stream_base.h"

#include "libs/base/error.h"

namespace kpisuite {

StreamBase::StreamBase(const Method& method, grpc::CallbackServerContext& context,
                       const CallLimits& call_limits, const StreamRegistry& registry,
                       const Clock& clock, std::atomic<int>& in_flight)
    : limits_(registry.limits()),
      tick_clock_(registry.clock()),
      record_(method, context, call_limits, clock, in_flight),
      context_(&context),
      last_write_(registry.clock().Now()) {}

void StreamBase::Tick(absl::Time now) {
  {
    MutexLock lock(mutex_);
    if (context_ == nullptr) return;
    if (writing_ && now - last_write_ >= limits_.slow_write) {
      SetEndLocked(MakeError(absl::StatusCode::kResourceExhausted, "SLOW_CONSUMER",
                             "the reader took no message for too long; resume from the last one"));
    }
    // The end waits behind the outstanding write; a reader that takes neither is cut off.
    if (end_.has_value() && !cut_off_ && now - end_time_ >= limits_.cancel_grace) {
      cut_off_ = true;
      context_->TryCancel();
    }
    if (!writing_ && !end_.has_value()) OnIdleLocked(now - last_write_);
  }
  Drive();
}

void StreamBase::RequestEnd(const absl::Status& status) {
  {
    MutexLock lock(mutex_);
    SetEndLocked(status);
  }
  Drive();
}

void StreamBase::SetEndLocked(const absl::Status& status) {
  if (end_.has_value()) return;
  end_ = status;
  end_time_ = tick_clock_.Now();
}

void StreamBase::BeginWriteLocked() {
  writing_ = true;
  last_write_ = tick_clock_.Now();
}

void StreamBase::EndWriteLocked(bool ok) {
  writing_ = false;
  last_write_ = tick_clock_.Now();
  if (!ok) CancelLocked();
}

std::optional<grpc::Status> StreamBase::TakeFinishLocked() {
  if (!end_.has_value() || writing_ || finished_) return std::nullopt;
  finished_ = true;
  return record_.End(*end_);
}

void StreamBase::CancelLocked() {
  broken_ = true;
  record_.SetCancelled();
  SetEndLocked(absl::CancelledError("the client went away"));
}

}  // namespace kpisuite
