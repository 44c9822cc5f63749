#include "services/definition/definition_refresher.h"

#include "libs/base/deadline.h"
#include "libs/base/log.h"

namespace kpisuite {
namespace {

constexpr absl::Duration kInterval = absl::Milliseconds(250);
constexpr absl::Duration kPauseAfterFailure = absl::Seconds(2);

}  // namespace

DefinitionRefresher::DefinitionRefresher(DefinitionService& service, const DefinitionStore& store)
    : service_(service) {
  if (store.shared()) thread_ = std::thread([this] { RunThread(); });
}

DefinitionRefresher::~DefinitionRefresher() {
  {
    MutexLock lock(mutex_);
    stopping_ = true;
    stopped_.NotifyAll();
  }
  if (thread_.joinable()) thread_.join();
}

void DefinitionRefresher::RunThread() {
  absl::Duration pause = kInterval;
  while (!WaitForStop(pause)) {
    const absl::Status refreshed = service_.Refresh();
    pause = refreshed.ok() ? kInterval : kPauseAfterFailure;
    if (!refreshed.ok()) {
      LogWarning("cannot look for definitions of other processes",
                 {{"error", refreshed.message()}});
    }
  }
}

bool DefinitionRefresher::WaitForStop(absl::Duration timeout) {
  const Deadline end = Deadline::After(timeout);
  MutexLock lock(mutex_);
  while (!stopping_ && !end.passed()) stopped_.WaitFor(mutex_, end.left());
  return stopping_;
}

}  // namespace kpisuite
