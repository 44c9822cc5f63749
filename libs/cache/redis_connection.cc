#include "libs/cache/redis_connection.h"

#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "libs/base/log.h"
#include "libs/base/status_macros.h"
#include "libs/cache/state_encoding.h"

namespace kpisuite {
namespace {

using Deadline = RedisConnection::Deadline;

absl::Status NotConnected(absl::string_view what, int error) {
  LogWarning("redis connection failed", {{"what", what}, {"error", strerror(error)}});
  return CacheUnavailable("CONNECT", "the cache cannot be reached");
}

absl::Status TimedOut() { return CacheUnavailable("TIMEOUT", "the cache did not answer in time"); }

// Waits until `socket` is ready for `events`; TIMEOUT when the deadline passes first.
absl::Status WaitFor(int socket, short events, Deadline deadline, short& ready) {
  while (true) {
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
    if (left.count() <= 0) return TimedOut();
    pollfd entry{.fd = socket, .events = events, .revents = 0};
    const int count = poll(&entry, 1, static_cast<int>(left.count()));
    if (count < 0 && errno != EINTR) return NotConnected("poll", errno);
    if (count <= 0) continue;
    ready = entry.revents;
    return absl::OkStatus();
  }
}

// Closes the socket unless released.
class SocketHolder {
 public:
  explicit SocketHolder(int socket) : socket_(socket) {}
  SocketHolder(const SocketHolder&) = delete;
  SocketHolder& operator=(const SocketHolder&) = delete;
  ~SocketHolder() {
    if (socket_ >= 0) close(socket_);
  }
  int get() const { return socket_; }
  int Release() { return std::exchange(socket_, -1); }

