// SingleRedis: all requests to one server.
#pragma once

#include <memory>

#include "libs/cache/circuit_breaker.h"
#include "libs/cache/redis_route.h"

namespace kpisuite {

class SingleRedis final : public RedisRoute {
 public:
  SingleRedis(const CacheAddress& address, const RedisRouteOptions& options);

  absl::StatusOr<RedisReplies> Run(const RedisCall& call, const RedisTimeLimits& limits) override;

 private:
  CircuitBreaker breaker_;
  const std::shared_ptr<RedisPool> pool_;
};

}  // namespace kpisuite
