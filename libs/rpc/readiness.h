// Readiness: the named conditions that must hold before the process takes traffic.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "libs/base/mutex.h"

namespace kpisuite {

// Ready when every condition is. Thread-safe.
class Readiness {
 public:
  // Registers a condition, or changes it: not ready, and why ("loading definitions").
  void SetNotReady(const std::string& condition, const std::string& why) EXCLUDES(mutex_);
  void SetReady(const std::string& condition) EXCLUDES(mutex_);

  bool ready() const EXCLUDES(mutex_);

  // One line per condition: "store: ready", "definitions: not ready: loading".
  std::string Describe() const EXCLUDES(mutex_);

  // Calls `listener` with the present value and with every change, in order, under a lock: it must
  // not call back.
  void Subscribe(std::function<void(bool)> listener) EXCLUDES(mutex_);

 private:
  void Set(const std::string& condition, const std::string& why) EXCLUDES(mutex_);
  bool ReadyLocked() const REQUIRES(mutex_);

  mutable Mutex mutex_;
  std::map<std::string, std::string> why_not_ GUARDED_BY(mutex_);  // empty text = ready
  std::vector<std::function<void(bool)>> listeners_ GUARDED_BY(mutex_);
};

}  // namespace kpisuite
