// Deployments of several real redis-servers for tests: sentinels with their servers, a cluster.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "libs/cache/redis_server_fixture.h"

namespace kpisuite {

// A master, a replica, and three sentinels that replace a master within about two seconds.
class SentinelDeployment {
 public:
  static constexpr char kMasterName[] = "kpi";

  // Waits until the sentinels can do their work.
  absl::Status Start();

  RedisServer& server(size_t i) { return *servers_[i]; }  // 0 or 1; at first 0 is the master
  RedisServer& sentinel(size_t i) { return *sentinels_[i]; }

  // The index of the server that the sentinels name, as soon as all of them name the same.
  size_t AwaitMaster();
  // Waits until the sentinels name another than `before`.
  size_t AwaitOtherMaster(size_t before);

  // redis-sentinel://127.0.0.1:...,.../kpi
  std::string address() const;

 private:
  std::vector<std::unique_ptr<RedisServer>> servers_;
  std::vector<std::unique_ptr<RedisServer>> sentinels_;
};

// Three primaries, each with a replica; a dead primary is replaced within about three seconds.
class ClusterDeployment {
 public:
  static constexpr size_t kPrimaries = 3;

  // Waits until the cluster is whole and its replicas are in step.
  absl::Status Start();
  // Waits until every running node calls the cluster whole.
  bool AwaitWhole();
  // Waits until there are as many replicas as at first, which have all that was written before.
  bool AwaitReplicas();

  // 0 to 2 are primaries at first; 3 to 5 their replicas, in this order.
  RedisServer& node(size_t i) { return *nodes_[i]; }
  size_t size() const { return nodes_.size(); }
  // The primary that serves the key.
  size_t OwnerOf(const std::string& key);

  // Moves a slot from the node `from` to the node `to`, as redis-cli does: between BeginMove and
  // EndMove its keys may be at either.
  void BeginMove(int slot, size_t from, size_t to);
  void MoveKeys(int slot, size_t from, size_t to);
  // False when the nodes did not agree in time.
  bool EndMove(int slot, size_t from, size_t to);

  // redis-cluster://127.0.0.1:...,...
  std::string address() const;

 private:
  absl::Status Join();

  std::vector<std::unique_ptr<RedisServer>> nodes_;
  std::vector<std::string> ids_;  // of nodes_
};

}  // namespace kpisuite
