// SentinelRedis: all requests to the master that Redis Sentinel names.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "libs/base/mutex.h"
#include "libs/cache/circuit_breaker.h"
#include "libs/cache/redis_route.h"

namespace kpisuite {

// The sentinels are asked before the first call, after each failure, and once a second by one of
// the calls: a master that was cut off and still thinks that it is one is left then. A server is
// used only after it has said that it is a master (ROLE). When it refuses a write as a replica, or
// is gone, its successor is looked for until the time of the call is over.
//
// A sentinel that wants a password gets user and password of the address.
class SentinelRedis final : public RedisRoute {
 public:
  SentinelRedis(const CacheAddress& address, const RedisRouteOptions& options);

  absl::StatusOr<RedisReplies> Run(const RedisCall& call, const RedisTimeLimits& limits) override
      EXCLUDES(mutex_);

 private:
  struct Sentinel {
    std::shared_ptr<RedisPool> open;
    std::shared_ptr<RedisPool> with_login;
  };

  absl::StatusOr<RedisReplies> RunAtMaster(const RedisCall& call, const RedisTimeLimits& limits);
  absl::StatusOr<std::shared_ptr<RedisPool>> Master(const RedisTimeLimits& limits) EXCLUDES(mutex_);
  void Forget(const std::shared_ptr<RedisPool>& master) EXCLUDES(mutex_);
  absl::StatusOr<RedisEndpoint> AskSentinels(RedisDeadline deadline) EXCLUDES(mutex_);
  absl::StatusOr<RedisEndpoint> AskSentinel(const Sentinel& sentinel, RedisDeadline deadline) const;

  const RedisRouteOptions options_;
  const RedisAccess access_;  // of masters
  const std::string master_name_;
  std::vector<Sentinel> sentinels_;
  CircuitBreaker breaker_;
  Mutex mutex_;
  size_t first_ GUARDED_BY(mutex_) = 0;                   // of sentinels_, asked first
  std::shared_ptr<RedisPool> master_ GUARDED_BY(mutex_);  // nullptr: not known
  std::chrono::steady_clock::time_point ask_again_ GUARDED_BY(mutex_);
};

}  // namespace kpisuite
