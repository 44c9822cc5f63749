#include "libs/cache/redis_pool.h"

#include <algorithm>
#include <utility>

#include "libs/base/status_macros.h"
#include "libs/cache/state_encoding.h"

namespace kpisuite {
namespace {

using SteadyClock = std::chrono::steady_clock;

// An errand and the connection it runs on.
struct Run {
  RedisErrand* errand;
  std::unique_ptr<RedisConnection> connection;
  bool was_idle = false;
};

// Gives the errand a connection, or an error.
void Connect(RedisErrand& errand, const RedisTimeLimits& limits, std::vector<Run>& runs) {
  auto connection = errand.pool->Connect(limits.ConnectEnd());
  if (!connection.ok()) {
    errand.replies = connection.status();
    return;
  }
  runs.push_back({&errand, *std::move(connection)});
}

void Exchange(std::vector<Run>& runs, const RedisTimeLimits& limits) {
  std::vector<RedisExchange> exchanges;
  for (Run& run : runs) {
    exchanges.push_back({run.connection.get(), &run.errand->commands, RedisReplies()});
  }
  RunExchanges(exchanges, limits.ExchangeEnd());
  for (size_t i = 0; i < runs.size(); ++i) {
    runs[i].errand->replies = std::move(exchanges[i].replies);
  }
}

bool KnowsNoScript(const absl::StatusOr<RedisReplies>& replies) {
  return replies.ok() && std::any_of(replies->begin(), replies->end(), [](const RedisReply& reply) {
           return IsRedisError(*reply, "NOSCRIPT");
         });
}

// A restarted server. Sending everything again is harmless.
absl::StatusOr<RedisReplies> LoadAndRepeat(Run& run, const RedisTimeLimits& limits) {
  std::vector<RedisCommand> commands = {{"SCRIPT", "LOAD", run.errand->script}};
  commands.insert(commands.end(), run.errand->commands.begin(), run.errand->commands.end());
  ASSIGN_OR_RETURN(RedisReplies replies, run.connection->Run(commands, limits.ExchangeEnd()));
  if (replies.front()->type == REDIS_REPLY_ERROR) return RedisError(*replies.front());
  replies.erase(replies.begin());
  return replies;
}

// Keeps good connections; returns the errands that failed because an idle one was closed.
std::vector<RedisErrand*> Settle(std::vector<Run>& runs, const RedisTimeLimits& limits) {
  std::vector<RedisErrand*> again;
  for (Run& run : runs) {
    RedisErrand& errand = *run.errand;
    bool usable = errand.replies.ok();
    if (!errand.script.empty() && KnowsNoScript(errand.replies)) {
      errand.replies = LoadAndRepeat(run, limits);
      usable = errand.replies.ok();
    }
    if (usable) {
      errand.pool->PutIdle(std::move(run.connection));
      continue;
    }
    if (!run.was_idle) continue;
    errand.pool->DropIdle();
    // The server has closed it since: that says nothing about the server there is now.
    if (CacheCauseOf(errand.replies.status()) == "CONNECT") again.push_back(&errand);
  }
  return again;
}

}  // namespace

RedisDeadline RedisTimeLimits::ConnectEnd() const {
  return std::min(end, SteadyClock::now() + connect);
}

RedisDeadline RedisTimeLimits::ExchangeEnd() const {
  return std::min(end, SteadyClock::now() + exchange);
}

std::unique_ptr<RedisConnection> RedisPool::TakeIdle() {
  MutexLock lock(mutex_);
  if (idle_.empty()) return nullptr;
  std::unique_ptr<RedisConnection> connection = std::move(idle_.back());
  idle_.pop_back();
  return connection;
}

absl::StatusOr<std::unique_ptr<RedisConnection>> RedisPool::Connect(RedisDeadline deadline) const {
  return RedisConnection::Connect(endpoint_, access_, deadline);
}

void RedisPool::PutIdle(std::unique_ptr<RedisConnection> connection) {
  MutexLock lock(mutex_);
  if (idle_.size() < max_idle_) idle_.push_back(std::move(connection));
}

void RedisPool::DropIdle() {
  std::vector<std::unique_ptr<RedisConnection>> dropped;
  MutexLock lock(mutex_);
  dropped.swap(idle_);
}

void RunErrands(std::vector<RedisErrand>& errands, const RedisTimeLimits& limits) {
  std::vector<Run> runs;
  for (RedisErrand& errand : errands) {
    if (auto idle = errand.pool->TakeIdle(); idle != nullptr) {
      runs.push_back({&errand, std::move(idle), true});
    } else {
      Connect(errand, limits, runs);
    }
  }
  Exchange(runs, limits);
  const std::vector<RedisErrand*> again = Settle(runs, limits);
  if (again.empty()) return;
  std::vector<Run> second;
  for (RedisErrand* errand : again) Connect(*errand, limits, second);
  Exchange(second, limits);
  Settle(second, limits);
}

}  // namespace kpisuite
