#include "libs/cache/redis_transport.h"

#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "absl/strings/str_cat.h"
#include "libs/base/log.h"
#include "libs/base/status_macros.h"
#include "libs/cache/state_encoding.h"

namespace kpisuite {
namespace {

class TcpTransport final : public RedisTransport {
 public:
  explicit TcpTransport(Socket socket) : socket_(std::move(socket)) {}

  absl::StatusOr<size_t> Send(absl::string_view bytes) override {
    const ssize_t sent = send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent >= 0) return static_cast<size_t>(sent);
    if (errno == EAGAIN || errno == EINTR) return 0;
    return CacheNotReached("send", errno);
  }

  absl::StatusOr<size_t> Receive(char* buffer, size_t size) override {
    const ssize_t received = recv(socket_.get(), buffer, size, 0);
    if (received > 0) return static_cast<size_t>(received);
    if (received == 0) return CacheNotReached("closed by the server", ECONNRESET);
    if (errno == EAGAIN || errno == EINTR) return 0;
    return CacheNotReached("recv", errno);
  }

  pollfd Awaited(bool sending) const override {
    const int events = sending ? POLLIN | POLLOUT : POLLIN;
    return {.fd = socket_.get(), .events = static_cast<short>(events), .revents = 0};
  }

 private:
  const Socket socket_;
};

absl::StatusOr<Socket> ConnectTo(const addrinfo& target, RedisDeadline deadline) {
  Socket connecting(socket(target.ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (connecting.get() < 0) return CacheNotReached("socket", errno);
  const int on = 1;
  setsockopt(connecting.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
  setsockopt(connecting.get(), SOL_SOCKET, SO_KEEPALIVE, &on, sizeof(on));
  if (connect(connecting.get(), target.ai_addr, target.ai_addrlen) == 0) return connecting;
  if (errno != EINPROGRESS) return CacheNotReached("connect", errno);
  RETURN_IF_ERROR(
      WaitForAny({{.fd = connecting.get(), .events = POLLOUT, .revents = 0}}, deadline));
  int error = 0;
  socklen_t size = sizeof(error);
  getsockopt(connecting.get(), SOL_SOCKET, SO_ERROR, &error, &size);
  if (error != 0) return CacheNotReached("connect", error);
  return connecting;
}

}  // namespace

Socket::~Socket() {
  if (descriptor_ >= 0) close(descriptor_);
}

absl::StatusOr<Socket> ConnectSocket(const RedisEndpoint& endpoint, RedisDeadline deadline) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  const int error =
      getaddrinfo(endpoint.host.c_str(), absl::StrCat(endpoint.port).c_str(), &hints, &found);
  if (error != 0) {
    LogWarning("redis host not found", {{"host", endpoint.host}, {"error", gai_strerror(error)}});
    return CacheUnavailable("CONNECT", "the host of the cache cannot be resolved");
  }
  const std::unique_ptr<addrinfo, void (*)(addrinfo*)> owner(found, freeaddrinfo);
  absl::StatusOr<Socket> connected = CacheUnavailable("CONNECT", "the cache cannot be reached");
  for (const addrinfo* target = found; target != nullptr; target = target->ai_next) {
    connected = ConnectTo(*target, deadline);
    if (connected.ok()) break;
  }
  return connected;
}

std::unique_ptr<RedisTransport> PlainTransport(Socket socket) {
  return std::make_unique<TcpTransport>(std::move(socket));
}

absl::Status WaitForAny(std::vector<pollfd> awaited, RedisDeadline deadline) {
  while (true) {
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
    if (left.count() <= 0) return CacheUnavailable("TIMEOUT", "the cache did not answer in time");
    const int ready = poll(awaited.data(), awaited.size(), static_cast<int>(left.count()));
    if (ready > 0) return absl::OkStatus();
    if (ready < 0 && errno != EINTR) return CacheNotReached("poll", errno);
  }
}

absl::Status CacheNotReached(absl::string_view what, int error) {
  LogWarning("redis connection failed", {{"what", what}, {"error", strerror(error)}});
  return CacheUnavailable("CONNECT", "the cache cannot be reached");
}

}  // namespace kpisuite
