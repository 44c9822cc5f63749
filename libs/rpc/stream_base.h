// StreamBase: what the reactors of server and bidirectional streams share: one outstanding write,
// an end that comes exactly once, slow readers, and the accounting of the call.
#pragma once

#include <grpcpp/server_context.h>
#include <grpcpp/support/status.h>

#include <atomic>
#include <optional>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "libs/base/clock.h"
#include "libs/base/mutex.h"
#include "libs/rpc/call.h"
#include "libs/rpc/stream_registry.h"

namespace kpisuite {

// The operations of the library (StartRead, StartWrite, Finish, TryCancel) are called with mutex_
// held: it orders them, and none of them runs a reaction of this reactor before it returns, since
// reactors are not inlineable.
class StreamBase : public OpenStream {
 public:
  // The references outlive the stream; `context` lives until DetachLocked(). Heartbeats and slow
  // readers are timed by the clock of the registry, which ticks.
  StreamBase(const Method& method, grpc::CallbackServerContext& context,
             const CallLimits& call_limits, const StreamRegistry& registry, const Clock& clock,
             std::atomic<int>& in_flight);

  CallContext& call() { return record_.call(); }
  absl::Status Admit(int limit) const { return record_.Admit(limit); }

  void Tick(absl::Time now) override EXCLUDES(mutex_);
  void RequestEnd(const absl::Status& status) override EXCLUDES(mutex_);

 protected:
  // Starts whatever can be started: a write, a read, the end. Nothing once finished().
  virtual void Drive() EXCLUDES(mutex_) = 0;
  // Called with each tick; `idle` is the time since the last message.
  virtual void OnIdleLocked(absl::Duration idle) REQUIRES(mutex_) {}

  // Records how the stream is to end; the first reason wins.
  void SetEndLocked(const absl::Status& status) REQUIRES(mutex_);
  bool ending() const REQUIRES(mutex_) { return end_.has_value(); }
  // Whether Finish() was called: nothing may be started any more.
  bool finished() const REQUIRES(mutex_) { return finished_; }
  bool writing() const REQUIRES(mutex_) { return writing_; }
  // Whether the last write failed or the client cancelled: nobody reads what is still queued.
  bool broken() const REQUIRES(mutex_) { return broken_; }

  // Bracket one StartWrite().
  void BeginWriteLocked() REQUIRES(mutex_);
  void EndWriteLocked(bool ok) REQUIRES(mutex_);

  // The status for Finish(), once, when the stream is ending and no write is outstanding.
  std::optional<grpc::Status> TakeFinishLocked() REQUIRES(mutex_);

  // The client cancelled.
  void CancelLocked() REQUIRES(mutex_);
  // The library is done with the call: `context` is not touched any more.
  void DetachLocked() REQUIRES(mutex_) { context_ = nullptr; }

  const StreamLimits& limits() const { return limits_; }

  Mutex mutex_;

 private:
  const StreamLimits& limits_;
  const Clock& tick_clock_;
  CallRecord record_;
  grpc::CallbackServerContext* context_ GUARDED_BY(mutex_);
  bool writing_ GUARDED_BY(mutex_) = false;
  bool broken_ GUARDED_BY(mutex_) = false;
  bool finished_ GUARDED_BY(mutex_) = false;
  bool cut_off_ GUARDED_BY(mutex_) = false;
  absl::Time last_write_ GUARDED_BY(mutex_);  // begin of the outstanding one, else end of the last
  std::optional<absl::Status> end_ GUARDED_BY(mutex_);
  absl::Time end_time_ GUARDED_BY(mutex_);
};

}  // namespace kpisuite