 private:
  int socket_;
};

absl::StatusOr<int> ConnectTo(const addrinfo& target, Deadline deadline) {
  SocketHolder holder(socket(target.ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (holder.get() < 0) return NotConnected("socket", errno);
  const int on = 1;
  setsockopt(holder.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
  setsockopt(holder.get(), SOL_SOCKET, SO_KEEPALIVE, &on, sizeof(on));
  if (connect(holder.get(), target.ai_addr, target.ai_addrlen) != 0) {
    if (errno != EINPROGRESS) return NotConnected("connect", errno);
    short ready = 0;
    RETURN_IF_ERROR(WaitFor(holder.get(), POLLOUT, deadline, ready));
    int error = 0;
    socklen_t size = sizeof(error);
    getsockopt(holder.get(), SOL_SOCKET, SO_ERROR, &error, &size);
    if (error != 0) return NotConnected("connect", error);
  }
  return holder.Release();
}

absl::StatusOr<int> ConnectToHost(const CacheAddress& address, Deadline deadline) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  const int error =
      getaddrinfo(address.host.c_str(), absl::StrCat(address.port).c_str(), &hints, &found);
  if (error != 0) {
    LogWarning("redis host not found", {{"host", address.host}, {"error", gai_strerror(error)}});
    return CacheUnavailable("CONNECT", "the host of the cache cannot be resolved");
  }
  const std::unique_ptr<addrinfo, void (*)(addrinfo*)> owner(found, freeaddrinfo);
  absl::StatusOr<int> socket = CacheUnavailable("CONNECT", "the cache cannot be reached");
  for (const addrinfo* target = found; target != nullptr; target = target->ai_next) {
    socket = ConnectTo(*target, deadline);
    if (socket.ok()) break;
  }
  return socket;
}

std::string Format(const std::vector<RedisCommand>& commands) {
  std::string request;
  for (const RedisCommand& command : commands) {
    std::vector<const char*> arguments;
    std::vector<size_t> sizes;
    for (const absl::string_view argument : command) {
      arguments.push_back(argument.data());
      sizes.push_back(argument.size());
    }
    char* formatted = nullptr;
    const int size = redisFormatCommandArgv(&formatted, static_cast<int>(command.size()),
                                            arguments.data(), sizes.data());
    if (size > 0) request.append(formatted, static_cast<size_t>(size));
    redisFreeCommand(formatted);
  }
  return request;
}

}  // namespace

RedisConnection::RedisConnection(int socket) : socket_(socket), reader_(redisReaderCreate()) {}

RedisConnection::~RedisConnection() {
  redisReaderFree(reader_);
  close(socket_);
}

absl::StatusOr<std::unique_ptr<RedisConnection>> RedisConnection::Connect(
    const CacheAddress& address, Deadline deadline) {
  ASSIGN_OR_RETURN(const int socket, ConnectToHost(address, deadline));
  std::unique_ptr<RedisConnection> connection(new RedisConnection(socket));
  RETURN_IF_ERROR(connection->Login(address, deadline));
  return connection;
}

absl::Status RedisConnection::Login(const CacheAddress& address, Deadline deadline) {
  std::vector<RedisCommand> commands;
  if (!address.password.empty() && address.user.empty()) {
    commands.push_back({"AUTH", address.password});
  } else if (!address.password.empty()) {
    commands.push_back({"AUTH", address.user, address.password});
  }
  const std::string database = absl::StrCat(address.database);
  if (address.database != 0) commands.push_back({"SELECT", database});
  if (commands.empty()) return absl::OkStatus();
  ASSIGN_OR_RETURN(const std::vector<RedisReply> replies, Run(commands, deadline));
  for (const RedisReply& reply : replies) {
    if (reply->type == REDIS_REPLY_ERROR) return RedisError(*reply);
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<RedisReply>> RedisConnection::Run(
    const std::vector<RedisCommand>& commands, Deadline deadline) {
  std::vector<RedisReply> replies;
  RETURN_IF_ERROR(Exchange(Format(commands), commands.size(), deadline, replies));
  return replies;
}

absl::Status RedisConnection::Exchange(absl::string_view request, size_t replies_wanted,
                                       Deadline deadline, std::vector<RedisReply>& replies) {
  // Reads while it writes: replies of a long pipeline would fill the buffers of both sides.
  while (replies.size() < replies_wanted) {
    short ready = 0;
    const short events = request.empty() ? POLLIN : POLLIN | POLLOUT;
    RETURN_IF_ERROR(WaitFor(socket_, events, deadline, ready));
    if ((ready & POLLOUT) != 0) {
      const ssize_t sent = send(socket_, request.data(), request.size(), MSG_NOSIGNAL);
      if (sent < 0 && errno != EAGAIN && errno != EINTR) return NotConnected("send", errno);
      if (sent > 0) request.remove_prefix(static_cast<size_t>(sent));
    }
    if ((ready & (POLLIN | POLLHUP | POLLERR)) != 0) {
      RETURN_IF_ERROR(Receive(replies_wanted, replies));
    }
  }
  return absl::OkStatus();
}

absl::Status RedisConnection::Receive(size_t replies_wanted, std::vector<RedisReply>& replies) {
  char buffer[64 << 10];
  const ssize_t received = recv(socket_, buffer, sizeof(buffer), 0);
  if (received == 0) return NotConnected("closed by the server", ECONNRESET);
  if (received < 0) {
    if (errno == EAGAIN || errno == EINTR) return absl::OkStatus();
    return NotConnected("recv", errno);
  }
  redisReaderFeed(reader_, buffer, static_cast<size_t>(received));
  while (replies.size() < replies_wanted) {
    void* reply = nullptr;
    if (redisReaderGetReply(reader_, &reply) != REDIS_OK) {
      LogWarning("redis reply garbled", {{"error", reader_->errstr}});
      return CacheUnavailable("GARBLED", "the cache does not answer like a Redis");
    }
    if (reply == nullptr) break;
    replies.emplace_back(static_cast<redisReply*>(reply));
  }
  return absl::OkStatus();
}

absl::Status RedisError(const redisReply& reply) {
  const absl::string_view text(reply.str, reply.len);
  LogWarning("redis refused a command", {{"error", text.substr(0, 256)}});
  if (absl::StartsWith(text, "NOAUTH") || absl::StartsWith(text, "WRONGPASS") ||
      absl::StartsWith(text, "ERR AUTH") || absl::StartsWith(text, "ERR invalid password")) {
    return CacheUnavailable("AUTH", "the cache refused the password of its address");
  }
  if (absl::StartsWith(text, "NOPERM")) {
    return CacheUnavailable("AUTH", "the user of the cache lacks a right");
  }
  if (absl::StrContains(text, "WRONGTYPE")) {
    return CacheUnavailable("WRONG_TYPE", "a key of the cache holds a value of somebody else");
  }
  return CacheUnavailable("REFUSED", "the cache refused a command");
}

}  // namespace kpisuite
