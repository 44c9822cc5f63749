#include "libs/cache/cluster_redis.h"

#include <algorithm>
#include <thread>
#include <utility>

#include "absl/algorithm/container.h"
#include "libs/base/log.h"
#include "libs/base/status_macros.h"
#include "libs/cache/redis_slot.h"
#include "libs/cache/state_encoding.h"

namespace kpisuite {
namespace {

using SteadyClock = std::chrono::steady_clock;

constexpr int kMaxRedirections = 5;
constexpr std::chrono::milliseconds kRefreshEvery(50);
constexpr std::chrono::milliseconds kFirstPause(5);
constexpr std::chrono::milliseconds kLongestPause(80);

}  // namespace

// What is left of a call, and what one round of it came to.
struct ClusterRedis::Progress {
  // The requests that go to one node together.
  struct Part {
    std::shared_ptr<Node> node;
    bool asking = false;
    std::vector<size_t> requests;
  };

  explicit Progress(const RedisCall& of)
      : call(of), ask_at(of.requests.size()), replies(of.requests.size()) {
    for (size_t i = 0; i < of.requests.size(); ++i) left.push_back(i);
  }

  void StartRound() {
    parts.clear();
    errands.clear();
    next_left.clear();
    failed.clear();
    problem = absl::OkStatus();
    moved = not_ready = false;
  }
  void Failed(const Part& part, const absl::Status& status) {
    next_left.insert(next_left.end(), part.requests.begin(), part.requests.end());
    failed.push_back(part.node);
    problem = status;
  }
  void NotReady(size_t request, const absl::Status& status) {
    next_left.push_back(request);
    not_ready = true;
    if (problem.ok()) problem = status;
  }

  const RedisCall& call;
  std::vector<size_t> left;                          // requests without a reply, in their order
  std::vector<std::optional<RedisEndpoint>> ask_at;  // by request: where it goes next, once
  RedisReplies replies;

