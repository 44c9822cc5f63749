// ChangeNotifier: wakes the readers of the change feed after each commit.
#pragma once

#include <cstdint>
#include <functional>
#include <map>

#include "libs/base/mutex.h"
#include "services/measurement/measurement_store.h"

namespace kpisuite {

// Thread-safe. Parked readers hold no thread: they are a function in a map.
class ChangeNotifier {
 public:
  // Becomes the commit listener of `store`, which is shut down before the notifier ends.
  explicit ChangeNotifier(MeasurementStore& store) {
    store.SetCommitListener([this] { WakeAll(); });
  }
  ChangeNotifier(const ChangeNotifier&) = delete;
  ChangeNotifier& operator=(const ChangeNotifier&) = delete;

  // Calls `wake` after each commit until Remove; perhaps once more after that. It must not block.
  int64_t Add(std::function<void()> wake) EXCLUDES(mutex_);
  void Remove(int64_t id) EXCLUDES(mutex_);

 private:
  void WakeAll() EXCLUDES(mutex_);

  Mutex mutex_;
  int64_t next_id_ GUARDED_BY(mutex_) = 1;
  std::map<int64_t, std::function<void()>> wakers_ GUARDED_BY(mutex_);
};

}  // namespace kpisuite
