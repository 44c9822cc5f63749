// RedisTransport: a stream of bytes to one server, plain or over TLS (redis_tls.h).
#pragma once

#include <poll.h>

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "libs/cache/cache_address.h"

namespace kpisuite {

using RedisDeadline = std::chrono::steady_clock::time_point;

// Owns a file descriptor.
class Socket {
 public:
  explicit Socket(int descriptor = -1) : descriptor_(descriptor) {}
  Socket(Socket&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
  Socket& operator=(Socket&& other) noexcept {
    std::swap(descriptor_, other.descriptor_);
    return *this;
  }
  ~Socket();

  int get() const { return descriptor_; }

 private:
  int descriptor_;
};

// Never blocks and never raises SIGPIPE. Used by one thread at a time. Errors are
// CACHE_UNAVAILABLE with cause CONNECT or TLS; after one the transport is of no use.
class RedisTransport {
 public:
  virtual ~RedisTransport() = default;

  // How many bytes went: 0 when none can at present.
  virtual absl::StatusOr<size_t> Send(absl::string_view bytes) = 0;
  // How many bytes came: 0 when none are there at present. A closed connection is an error.
  virtual absl::StatusOr<size_t> Receive(char* buffer, size_t size) = 0;

  // What to poll for after nothing could be sent (if `sending`) and nothing was received.
  virtual pollfd Awaited(bool sending) const = 0;
};

// A TCP connection. The name of the host is resolved by the system, which knows no deadline.
// Errors: cause CONNECT or TIMEOUT.
absl::StatusOr<Socket> ConnectSocket(const RedisEndpoint& endpoint, RedisDeadline deadline);
std::unique_ptr<RedisTransport> PlainTransport(Socket socket);

// Waits until one of `awaited` is ready. Cause TIMEOUT when the deadline passes first.
absl::Status WaitForAny(std::vector<pollfd> awaited, RedisDeadline deadline);

// What a failed system call means: cause CONNECT. Logs `what` and `error`, an errno.
absl::Status CacheNotReached(absl::string_view what, int error);

}  // namespace kpisuite
