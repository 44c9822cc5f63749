// Free space of a store's file system: the floor below which writes are refused, and the ballast.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"

namespace kpisuite {

// Watches the free space of one directory. Thread-safe.
class DiskSpace {
 public:
  // `floor_bytes` = 0 watches nothing.
  DiskSpace(std::string directory, int64_t floor_bytes);

  // RESOURCE_EXHAUSTED DISK_FULL while less than the floor is free. Asks the file system at most
  // once a second; when that fails the answer is ok.
  absl::Status Check();

 private:
  const std::string directory_;
  const int64_t floor_bytes_;
  std::atomic<int64_t> next_look_nanos_{0};  // monotonic
  std::atomic<bool> below_floor_{false};
};

// Free bytes for this process on the file system of `path`; -1 when it cannot be told.
int64_t FreeBytes(const std::string& path);

// Reserves `bytes` in the file `path` unless it exists with that size: an operator deletes it when
// the disk is full, to have room to repair. Not enough room is only logged.
void EnsureBallast(const std::string& path, int64_t bytes);

}  // namespace kpisuite
