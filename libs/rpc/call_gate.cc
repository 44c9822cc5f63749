#include "libs/rpc/call_gate.h"

#include <algorithm>
#include <utility>

#include "absl/time/clock.h"
#include "libs/base/deadline.h"
#include "libs/base/error.h"

namespace kpisuite {
namespace {

constexpr absl::Duration kPoll = absl::Milliseconds(1);

}  // namespace

void CallGate::Watch(std::shared_ptr<const std::atomic<int>> in_flight) {
  MutexLock lock(mutex_);
  counts_.push_back(std::move(in_flight));
}

absl::Status CallGate::Admit() const {
  if (!closed_.load()) return absl::OkStatus();
  return MakeError(absl::StatusCode::kUnavailable, "SHUTTING_DOWN",
                   "the server is stopping; try elsewhere");
}

bool CallGate::WaitUntilIdle(absl::Duration timeout) const {
  const Deadline give_up = Deadline::After(timeout);
  MutexLock lock(mutex_);
  // Calls do not tell the gate that they end: it would cost each of them, for one moment in the
  // life of a process.
  while (std::any_of(counts_.begin(), counts_.end(),
                     [](const auto& count) { return count->load() > 0; })) {
    if (give_up.passed()) return false;
    absl::SleepFor(kPoll);
  }
  return true;
}

}  // namespace kpisuite
