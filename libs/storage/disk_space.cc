#include "libs/storage/disk_space.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <utility>

#include "libs/base/log.h"
#include "libs/storage/sqlite_error.h"

namespace kpisuite {
namespace {

constexpr int64_t kLookIntervalNanos = 1'000'000'000;

int64_t MonotonicNanos() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

}  // namespace

int64_t FreeBytes(const std::string& path) {
  struct statvfs status;
  if (statvfs(path.c_str(), &status) != 0) return -1;
  return static_cast<int64_t>(status.f_bavail) * static_cast<int64_t>(status.f_frsize);
}

DiskSpace::DiskSpace(std::string directory, int64_t floor_bytes)
    : directory_(std::move(directory)), floor_bytes_(floor_bytes) {}

absl::Status DiskSpace::Check() {
  if (floor_bytes_ <= 0) return absl::OkStatus();
  const int64_t now = MonotonicNanos();
  int64_t due = next_look_nanos_.load();
  if (now >= due && next_look_nanos_.compare_exchange_strong(due, now + kLookIntervalNanos)) {
    const int64_t free_bytes = FreeBytes(directory_);
    const bool below_floor = free_bytes >= 0 && free_bytes < floor_bytes_;
    if (below_floor_.exchange(below_floor) != below_floor) {
      LogWarning(below_floor ? "free space fell below the floor" : "free space is back",
                 {{"directory", directory_}, {"free_bytes", free_bytes}, {"floor", floor_bytes_}});
    }
  }
  return below_floor_ ? DiskFull() : absl::OkStatus();
}

void EnsureBallast(const std::string& path, int64_t bytes) {
  struct stat status;
  if (stat(path.c_str(), &status) == 0 && status.st_size >= bytes) return;
  const int descriptor = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  const int error = descriptor < 0 ? errno : posix_fallocate(descriptor, 0, bytes);
  if (descriptor >= 0) close(descriptor);
  if (error == 0) return;
  LogWarning("no room for the ballast file", {{"path", path}, {"error", strerror(error)}});
  unlink(path.c_str());
}

}  // namespace kpisuite