  std::vector<Part> parts;
  std::vector<RedisErrand> errands;  // of `parts`
  std::vector<size_t> next_left;
  std::vector<std::shared_ptr<Node>> failed;
  absl::Status problem;    // of a node that failed, or why the cluster is not ready
  bool moved = false;      // the map is out of date
  bool not_ready = false;  // worth a pause
};

ClusterRedis::Node::Node(RedisEndpoint endpoint, const RedisAccess& access,
                         const RedisRouteOptions& options)
    : pool(std::make_shared<RedisPool>(std::move(endpoint), access, options.max_idle_connections)),
      breaker(options.failures_to_open, absl::ToChronoMilliseconds(options.open_for)) {}

ClusterRedis::ClusterRedis(const CacheAddress& address, const RedisRouteOptions& options)
    : options_(options),
      access_(AccessOf(address)),
      breaker_(options.failures_to_open, absl::ToChronoMilliseconds(options.open_for)),
      owners_(kRedisSlots) {
  for (const RedisEndpoint& endpoint : address.hosts) {
    seeds_.push_back(std::make_shared<Node>(endpoint, access_, options_));
  }
}

absl::StatusOr<RedisReplies> ClusterRedis::Run(const RedisCall& call,
                                               const RedisTimeLimits& limits) {
  if (!breaker_.Allow(SteadyClock::now())) return CacheRests();
  absl::StatusOr<RedisReplies> replies = RunRequests(call, limits);
  bool map_known = false;
  {
    MutexLock lock(mutex_);
    map_known = map_known_;
  }
  // The failure of one node is its own.
  const bool served = replies.ok() || (map_known && CacheCauseOf(replies.status()) != "NOT_READY");
  breaker_.Note(served, SteadyClock::now());
  return replies;
}

absl::StatusOr<RedisReplies> ClusterRedis::RunRequests(const RedisCall& call,
                                                       const RedisTimeLimits& limits) {
  Progress progress(call);
  absl::Status not_ready;  // what the cluster said last
  auto pause = kFirstPause;
  for (int redirections = 0; redirections <= kMaxRedirections;) {
    RETURN_IF_ERROR(RunOnce(progress, limits));
    if (progress.left.empty()) return std::move(progress.replies);
    // That the time ran out on the last try tells less.
    if (!not_ready.ok() && SteadyClock::now() >= limits.end) return not_ready;
    if (progress.not_ready && progress.failed.empty()) {
      not_ready = progress.problem;
      if (SteadyClock::now() + pause >= limits.end) return not_ready;
      std::this_thread::sleep_for(pause);
      pause = std::min(2 * pause, kLongestPause);
    } else {
      ++redirections;
    }
    if (progress.moved || !progress.problem.ok()) Refresh(limits).IgnoreError();
    // Where a node has failed, another may have taken its slots over by now.
    RETURN_IF_ERROR(CheckSuccessors(progress));
  }
  return CacheUnavailable("NOT_READY", "the cache's cluster sends a request around in circles");
}

absl::Status ClusterRedis::CheckSuccessors(const Progress& progress) {
  MutexLock lock(mutex_);
  for (const size_t request : progress.left) {
    const std::shared_ptr<Node>& owner =
        owners_[static_cast<size_t>(progress.call.requests[request].slot)];
    if (absl::c_linear_search(progress.failed, owner)) return OfOneServer(progress.problem);
  }
  return absl::OkStatus();
}

absl::Status ClusterRedis::RunOnce(Progress& progress, const RedisTimeLimits& limits) {
  progress.StartRound();
  bool map_known = false;
  {
    MutexLock lock(mutex_);
    map_known = map_known_;
  }
  if (!map_known) RETURN_IF_ERROR(Refresh(limits));
  MakeParts(progress);
  for (const Progress::Part& part : progress.parts) {
    RedisErrand& errand = progress.errands.emplace_back();
    errand.pool = part.node->pool;
    errand.script = progress.call.script;
    for (const size_t request : part.requests) {
      if (part.asking) errand.commands.push_back({"ASKING"});
      errand.commands.push_back(progress.call.requests[request].command);
    }
  }
  RunErrands(progress.errands, limits);
  for (size_t i = 0; i < progress.parts.size(); ++i) TakeReplies(progress, i);
  progress.left.swap(progress.next_left);
  absl::c_sort(progress.left);
  return absl::OkStatus();
}

void ClusterRedis::MakeParts(Progress& progress) {
  MutexLock lock(mutex_);
  for (const size_t request : progress.left) {
    std::optional<RedisEndpoint>& ask_at = progress.ask_at[request];
    const bool asking = ask_at.has_value();
    const std::shared_ptr<Node> node =
        asking ? NodeAt(*ask_at)
               : owners_[static_cast<size_t>(progress.call.requests[request].slot)];
    ask_at.reset();
    if (node == nullptr) {
      progress.NotReady(request,
                        CacheUnavailable("NOT_READY", "a slot of the cache is not served"));
      continue;
    }
    const auto part = absl::c_find_if(progress.parts, [&](const Progress::Part& other) {
      return other.node == node && other.asking == asking;
    });
    if (part != progress.parts.end()) {
      part->requests.push_back(request);
    } else {
      progress.parts.push_back({node, asking, {request}});
    }
  }
  // Those whose node is given a rest stay behind.
  std::vector<Progress::Part> allowed;
  for (Progress::Part& part : progress.parts) {
    if (part.node->breaker.Allow(SteadyClock::now())) {
      allowed.push_back(std::move(part));
    } else {
      progress.Failed(part, CacheRests());
    }
  }
  progress.parts.swap(allowed);
}

void ClusterRedis::TakeReplies(Progress& progress, size_t index) {
  const Progress::Part& part = progress.parts[index];
  absl::StatusOr<RedisReplies>& replies = progress.errands[index].replies;
  part.node->breaker.Note(replies.ok(), SteadyClock::now());
  if (!replies.ok()) {
    progress.Failed(part, replies.status());
    return;
  }
  // What follows a request that was sent elsewhere is repeated after it: the order stays.
  std::vector<int> delayed_slots;
  for (size_t i = 0; i < part.requests.size(); ++i) {
    const size_t request = part.requests[i];
    const int slot = progress.call.requests[request].slot;
    RedisReply& asking = (*replies)[part.asking ? 2 * i : i];
    const bool refused = part.asking && asking->type == REDIS_REPLY_ERROR;
    RedisReply& reply = part.asking && !refused ? (*replies)[2 * i + 1] : asking;
    const auto redirection = ReadRedirection(*reply, part.node->pool->endpoint());
    if (redirection.has_value() && redirection->once) {
      progress.ask_at[request] = redirection->node;
    } else if (redirection.has_value()) {
      TakeMoved(*redirection);
      progress.moved = true;
    } else if (IsRedisNotReady(*reply)) {
      progress.NotReady(request, RedisNotReady());
      delayed_slots.push_back(slot);
      continue;
    } else if (!absl::c_linear_search(delayed_slots, slot)) {
      progress.replies[request] = std::move(reply);
      continue;
    }
    delayed_slots.push_back(slot);
    progress.next_left.push_back(request);
  }
}

absl::Status ClusterRedis::Refresh(const RedisTimeLimits& limits) {
  {
    MutexLock lock(mutex_);
    if (map_known_ && (refreshing_ || SteadyClock::now() < refresh_again_)) {
      return absl::OkStatus();
    }
    refreshing_ = true;
  }
  const std::vector<std::shared_ptr<Node>> nodes = NodesToAsk();
  const RedisDeadline deadline = limits.ConnectEnd();
  absl::Status status;
  for (size_t i = 0; i < nodes.size(); ++i) {
    // One that is silent leaves time for the others.
    const auto now = SteadyClock::now();
    status =
        RefreshFrom(*nodes[i], now + (deadline - now) / static_cast<int64_t>(nodes.size() - i));
    if (status.ok()) break;
  }
  MutexLock lock(mutex_);
  refreshing_ = false;
  refresh_again_ = SteadyClock::now() + kRefreshEvery;
  return status;
}

absl::Status ClusterRedis::RefreshFrom(const Node& node, RedisDeadline deadline) {
  const auto left = deadline - SteadyClock::now();
  std::vector<RedisErrand> errands(1);
  errands[0].pool = node.pool;
  errands[0].commands = {{"CLUSTER", "SLOTS"}};
  RunErrands(errands, {deadline, left, left});
  RETURN_IF_ERROR(errands[0].replies.status());
  ASSIGN_OR_RETURN(const ClusterTopology topology,
                   ReadClusterSlots(*errands[0].replies->front(), node.pool->endpoint()));
  MutexLock lock(mutex_);
  Take(topology);
  return absl::OkStatus();
}

std::vector<std::shared_ptr<ClusterRedis::Node>> ClusterRedis::NodesToAsk() {
  MutexLock lock(mutex_);
  std::vector<std::shared_ptr<Node>> nodes;
  for (const auto& [endpoint, node] : nodes_) nodes.push_back(node);
  // Another one each time, so that one with an old view is not believed for long.
  if (!nodes.empty()) {
    std::rotate(nodes.begin(), nodes.begin() + static_cast<long>(++next_to_ask_ % nodes.size()),
                nodes.end());
  }
  nodes.insert(nodes.end(), seeds_.begin(), seeds_.end());
  return nodes;
}

void ClusterRedis::Take(const ClusterTopology& topology) {
  std::map<RedisEndpoint, std::shared_ptr<Node>> before = std::exchange(nodes_, {});
  const auto keep = [&](const RedisEndpoint& endpoint) REQUIRES(mutex_) {
    if (const auto found = before.find(endpoint); found != before.end()) nodes_.insert(*found);
    return NodeAt(endpoint);
  };
  absl::c_fill(owners_, nullptr);
  for (const SlotRange& range : topology.ranges) {
    const std::shared_ptr<Node> node = keep(range.node);
    for (int slot = range.first; slot <= range.last; ++slot) {
      owners_[static_cast<size_t>(slot)] = node;
    }
  }
  for (const RedisEndpoint& replica : topology.replicas) keep(replica);
  map_known_ = true;
}

void ClusterRedis::TakeMoved(const Redirection& moved) {
  MutexLock lock(mutex_);
  owners_[static_cast<size_t>(moved.slot)] = NodeAt(moved.node);
}

std::shared_ptr<ClusterRedis::Node> ClusterRedis::NodeAt(const RedisEndpoint& endpoint) {
  std::shared_ptr<Node>& node = nodes_[endpoint];
  if (node == nullptr) {
    LogInfo("node of the cache's cluster", {{"address", endpoint.ToString()}});
    node = std::make_shared<Node>(endpoint, access_, options_);
  }
  return node;
}

}  // namespace kpisuite
