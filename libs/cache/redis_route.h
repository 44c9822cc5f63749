// RedisRoute: which server of a deployment gets a command. One for each way to run Redis.
#pragma once

#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "libs/cache/cache_address.h"
#include "libs/cache/redis_pool.h"

namespace kpisuite {

struct RedisRequest {
  RedisCommand command;
  int slot = 0;  // of its keys in a cluster
};

struct RedisCall {
  std::vector<RedisRequest> requests;
  absl::string_view script;  // what EVALSHA in them needs; empty: nothing
};

struct RedisRouteOptions {
  int failures_to_open = 5;  // of each circuit breaker
  absl::Duration open_for = absl::Milliseconds(500);
  size_t max_idle_connections = 8;  // to each server
};

// Thread-safe; has no thread of its own.
class RedisRoute {
 public:
  virtual ~RedisRoute() = default;

  // Runs each request at the server that serves it now, which may differ from the one of a moment
  // ago; replies in the order of the requests. Requests of one slot run in their order. A request
  // may run twice: they are such that it does no harm. Error replies are replies, unless they say
  // where to go instead. Errors: see StateCache.
  virtual absl::StatusOr<RedisReplies> Run(const RedisCall& call,
                                           const RedisTimeLimits& limits) = 0;
};

// `address` is one of Redis.
std::unique_ptr<RedisRoute> OpenRedisRoute(const CacheAddress& address,
                                           const RedisRouteOptions& options);

}  // namespace kpisuite
