// FileLock: keeps a second process (or a second instance) away from a store.
#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"

namespace kpisuite {

// An exclusive flock(2) on a file of its own (never on the database: closing any descriptor of
// that would drop the locks of SQLite). Held until destroyed or the process dies.
class FileLock {
 public:
  // FAILED_PRECONDITION, naming `path` and the process that holds it, when it is taken;
  // otherwise the file cannot be created. Never waits.
  static absl::StatusOr<std::unique_ptr<FileLock>> Acquire(const std::string& path);
  FileLock(const FileLock&) = delete;
  FileLock& operator=(const FileLock&) = delete;
  ~FileLock();

 private:
  explicit FileLock(int descriptor) : descriptor_(descriptor) {}

  const int descriptor_;
};

}  // namespace kpisuite
