// RedisStateCache: the state cache on Redis, however it is deployed.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/time/time.h"
#include "libs/base/mutex.h"
#include "libs/cache/cache_address.h"
#include "libs/cache/redis_route.h"
#include "libs/cache/state_cache.h"

namespace kpisuite {

struct RedisStateCacheOptions {
  // A call takes at most connect_timeout and one of the others, whatever happens meanwhile.
  absl::Duration connect_timeout = absl::Milliseconds(200);
  absl::Duration read_timeout = absl::Milliseconds(50);
  absl::Duration write_timeout = absl::Milliseconds(250);  // per round trip of at most 1000 states
  RedisRouteOptions route;
  absl::Duration expiry = absl::Hours(24);
};

// Connects when needed and again after a failure; keeps idle connections. A restarted or replaced
// Redis is not noticed by callers. The rights that a Redis user needs are in the README.
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
  absl::StatusOr<RedisReplies> Run(const RedisCall& call, absl::Duration timeout);

  // Publishes the updates [begin, end) in one round trip and adds the answers to `total`.
  absl::Status PublishUpdates(const Publication& publication, size_t begin, size_t end,
                              FrontierWrite frontier_write, PublishResult& total);
  // `links`: the new one, and the least and greatest that the server may have.
  std::vector<std::string> ScriptCall(const Publication& publication, size_t begin, size_t end,
                                      FrontierWrite frontier_write,
                                      const std::vector<std::string>& links) const;

  // The calls of the script are numbered for each partition and fence, and the server keeps the
  // number of the last: one that misses some has lost them.
  struct Written {
    Fence fence;
    uint64_t confirmed = 0;  // the server had it
    uint64_t sent = 0;
  };
  struct Links {
    uint64_t confirmed;  // 0: nothing can have been lost
    uint64_t first;      // of these calls
    uint64_t last;
  };
  Links StartLinks(int partition, const Fence& fence, size_t count) EXCLUDES(mutex_);
  void ConfirmLinks(int partition, const Fence& fence, uint64_t last) EXCLUDES(mutex_);

  const CacheAddress address_;
  const RedisStateCacheOptions options_;
  const std::unique_ptr<RedisRoute> route_;
  Mutex mutex_;
  absl::flat_hash_map<int, Written> written_ GUARDED_BY(mutex_);  // by partition
};

}  // namespace kpisuite
