// Completion: answers a unary call later, from any thread.
#pragma once

#include <functional>
#include <memory>
#include <utility>

#include "absl/status/statusor.h"
#include "libs/rpc/call.h"

namespace kpisuite {

// A unary call that waits for its answer.
template <typename Response>
class PendingCall {
 public:
  virtual ~PendingCall() = default;
  virtual void Complete(absl::StatusOr<Response> result) = 0;
  virtual CallContext& call() = 0;
};

// A copyable handle. The first answer wins, later ones are dropped. A call whose client went away
// or whose deadline passed is answered CANCELLED or DEADLINE_EXCEEDED by itself. Thread-safe.
template <typename Response>
class Completion {
 public:
  explicit Completion(std::shared_ptr<PendingCall<Response>> pending)
      : pending_(std::move(pending)) {}

  // Answers the call. Never blocks.
  void operator()(absl::StatusOr<Response> result) const { pending_->Complete(std::move(result)); }

  // Facts about the call; valid as long as this handle.
  const CallContext& call() const { return pending_->call(); }

 private:
  std::shared_ptr<PendingCall<Response>> pending_;
};

}  // namespace kpisuite
