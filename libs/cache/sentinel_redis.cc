#include "libs/cache/sentinel_redis.h"

#include <algorithm>
#include <thread>
#include <utility>

#include "absl/strings/numbers.h"
#include "libs/base/log.h"
#include "libs/base/status_macros.h"
#include "libs/cache/state_encoding.h"

namespace kpisuite {
namespace {

using SteadyClock = std::chrono::steady_clock;

constexpr std::chrono::seconds kAskEvery(1);
constexpr std::chrono::milliseconds kFirstPause(10);
constexpr std::chrono::milliseconds kLongestPause(80);

RedisAccess AccessOfMaster(const CacheAddress& address) {
  RedisAccess access = AccessOf(address);
  access.only_master = true;
  return access;
}

bool MaySoonBeElsewhere(const absl::Status& status) {
  const std::string cause = CacheCauseOf(status);
  return cause == "CONNECT" || cause == "NOT_READY";
}

// The replies, or an error when one of them says that this is not the master now.
absl::StatusOr<RedisReplies> RefuseNotReady(absl::StatusOr<RedisReplies> replies) {
  if (!replies.ok()) return replies;
  for (const RedisReply& reply : *replies) {
    if (IsRedisNotReady(*reply)) return RedisNotReady();
  }
  return replies;
}

absl::StatusOr<RedisEndpoint> EndpointOf(const redisReply& reply) {
  if (reply.type == REDIS_REPLY_ERROR) return RedisError(reply);
  if (reply.type == REDIS_REPLY_NIL) {
    return CacheUnavailable("REFUSED", "the sentinels of the cache know no master of this name");
  }
  if (reply.type != REDIS_REPLY_ARRAY || reply.elements != 2) return RedisGarbled();
  const redisReply& host = *reply.element[0];
  const redisReply& port = *reply.element[1];
  RedisEndpoint endpoint;
  if (host.type != REDIS_REPLY_STRING || port.type != REDIS_REPLY_STRING ||
      !absl::SimpleAtoi(absl::string_view(port.str, port.len), &endpoint.port)) {
    return RedisGarbled();
  }
  endpoint.host.assign(host.str, host.len);
  return endpoint;
}

}  // namespace

SentinelRedis::SentinelRedis(const CacheAddress& address, const RedisRouteOptions& options)
    : options_(options),
      access_(AccessOfMaster(address)),
      master_name_(address.master_name),
      breaker_(options.failures_to_open, absl::ToChronoMilliseconds(options.open_for)) {
  RedisAccess with_login = access_;
  with_login.only_master = false;
  with_login.database = 0;
  RedisAccess open = with_login;
  open.user = open.password = "";
  for (const RedisEndpoint& endpoint : address.hosts) {
    sentinels_.push_back({std::make_shared<RedisPool>(endpoint, open, 1),
                          std::make_shared<RedisPool>(endpoint, with_login, 1)});
  }
}

absl::StatusOr<RedisReplies> SentinelRedis::Run(const RedisCall& call,
                                                const RedisTimeLimits& limits) {
  if (!breaker_.Allow(SteadyClock::now())) return CacheRests();
  absl::StatusOr<RedisReplies> replies = RunAtMaster(call, limits);
  breaker_.Note(replies.ok(), SteadyClock::now());
  return replies;
}

absl::StatusOr<RedisReplies> SentinelRedis::RunAtMaster(const RedisCall& call,
                                                        const RedisTimeLimits& limits) {
  std::vector<RedisErrand> errands(1);
  RedisErrand& errand = errands[0];
  errand.script = call.script;
  for (const RedisRequest& request : call.requests) errand.commands.push_back(request.command);
  for (auto pause = kFirstPause;; pause = std::min(2 * pause, kLongestPause)) {
    absl::StatusOr<std::shared_ptr<RedisPool>> master = Master(limits);
    absl::Status problem = master.status();
    if (master.ok()) {
      errand.pool = *std::move(master);
      RunErrands(errands, limits);
      absl::StatusOr<RedisReplies> replies = RefuseNotReady(std::move(errand.replies));
      if (replies.ok()) return replies;
      Forget(errand.pool);
      problem = replies.status();
    }
    if (!MaySoonBeElsewhere(problem) || SteadyClock::now() + pause >= limits.end) return problem;
    std::this_thread::sleep_for(pause);
  }
}

absl::StatusOr<std::shared_ptr<RedisPool>> SentinelRedis::Master(const RedisTimeLimits& limits) {
  std::shared_ptr<RedisPool> known;
  {
    MutexLock lock(mutex_);
    if (master_ != nullptr && SteadyClock::now() < ask_again_) return master_;
    known = master_;
    // One call asks, others go on meanwhile.
    ask_again_ = SteadyClock::now() + kAskEvery;
  }
  // Whether it is still the one is asked in passing: there must be time for the call.
  const absl::StatusOr<RedisEndpoint> endpoint =
      AskSentinels(known == nullptr ? limits.ConnectEnd() : limits.ExchangeEnd());
  MutexLock lock(mutex_);
  if (!endpoint.ok()) {
    // Without sentinels the last known master stays.
    if (known != nullptr) return known;
    return endpoint.status();
  }
  if (master_ == nullptr || master_->endpoint() != *endpoint) {
    LogInfo("master of the cache", {{"name", master_name_}, {"address", endpoint->ToString()}});
    master_ = std::make_shared<RedisPool>(*endpoint, access_, options_.max_idle_connections);
  }
  return master_;
}

void SentinelRedis::Forget(const std::shared_ptr<RedisPool>& master) {
  MutexLock lock(mutex_);
  if (master_ == master) master_ = nullptr;
}

absl::StatusOr<RedisEndpoint> SentinelRedis::AskSentinels(RedisDeadline deadline) {
  size_t first = 0;
  {
    MutexLock lock(mutex_);
    first = first_;
  }
  absl::StatusOr<RedisEndpoint> endpoint = RedisGarbled();
  for (size_t tried = 0; tried < sentinels_.size(); ++tried) {
    const size_t index = (first + tried) % sentinels_.size();
    // One that is silent leaves time for the others.
    const auto now = SteadyClock::now();
    const auto share = (deadline - now) / static_cast<int64_t>(sentinels_.size() - tried);
    endpoint = AskSentinel(sentinels_[index], now + share);
    if (!endpoint.ok()) continue;
    MutexLock lock(mutex_);
    first_ = index;
    return endpoint;
  }
  MutexLock lock(mutex_);
  first_ = (first + 1) % sentinels_.size();
  return endpoint;
}

absl::StatusOr<RedisEndpoint> SentinelRedis::AskSentinel(const Sentinel& sentinel,
                                                         RedisDeadline deadline) const {
  const auto left = deadline - SteadyClock::now();
  const RedisTimeLimits limits = {deadline, left, left};
  for (const auto& pool : {sentinel.open, sentinel.with_login}) {
    std::vector<RedisErrand> errands(1);
    errands[0].pool = pool;
    errands[0].commands = {{"SENTINEL", "GET-MASTER-ADDR-BY-NAME", master_name_}};
    RunErrands(errands, limits);
    RETURN_IF_ERROR(errands[0].replies.status());
    const redisReply& reply = *errands[0].replies->front();
    if (pool == sentinel.open && IsRedisError(reply, "NOAUTH")) continue;
    return EndpointOf(reply);
  }
  return RedisGarbled();
}

}  // namespace kpisuite
