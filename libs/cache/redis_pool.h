// RedisPool: the connections to one server, and calls of several servers at once.
#pragma once

#include <chrono>
#include <memory>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "libs/base/mutex.h"
#include "libs/cache/redis_connection.h"

namespace kpisuite {

// How long a call may take: `end` bounds all of it, the others each step.
struct RedisTimeLimits {
  RedisDeadline end;
  std::chrono::nanoseconds connect;   // one connection: TCP, TLS and login
  std::chrono::nanoseconds exchange;  // one round trip

  RedisDeadline ConnectEnd() const;
  RedisDeadline ExchangeEnd() const;
};

// Connects when needed and keeps idle connections. Each concurrent call has a connection of its
// own. Thread-safe.
class RedisPool {
 public:
  RedisPool(RedisEndpoint endpoint, RedisAccess access, size_t max_idle)
      : endpoint_(std::move(endpoint)), access_(std::move(access)), max_idle_(max_idle) {}

  const RedisEndpoint& endpoint() const { return endpoint_; }

  // nullptr when none is idle.
  std::unique_ptr<RedisConnection> TakeIdle() EXCLUDES(mutex_);
  absl::StatusOr<std::unique_ptr<RedisConnection>> Connect(RedisDeadline deadline) const;
  void PutIdle(std::unique_ptr<RedisConnection> connection) EXCLUDES(mutex_);
  // After one of them has failed.
  void DropIdle() EXCLUDES(mutex_);

 private:
  const RedisEndpoint endpoint_;
  const RedisAccess access_;
  const size_t max_idle_;
  Mutex mutex_;
  std::vector<std::unique_ptr<RedisConnection>> idle_ GUARDED_BY(mutex_);
};

// What one server is asked in RunErrands.
struct RedisErrand {
  std::shared_ptr<RedisPool> pool;
  std::vector<RedisCommand> commands;
  // Loaded where the server does not know the script of an EVALSHA; all commands are then sent
  // again. Empty: none.
  absl::string_view script;
  absl::StatusOr<RedisReplies> replies;  // set by RunErrands; error replies are replies
};

// Runs all errands at the same time. An idle connection that turns out to be closed is replaced,
// and its commands are sent again: a restarted server is not noticed.
void RunErrands(std::vector<RedisErrand>& errands, const RedisTimeLimits& limits);

}  // namespace kpisuite
