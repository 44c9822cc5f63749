// RedisStateCache: the state cache on one Redis.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "libs/base/mutex.h"
#include "libs/cache/cache_address.h"
#include "libs/cache/circuit_breaker.h"
#include "libs/cache/redis_connection.h"
#include "libs/cache/state_cache.h"

namespace kpisuite {

struct RedisStateCacheOptions {
  absl::Duration connect_timeout = absl::Milliseconds(200);
  absl::Duration read_timeout = absl::Milliseconds(50);
  absl::Duration write_timeout = absl::Milliseconds(250);  // per round trip of at most 1000 states
  int failures_to_open = 5;                                // of the circuit breaker
  absl::Duration open_for = absl::Milliseconds(500);
  absl::Duration expiry = absl::Hours(24);
  size_t max_idle_connections = 8;
};

// Connects when needed and again after a failure; keeps idle connections. Each concurrent call
// uses a connection of its own. A restarted Redis is not noticed by callers.
//
// Rights a Redis user needs: ~{p* +get +mget +getrange +set +pexpire +evalsha +script|load +ping
// +select. Redis should have its own instance with maxmemory-policy noeviction.
class RedisStateCache final : public StateCache {
 public:
  // `address` is one of Redis.
  RedisStateCache(const CacheAddress& address, const RedisStateCacheOptions& options);

  absl::StatusOr<PublishResult> Publish(const Publication& publication) override;
  absl::StatusOr<std::vector<PartitionStates>> Read(
      const std::vector<PartitionRead>& partitions) override;
  absl::Status Ping() override;
  std::string description() const override;

 private:
  using Replies = std::vector<RedisReply>;

  // Runs commands within the breaker.
  absl::StatusOr<Replies> Run(const std::vector<RedisCommand>& commands, absl::Duration timeout);
  absl::StatusOr<Replies> RunOnSomeConnection(const std::vector<RedisCommand>& commands,
                                              absl::Duration timeout);
  // Runs calls of the publishing script, loading it where the server does not know it.
  absl::StatusOr<Replies> RunScripts(const std::vector<RedisCommand>& commands);
  absl::StatusOr<std::string> ScriptHash() EXCLUDES(mutex_);
  absl::StatusOr<std::string> LoadScript() EXCLUDES(mutex_);

  // Publishes the updates [begin, end) in one round trip and adds the answers to `total`.
  absl::Status PublishUpdates(const Publication& publication, size_t begin, size_t end,
                              FrontierWrite frontier_write, PublishResult& total);
  std::vector<std::string> ScriptCall(const std::string& hash, const Publication& publication,
                                      size_t begin, size_t end, FrontierWrite frontier_write) const;

  std::unique_ptr<RedisConnection> TakeIdle() EXCLUDES(mutex_);
  void PutIdle(std::unique_ptr<RedisConnection> connection) EXCLUDES(mutex_);
  void DropIdle() EXCLUDES(mutex_);

  const CacheAddress address_;
  const RedisStateCacheOptions options_;
  CircuitBreaker breaker_;
  Mutex mutex_;
  std::vector<std::unique_ptr<RedisConnection>> idle_ GUARDED_BY(mutex_);
  std::string script_hash_ GUARDED_BY(mutex_);  // empty before the script was loaded
};

}  // namespace kpisuite
