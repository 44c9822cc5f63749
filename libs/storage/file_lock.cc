#include "libs/storage/file_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "libs/base/log.h"

namespace kpisuite {
namespace {

absl::Status Refused(const std::string& message) {
  return MakeError(absl::StatusCode::kFailedPrecondition, "STORE_UNAVAILABLE", message);
}

std::string HolderOf(int descriptor) {
  char text[32] = {};
  const ssize_t size = pread(descriptor, text, sizeof(text) - 1, 0);
  const absl::string_view holder =
      absl::StripAsciiWhitespace(absl::string_view(text, size > 0 ? size : 0));
  return holder.empty() ? std::string("another process") : absl::StrCat("process ", holder);
}

}  // namespace

absl::StatusOr<std::unique_ptr<FileLock>> FileLock::Acquire(const std::string& path) {
  const int descriptor = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (descriptor < 0) {
    return Refused(absl::StrCat("cannot create ", path, ": ", strerror(errno)));
  }
  if (flock(descriptor, LOCK_EX | LOCK_NB) != 0) {
    const int error = errno;
    const std::string reason = error == EWOULDBLOCK
                                   ? absl::StrCat("is held by ", HolderOf(descriptor))
                                   : absl::StrCat("cannot be locked: ", strerror(error));
    close(descriptor);
    return Refused(absl::StrCat(path, " ", reason));
  }
  const std::string holder = absl::StrCat(getpid(), "\n");
  // The text only serves the message above; the lock holds without it (on a full disk).
  if (ftruncate(descriptor, 0) != 0 ||
      pwrite(descriptor, holder.data(), holder.size(), 0) != static_cast<ssize_t>(holder.size())) {
    LogWarning("lock file could not be written", {{"path", path}, {"error", strerror(errno)}});
  }
  return std::unique_ptr<FileLock>(new FileLock(descriptor));
}

FileLock::~FileLock() { close(descriptor_); }

}  // namespace kpisuite
