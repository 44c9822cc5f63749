// RedisConnection: one connection to Redis; our socket, the protocol of hiredis.
//
// hiredis formats commands and parses replies; reading and writing are ours, because a whole
// exchange has one deadline (the timeouts of hiredis hold per system call), a closed peer must not
// raise SIGPIPE, and TLS goes the same way.
#pragma once

#include <hiredis/hiredis.h>

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "libs/cache/cache_address.h"

namespace kpisuite {

struct RedisReplyDeleter {
  void operator()(redisReply* reply) const { freeReplyObject(reply); }
};
using RedisReply = std::unique_ptr<redisReply, RedisReplyDeleter>;
using RedisCommand = std::vector<absl::string_view>;

// Used by one thread at a time. Calls block until their deadline (monotonic).
class RedisConnection {
 public:
  using Deadline = std::chrono::steady_clock::time_point;

  // Connects, authenticates and selects the database. Errors: see StateCache. The name of the host
  // is resolved by the system, which knows no deadline.
  static absl::StatusOr<std::unique_ptr<RedisConnection>> Connect(const CacheAddress& address,
                                                                  Deadline deadline);
  RedisConnection(const RedisConnection&) = delete;
  RedisConnection& operator=(const RedisConnection&) = delete;
  ~RedisConnection();

  // Sends all commands and reads their replies in order; error replies are replies. After an error
  // the connection is of no use: CACHE_UNAVAILABLE with cause TIMEOUT, CONNECT or GARBLED.
  absl::StatusOr<std::vector<RedisReply>> Run(const std::vector<RedisCommand>& commands,
                                              Deadline deadline);

 private:
  explicit RedisConnection(int socket);

  absl::Status Login(const CacheAddress& address, Deadline deadline);
  absl::Status Exchange(absl::string_view request, size_t replies_wanted, Deadline deadline,
                        std::vector<RedisReply>& replies);
  absl::Status Receive(size_t replies_wanted, std::vector<RedisReply>& replies);

  const int socket_;
  redisReader* const reader_;
};

// The error that an error reply means: cause AUTH, WRONG_TYPE or REFUSED. Logs the reply.
absl::Status RedisError(const redisReply& reply);

}  // namespace kpisuite
