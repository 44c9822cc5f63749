#include "libs/cache/redis_route.h"

#include "libs/cache/cluster_redis.h"
#include "libs/cache/sentinel_redis.h"
#include "libs/cache/single_redis.h"

namespace kpisuite {

std::unique_ptr<RedisRoute> OpenRedisRoute(const CacheAddress& address,
                                           const RedisRouteOptions& options) {
  switch (address.engine) {
    case CacheAddress::Engine::kRedisSentinel:
      return std::make_unique<SentinelRedis>(address, options);
    case CacheAddress::Engine::kRedisCluster:
      return std::make_unique<ClusterRedis>(address, options);
    default: return std::make_unique<SingleRedis>(address, options);
  }
}

}  // namespace kpisuite
