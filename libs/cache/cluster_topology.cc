#include "libs/cache/cluster_topology.h"

#include <string>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "libs/base/status_macros.h"
#include "libs/cache/redis_slot.h"
#include "libs/cache/state_encoding.h"

namespace kpisuite {
namespace {

// More than a cluster has.
constexpr size_t kMaxNodes = 1000;

bool IsSlot(long long number) { return number >= 0 && number < kRedisSlots; }
bool IsPort(long long number) { return number > 0 && number <= 65535; }

// [host, port, id, ...]; the host is NIL, empty or "?" where the node does not know it.
std::optional<RedisEndpoint> NodeOf(const redisReply& reply, const RedisEndpoint& asked) {
  if (reply.type != REDIS_REPLY_ARRAY || reply.elements < 2) return std::nullopt;
  const redisReply& host = *reply.element[0];
  const redisReply& port = *reply.element[1];
  if (port.type != REDIS_REPLY_INTEGER || !IsPort(port.integer)) return std::nullopt;
  RedisEndpoint node = {asked.host, static_cast<int>(port.integer)};
  if (host.type == REDIS_REPLY_NIL) return node;
  if (host.type != REDIS_REPLY_STRING) return std::nullopt;
  const std::string name(host.str, host.len);
  if (!name.empty() && name != "?") node.host = name;
  return node;
}

}  // namespace

absl::StatusOr<ClusterTopology> ReadClusterSlots(const redisReply& reply,
                                                 const RedisEndpoint& asked) {
  if (reply.type == REDIS_REPLY_ERROR) return RedisError(reply);
  if (reply.type != REDIS_REPLY_ARRAY) return RedisGarbled();
  ClusterTopology topology;
  for (size_t i = 0; i < reply.elements; ++i) {
    const redisReply& entry = *reply.element[i];
    if (entry.type != REDIS_REPLY_ARRAY || entry.elements < 3 ||
        entry.element[0]->type != REDIS_REPLY_INTEGER ||
        entry.element[1]->type != REDIS_REPLY_INTEGER || !IsSlot(entry.element[0]->integer) ||
        !IsSlot(entry.element[1]->integer)) {
      return RedisGarbled();
    }
    for (size_t j = 2; j < entry.elements; ++j) {
      const std::optional<RedisEndpoint> node = NodeOf(*entry.element[j], asked);
      if (!node) return RedisGarbled();
      if (j > 2) {
        if (topology.replicas.size() < kMaxNodes) topology.replicas.push_back(*node);
        continue;
      }
      topology.ranges.push_back({static_cast<int>(entry.element[0]->integer),
                                 static_cast<int>(entry.element[1]->integer), *node});
    }
  }
  if (topology.ranges.empty()) {
    return CacheUnavailable("NOT_READY", "no slot of the cache's cluster is served");
  }
  return topology;
}

std::optional<Redirection> ReadRedirection(const redisReply& reply, const RedisEndpoint& asked) {
  if (reply.type != REDIS_REPLY_ERROR) return std::nullopt;
  const std::vector<std::string> words =
      absl::StrSplit(absl::string_view(reply.str, reply.len), ' ');
  if (words.size() != 3 || (words[0] != "MOVED" && words[0] != "ASK")) return std::nullopt;
  Redirection redirection;
  redirection.once = words[0] == "ASK";
  const size_t colon = words[2].rfind(':');
  if (colon == std::string::npos || !absl::SimpleAtoi(words[1], &redirection.slot) ||
      !absl::SimpleAtoi(words[2].substr(colon + 1), &redirection.node.port) ||
      !IsSlot(redirection.slot) || !IsPort(redirection.node.port)) {
    return std::nullopt;
  }
  redirection.node.host = words[2].substr(0, colon);
  if (redirection.node.host.empty() || redirection.node.host == "?") {
    redirection.node.host = asked.host;
  }
  return redirection;
}

}  // namespace kpisuite
