#include "libs/cache/single_redis.h"

#include <chrono>
#include <utility>

#include "libs/cache/state_encoding.h"

namespace kpisuite {

SingleRedis::SingleRedis(const CacheAddress& address, const RedisRouteOptions& options)
    : breaker_(options.failures_to_open, absl::ToChronoMilliseconds(options.open_for)),
      pool_(std::make_shared<RedisPool>(address.hosts.front(), AccessOf(address),
                                        options.max_idle_connections)) {}

absl::StatusOr<RedisReplies> SingleRedis::Run(const RedisCall& call,
                                              const RedisTimeLimits& limits) {
  if (!breaker_.Allow(std::chrono::steady_clock::now())) return CacheRests();
  std::vector<RedisErrand> errands(1);
  errands[0].pool = pool_;
  errands[0].script = call.script;
  for (const RedisRequest& request : call.requests) errands[0].commands.push_back(request.command);
  RunErrands(errands, limits);
  breaker_.Note(errands[0].replies.ok(), std::chrono::steady_clock::now());
  return std::move(errands[0].replies);
}

}  // namespace kpisuite
