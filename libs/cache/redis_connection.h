// RedisConnection: one connection to Redis; our transport, the protocol of hiredis.
//
// hiredis formats commands and parses replies; reading and writing are ours, because a whole
// exchange has one deadline (the timeouts of hiredis hold per system call), a closed peer must not
// raise SIGPIPE, hiredis 0.14 knows no TLS, and several servers are asked at the same time.
#pragma once

#include <hiredis/hiredis.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "libs/cache/cache_address.h"
#include "libs/cache/redis_tls.h"
#include "libs/cache/redis_transport.h"

namespace kpisuite {

struct RedisReplyDeleter {
  void operator()(redisReply* reply) const { freeReplyObject(reply); }
};
using RedisReply = std::unique_ptr<redisReply, RedisReplyDeleter>;
using RedisReplies = std::vector<RedisReply>;
using RedisCommand = std::vector<absl::string_view>;

// How a server is entered.
struct RedisAccess {
  std::string user;      // empty: the default user
  std::string password;  // empty: no authentication
  int database = 0;
  std::shared_ptr<RedisTls> tls;  // nullptr: without TLS
  bool only_master = false;       // whether a server that says it is a replica is refused
};
RedisAccess AccessOf(const CacheAddress& address);

struct RedisExchange;

// Used by one thread at a time. Calls block until their deadline (monotonic).
class RedisConnection {
 public:
  // Connects, authenticates, selects the database and asks for the role where it matters. Errors:
  // see StateCache; cause NOT_READY for a replica.
  static absl::StatusOr<std::unique_ptr<RedisConnection>> Connect(const RedisEndpoint& endpoint,
                                                                  const RedisAccess& access,
                                                                  RedisDeadline deadline);
  RedisConnection(const RedisConnection&) = delete;
  RedisConnection& operator=(const RedisConnection&) = delete;
  ~RedisConnection();

  // Sends all commands and reads their replies in order; error replies are replies. After an error
  // the connection is of no use: CACHE_UNAVAILABLE with cause TIMEOUT, CONNECT, TLS or GARBLED.
  absl::StatusOr<RedisReplies> Run(const std::vector<RedisCommand>& commands,
                                   RedisDeadline deadline);

 private:
  friend void RunExchanges(std::vector<RedisExchange>& exchanges, RedisDeadline deadline);

  explicit RedisConnection(std::unique_ptr<RedisTransport> transport);

  absl::Status Login(const RedisAccess& access, RedisDeadline deadline);
  void Begin(const std::vector<RedisCommand>& commands);
  bool done() const { return replies_.size() == wanted_; }
  // Sends and receives what can be without waiting; whether anything could.
  absl::StatusOr<bool> Step();
  absl::Status TakeReplies();
  pollfd Awaited() const { return transport_->Awaited(sent_ < request_.size()); }

  const std::unique_ptr<RedisTransport> transport_;
  redisReader* const reader_;
  // Of the exchange that is under way.
  std::string request_;
  size_t sent_ = 0;
  size_t wanted_ = 0;
  RedisReplies replies_;
};

// One connection's part of RunExchanges.
struct RedisExchange {
  RedisConnection* connection;
  const std::vector<RedisCommand>* commands;
  absl::StatusOr<RedisReplies> replies;  // set by RunExchanges
};

// RedisConnection::Run on several connections at once.
void RunExchanges(std::vector<RedisExchange>& exchanges, RedisDeadline deadline);

// Whether an error reply begins with `code`.
bool IsRedisError(const redisReply& reply, absl::string_view code);

// Whether the reply says that the server cannot do it now and may do it soon: it is loading, it
// became a replica, its cluster is not whole, a slot is on its way elsewhere.
bool IsRedisNotReady(const redisReply& reply);

// Cause NOT_READY, for such a reply. Not logged: it is often tried again.
absl::Status RedisNotReady();

// The error that an error reply means: cause AUTH, WRONG_TYPE, NOT_READY or REFUSED. Logs it.
absl::Status RedisError(const redisReply& reply);

// Cause GARBLED: not what a Redis answers.
absl::Status RedisGarbled();

}  // namespace kpisuite
