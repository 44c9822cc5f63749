// DefinitionRefresher: keeps a service up with what other processes store.
#pragma once

#include <thread>

#include "absl/time/time.h"
#include "libs/base/mutex.h"
#include "services/definition/definition_service.h"

namespace kpisuite {

// Looks for new sets four times a second, so that watchers hear of them; reads look for themselves.
// Does nothing, without a thread, when the store belongs to this process alone.
class DefinitionRefresher {
 public:
  // The references outlive it.
  DefinitionRefresher(DefinitionService& service, const DefinitionStore& store);
  DefinitionRefresher(const DefinitionRefresher&) = delete;
  DefinitionRefresher& operator=(const DefinitionRefresher&) = delete;
  ~DefinitionRefresher();

 private:
  void RunThread();
  // Whether it came to the end within `timeout`.
  bool WaitForStop(absl::Duration timeout) EXCLUDES(mutex_);

  DefinitionService& service_;
  Mutex mutex_;
  CondVar stopped_;
  bool stopping_ GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace kpisuite
