// ClusterRedis: each request to the node of a Redis Cluster that serves its slot.
#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "libs/base/mutex.h"
#include "libs/cache/circuit_breaker.h"
#include "libs/cache/cluster_topology.h"
#include "libs/cache/redis_route.h"

namespace kpisuite {

// Asks some node for the map of the slots (CLUSTER SLOTS) before the first call, after MOVED and
// after a node has failed, at most every 50 ms once it has one; requests of several nodes run at
// the same time. MOVED and ASK are followed, at most five times; TRYAGAIN, CLUSTERDOWN and the like
// are tried again until the time of the call is over, which then fails with cause NOT_READY.
// A node that fails has a circuit breaker of its own: the partitions of the others go on.
class ClusterRedis final : public RedisRoute {
 public:
  ClusterRedis(const CacheAddress& address, const RedisRouteOptions& options);

  absl::StatusOr<RedisReplies> Run(const RedisCall& call, const RedisTimeLimits& limits) override
      EXCLUDES(mutex_);

 private:
  struct Node {
    Node(RedisEndpoint endpoint, const RedisAccess& access, const RedisRouteOptions& options);
    const std::shared_ptr<RedisPool> pool;
    CircuitBreaker breaker;
  };
  // A call that is under way.
  struct Progress;

  absl::StatusOr<RedisReplies> RunRequests(const RedisCall& call, const RedisTimeLimits& limits);
  // Runs what is left of a call, each request once. An error only where there is no map.
  absl::Status RunOnce(Progress& progress, const RedisTimeLimits& limits) EXCLUDES(mutex_);
  void MakeParts(Progress& progress) EXCLUDES(mutex_);
  void TakeReplies(Progress& progress, size_t part) EXCLUDES(mutex_);
  // The problem of a node that failed and still owns a slot that is left.
  absl::Status CheckSuccessors(const Progress& progress) EXCLUDES(mutex_);

  // Reads the map. OK also when another call does so at present or did so a moment ago.
  absl::Status Refresh(const RedisTimeLimits& limits) EXCLUDES(mutex_);
  absl::Status RefreshFrom(const Node& node, RedisDeadline deadline) EXCLUDES(mutex_);
  std::vector<std::shared_ptr<Node>> NodesToAsk() EXCLUDES(mutex_);
  void Take(const ClusterTopology& topology) REQUIRES(mutex_);
  void TakeMoved(const Redirection& moved) EXCLUDES(mutex_);
  std::shared_ptr<Node> NodeAt(const RedisEndpoint& endpoint) REQUIRES(mutex_);

  const RedisRouteOptions options_;
  const RedisAccess access_;
  std::vector<std::shared_ptr<Node>> seeds_;  // of the address
  CircuitBreaker breaker_;                    // of the cluster as a whole
  Mutex mutex_;
  // Of the map and, until it is read again, of redirections; not more than there are servers.
  std::map<RedisEndpoint, std::shared_ptr<Node>> nodes_ GUARDED_BY(mutex_);
  std::vector<std::shared_ptr<Node>> owners_ GUARDED_BY(mutex_);  // by slot; nullptr: nobody
  bool map_known_ GUARDED_BY(mutex_) = false;
  bool refreshing_ GUARDED_BY(mutex_) = false;
  std::chrono::steady_clock::time_point refresh_again_ GUARDED_BY(mutex_);
  size_t next_to_ask_ GUARDED_BY(mutex_) = 0;
};

}  // namespace kpisuite
