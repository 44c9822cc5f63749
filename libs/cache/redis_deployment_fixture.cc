#include "libs/cache/redis_deployment_fixture.h"

#include <algorithm>
#include <chrono>
#include <map>
#include <thread>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "libs/base/status_macros.h"
#include "libs/cache/redis_slot.h"

namespace kpisuite {
namespace {

constexpr size_t kSentinels = 3;
constexpr std::chrono::seconds kPatience(10);
constexpr std::chrono::milliseconds kPollInterval(10);

absl::Status NotInTime(absl::string_view what) {
  return absl::DeadlineExceededError(absl::StrCat("not in time: ", what));
}

std::string HostsOf(const std::vector<std::unique_ptr<RedisServer>>& servers) {
  std::string hosts;
  for (const auto& server : servers) {
    absl::StrAppend(&hosts, hosts.empty() ? "" : ",", "127.0.0.1:", server->port());
  }
  return hosts;
}

// Servers that a replica is in step with at once.
const std::vector<std::string> kReplication = {"--repl-diskless-sync-delay", "0",
                                               "--repl-ping-replica-period", "1"};

// What stands behind `name` in the answer to INFO.
std::string FieldOf(const std::string& info, const std::string& name) {
  const size_t begin = info.find(name);
  if (begin == std::string::npos) return "";
  return info.substr(begin + name.size(), info.find('\r', begin) - begin - name.size());
}

bool AwaitReplica(RedisServer& server) {
  return server.Await({"INFO", "replication"}, "master_link_status:up");
}

}  // namespace

absl::Status SentinelDeployment::Start() {
  for (int i = 0; i < 2; ++i) {
    servers_.push_back(
        std::make_unique<RedisServer>(RedisServer::Options{.arguments = kReplication}));
    RETURN_IF_ERROR(servers_.back()->Start());
  }
  const std::string master = absl::StrCat(server(0).port());
  server(1).Command({"REPLICAOF", "127.0.0.1", master});
  if (!AwaitReplica(server(1))) return NotInTime("replica");
  for (size_t i = 0; i < kSentinels; ++i) {
    sentinels_.push_back(std::make_unique<RedisServer>(RedisServer::Options{
        .sentinel = absl::StrCat("sentinel monitor ", kMasterName, " 127.0.0.1 ", master, " 2\n",
                                 "sentinel down-after-milliseconds ", kMasterName, " 500\n",
                                 "sentinel failover-timeout ", kMasterName, " 3000\n")}));
    RETURN_IF_ERROR(sentinels_.back()->Start());
  }
  for (const auto& sentinel : sentinels_) {
    if (!sentinel->Await({"SENTINEL", "CKQUORUM", kMasterName}, "OK 3 usable")) {
      return NotInTime("quorum");
    }
    if (!sentinel->Await({"SENTINEL", "REPLICAS", kMasterName}, "master-link-status\nok")) {
      return NotInTime("sentinels know the replica");
    }
  }
  return absl::OkStatus();
}

size_t SentinelDeployment::AwaitMaster() { return AwaitOtherMaster(servers_.size()); }

size_t SentinelDeployment::AwaitOtherMaster(size_t before) {
  const auto end = std::chrono::steady_clock::now() + kPatience;
  while (std::chrono::steady_clock::now() < end) {
    for (size_t i = 0; i < servers_.size(); ++i) {
      if (i == before) continue;
      size_t votes = 0;
      for (const auto& sentinel : sentinels_) {
        const std::string named =
            sentinel->Command({"SENTINEL", "GET-MASTER-ADDR-BY-NAME", kMasterName});
        if (named == absl::StrCat("127.0.0.1\n", server(i).port(), "\n")) ++votes;
      }
      if (votes == sentinels_.size()) return i;
    }
    std::this_thread::sleep_for(kPollInterval);
  }
  return servers_.size();
}

std::string SentinelDeployment::address() const {
  return absl::StrCat("redis-sentinel://", HostsOf(sentinels_), "/", kMasterName);
}

absl::Status ClusterDeployment::Start() {
  for (size_t i = 0; i < 2 * kPrimaries; ++i) {
    const std::string bus_port = absl::StrCat(FreePort());
    std::vector<std::string> arguments = {"--cluster-enabled",
                                          "yes",
                                          "--cluster-node-timeout",
                                          "1000",
                                          "--cluster-port",
                                          bus_port,
                                          "--cluster-replica-validity-factor",
                                          "0"};
    arguments.insert(arguments.end(), kReplication.begin(), kReplication.end());
    nodes_.push_back(std::make_unique<RedisServer>(RedisServer::Options{.arguments = arguments}));
    RETURN_IF_ERROR(nodes_.back()->Start());
    ids_.push_back(nodes_.back()->Command({"CLUSTER", "MYID"}));
    nodes_.back()->Command({"CLUSTER", "SET-CONFIG-EPOCH", absl::StrCat(i + 1)});
    if (i == 0) continue;
    nodes_[0]->Command(
        {"CLUSTER", "MEET", "127.0.0.1", absl::StrCat(nodes_.back()->port()), bus_port});
  }
  return Join();
}

absl::Status ClusterDeployment::Join() {
  for (size_t i = 0; i < kPrimaries; ++i) {
    const size_t first = i * kRedisSlots / kPrimaries;
    const size_t last = (i + 1) * kRedisSlots / kPrimaries - 1;
    nodes_[i]->Command({"CLUSTER", "ADDSLOTSRANGE", absl::StrCat(first), absl::StrCat(last)});
  }
  for (const auto& node : nodes_) {
    if (!node->Await({"CLUSTER", "INFO"}, absl::StrCat("cluster_known_nodes:", nodes_.size()))) {
      return NotInTime("nodes meet");
    }
  }
  for (size_t i = kPrimaries; i < nodes_.size(); ++i) {
    if (!nodes_[i]->Await({"CLUSTER", "REPLICATE", ids_[i - kPrimaries]}, "OK")) {
      return NotInTime("replicas");
    }
  }
  for (size_t i = kPrimaries; i < nodes_.size(); ++i) {
    if (!AwaitReplica(*nodes_[i])) return NotInTime("replication");
  }
  return AwaitWhole() ? absl::OkStatus() : NotInTime("whole cluster");
}

bool ClusterDeployment::AwaitWhole() {
  for (const auto& node : nodes_) {
    if (node->running() && !node->Await({"CLUSTER", "INFO"}, "cluster_state:ok")) return false;
    // Nobody hands over slots to one that does not know them all.
    if (node->running() && !node->Await({"CLUSTER", "INFO"}, "cluster_slots_ok:16384"))
      return false;
  }
  return true;
}

bool ClusterDeployment::AwaitReplicas() {
  const auto end = std::chrono::steady_clock::now() + kPatience;
  while (std::chrono::steady_clock::now() < end) {
    std::map<std::string, std::string> written;  // by port of the primary
    for (const auto& node : nodes_) {
      written[absl::StrCat(node->port())] =
          FieldOf(node->Command({"INFO", "replication"}), "master_repl_offset:");
    }
    size_t in_step = 0;
    for (const auto& node : nodes_) {
      const std::string info = node->Command({"INFO", "replication"});
      if (!absl::StrContains(info, "master_link_status:up")) continue;
      const std::string primary = FieldOf(info, "master_port:");
      if (FieldOf(info, "slave_repl_offset:") == written[primary]) ++in_step;
    }
    if (in_step == nodes_.size() - kPrimaries) return true;
    std::this_thread::sleep_for(kPollInterval);
  }
  return false;
}

void ClusterDeployment::BeginMove(int slot, size_t from, size_t to) {
  const std::string number = absl::StrCat(slot);
  nodes_[to]->Command({"CLUSTER", "SETSLOT", number, "IMPORTING", ids_[from]});
  nodes_[from]->Command({"CLUSTER", "SETSLOT", number, "MIGRATING", ids_[to]});
}

void ClusterDeployment::MoveKeys(int slot, size_t from, size_t to) {
  while (true) {
    const std::string some =
        nodes_[from]->Command({"CLUSTER", "GETKEYSINSLOT", absl::StrCat(slot), "10"});
    if (some.empty()) return;
    std::vector<std::string> command = {
        "MIGRATE", "127.0.0.1", absl::StrCat(nodes_[to]->port()), "", "0", "5000", "KEYS"};
    for (const absl::string_view key : absl::StrSplit(some, '\n', absl::SkipEmpty())) {
      command.emplace_back(key);
    }
    nodes_[from]->Command(command);
  }
}

bool ClusterDeployment::EndMove(int slot, size_t from, size_t to) {
  std::vector<size_t> in_order = {to, from};
  for (size_t i = 0; i < kPrimaries; ++i) {
    if (i != to && i != from) in_order.push_back(i);
  }
  for (const size_t node : in_order) {
    nodes_[node]->Command({"CLUSTER", "SETSLOT", absl::StrCat(slot), "NODE", ids_[to]});
  }
  // One who has not heard of this epoch yet could claim the next slot in the same one.
  const std::string name = "cluster_current_epoch:";
  const std::string line = name + FieldOf(nodes_[to]->Command({"CLUSTER", "INFO"}), name) + "\r";
  return std::all_of(nodes_.begin(), nodes_.end(), [&line](const auto& node) {
    return !node->running() || node->Await({"CLUSTER", "INFO"}, line);
  });
}

size_t ClusterDeployment::OwnerOf(const std::string& key) {
  for (size_t i = 0; i < nodes_.size(); ++i) {
    if (!nodes_[i]->running()) continue;
    const std::string reply = nodes_[i]->Command({"GET", key});
    if (!absl::StrContains(reply, "MOVED")) return i;
  }
  return nodes_.size();
}

std::string ClusterDeployment::address() const {
  return absl::StrCat("redis-cluster://", HostsOf(nodes_));
}

}  // namespace kpisuite
