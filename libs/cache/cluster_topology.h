// What a Redis Cluster says about who serves which slot.
#pragma once

#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "libs/cache/cache_address.h"
#include "libs/cache/redis_connection.h"

namespace kpisuite {

// The slots [first, last] are served by `node`.
struct SlotRange {
  int first = 0;
  int last = 0;
  RedisEndpoint node;
};

struct ClusterTopology {
  std::vector<SlotRange> ranges;
  std::vector<RedisEndpoint> replicas;
};

// The answer to CLUSTER SLOTS of the node at `asked`, by whose host a node without one is meant.
// Cause GARBLED for anything else; cause NOT_READY for no slots at all.
absl::StatusOr<ClusterTopology> ReadClusterSlots(const redisReply& reply,
                                                 const RedisEndpoint& asked);

// Where an error reply sends the request: "MOVED slot host:port" for good, "ASK slot host:port"
// once.
struct Redirection {
  bool once = false;
  int slot = 0;
  RedisEndpoint node;
};

// nullopt when `reply`, of the node at `asked`, is no redirection. An empty host means that of the
// node.
std::optional<Redirection> ReadRedirection(const redisReply& reply, const RedisEndpoint& asked);

}  // namespace kpisuite
