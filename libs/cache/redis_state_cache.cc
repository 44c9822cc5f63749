#include "libs/cache/redis_state_cache.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "libs/base/blocking.h"
#include "libs/base/error.h"
#include "libs/base/log.h"
#include "libs/base/status_macros.h"
#include "libs/cache/state_encoding.h"

namespace kpisuite {
namespace {

using SteadyClock = std::chrono::steady_clock;

// One call holds the server up for well under a millisecond.
constexpr size_t kStatesPerCall = 50;
constexpr size_t kStatesPerRoundTrip = 1000;

// KEYS[1] frontier, KEYS[2..] states; ARGV[1] fence, [2] expiry in ms, [3] frontier, [4] what to do
// with it (0 keep, 1 advance, 2 establish), [3+i] version and payload of KEYS[i].
// Answers {stored, whether the frontier was there}; stored -1: fenced.
constexpr absl::string_view kPublishScript = R"lua(
local f = redis.call('GET', KEYS[1])
if f and ARGV[1] < string.sub(f, 1, 30) then return {-1, 1} end
local n = 0
for i = 2, #KEYS do
  local v = ARGV[3 + i]
  local new = string.sub(v, 1, 60)
  local old = redis.call('GETRANGE', KEYS[i], 0, 59)
  if old == '' or new > old then
    redis.call('SET', KEYS[i], v, 'PX', ARGV[2])
    n = n + 1
  elseif new == old then
    redis.call('PEXPIRE', KEYS[i], ARGV[2])
  end
end
if (f and ARGV[4] ~= '0' and ARGV[3] > f) or (not f and ARGV[4] == '2') then
  redis.call('SET', KEYS[1], ARGV[3], 'PX', ARGV[2])
end
return {n, f and 1 or 0}
)lua";

absl::string_view ModeText(FrontierWrite frontier_write) {
  switch (frontier_write) {
    case FrontierWrite::kKeep: return "0";
    case FrontierWrite::kAdvance: return "1";
    case FrontierWrite::kEstablish: return "2";
  }
  return "0";
}

RedisCommand ViewsOf(const std::vector<std::string>& words) {
  return RedisCommand(words.begin(), words.end());
}

bool IsError(const redisReply& reply, absl::string_view prefix) {
  return reply.type == REDIS_REPLY_ERROR &&
         absl::StartsWith(absl::string_view(reply.str, reply.len), prefix);
}

absl::Status Garbled() {
  return CacheUnavailable("GARBLED", "the cache does not answer like a Redis");
}

std::string CauseOf(const absl::Status& status) {
  ErrorDetails details = GetErrorDetails(status);
  return details.metadata["cause"];
}

// Adds the answer of one script call to `result`.
absl::Status AddAnswer(const redisReply& reply, PublishResult& result) {
  if (reply.type == REDIS_REPLY_ERROR) return RedisError(reply);
  if (reply.type != REDIS_REPLY_ARRAY || reply.elements != 2) return Garbled();
  const long long stored = reply.element[0]->integer;
  if (stored < 0) {
    result.fenced = true;
  } else {
    result.stored += static_cast<size_t>(stored);
  }
  if (reply.element[1]->integer == 0) result.frontier_missing = true;
  return absl::OkStatus();
}

absl::StatusOr<PartitionStates> StatesOf(const redisReply& reply, const PartitionRead& read) {
  if (reply.type == REDIS_REPLY_ERROR) return RedisError(reply);
  if (reply.type != REDIS_REPLY_ARRAY || reply.elements != read.keys.size() + 1) return Garbled();
  PartitionStates states;
  const redisReply& frontier = *reply.element[0];
  if (frontier.type == REDIS_REPLY_STRING) {
    states.frontier = DecodeFrontier(absl::string_view(frontier.str, frontier.len));
    if (!states.frontier) {
      LogWarning("redis key holds no frontier", {{"key", FrontierKey(read.partition)}});
    }
  }
  states.states.resize(read.keys.size());
  for (size_t i = 0; i < read.keys.size(); ++i) {
    const redisReply& value = *reply.element[i + 1];
    if (value.type != REDIS_REPLY_STRING) continue;
    states.states[i] = DecodeState(absl::string_view(value.str, value.len));
    if (!states.states[i]) {
      LogWarning("redis key holds no state", {{"key", StateKey(read.partition, read.keys[i])}});
    }
  }
  return states;
}

}  // namespace

RedisStateCache::RedisStateCache(const CacheAddress& address, const RedisStateCacheOptions& options)
    : address_(address),
      options_(options),
      breaker_(options.failures_to_open, absl::ToChronoMilliseconds(options.open_for)) {}

absl::StatusOr<PublishResult> RedisStateCache::Publish(const Publication& publication) {
  RETURN_IF_ERROR(CheckPublication(publication));
  // The frontier goes with the last call, and only after all states before are known to be stored.
  const size_t count = publication.updates.size();
  const size_t last = count == 0 ? 0 : (count - 1) / kStatesPerCall * kStatesPerCall;
  PublishResult total;
  for (size_t begin = 0; begin < last; begin += kStatesPerRoundTrip) {
    const size_t end = std::min(last, begin + kStatesPerRoundTrip);
    RETURN_IF_ERROR(PublishUpdates(publication, begin, end, FrontierWrite::kKeep, total));
    if (total.fenced) return total;
  }
  RETURN_IF_ERROR(PublishUpdates(publication, last, count, publication.frontier_write, total));
  return total;
}

absl::Status RedisStateCache::PublishUpdates(const Publication& publication, size_t begin,
                                             size_t end, FrontierWrite frontier_write,
                                             PublishResult& total) {
  ASSIGN_OR_RETURN(const std::string hash, ScriptHash());
  std::vector<std::vector<std::string>> calls;
  do {
    const size_t call_end = std::min(end, begin + kStatesPerCall);
    calls.push_back(ScriptCall(hash, publication, begin, call_end, frontier_write));
    begin = call_end;
  } while (begin < end);
  std::vector<RedisCommand> commands;
  for (const std::vector<std::string>& call : calls) commands.push_back(ViewsOf(call));
  ASSIGN_OR_RETURN(const Replies replies, RunScripts(commands));
  for (const RedisReply& reply : replies) RETURN_IF_ERROR(AddAnswer(*reply, total));
  return absl::OkStatus();
}

std::vector<std::string> RedisStateCache::ScriptCall(const std::string& hash,
                                                     const Publication& publication, size_t begin,
                                                     size_t end,
                                                     FrontierWrite frontier_write) const {
  std::vector<std::string> words = {"EVALSHA", hash, absl::StrCat(1 + end - begin),
                                    FrontierKey(publication.partition)};
  words.reserve(words.size() + 4 + 2 * (end - begin));
  for (size_t i = begin; i < end; ++i) {
    words.push_back(StateKey(publication.partition, publication.updates[i].key));
  }
  words.push_back(EncodeFence(publication.frontier.fence));
  words.push_back(absl::StrCat(absl::ToInt64Milliseconds(options_.expiry)));
  words.push_back(EncodeFrontier(publication.frontier));
  words.emplace_back(ModeText(frontier_write));
  for (size_t i = begin; i < end; ++i) {
    const StateUpdate& update = publication.updates[i];
    words.push_back(EncodeState(update.version, *update.payload));
  }
  return words;
}

absl::StatusOr<std::string> RedisStateCache::ScriptHash() {
  {
    MutexLock lock(mutex_);
    if (!script_hash_.empty()) return script_hash_;
  }
  return LoadScript();
}

absl::StatusOr<std::string> RedisStateCache::LoadScript() {
  ASSIGN_OR_RETURN(const Replies replies,
                   Run({{"SCRIPT", "LOAD", kPublishScript}}, options_.write_timeout));
  if (replies[0]->type == REDIS_REPLY_ERROR) return RedisError(*replies[0]);
  if (replies[0]->type != REDIS_REPLY_STRING) return Garbled();
  MutexLock lock(mutex_);
  script_hash_ = std::string(replies[0]->str, replies[0]->len);
  return script_hash_;
}

absl::StatusOr<RedisStateCache::Replies> RedisStateCache::RunScripts(
    const std::vector<RedisCommand>& commands) {
  ASSIGN_OR_RETURN(Replies replies, Run(commands, options_.write_timeout));
  const bool unknown = std::any_of(replies.begin(), replies.end(), [](const RedisReply& reply) {
    return IsError(*reply, "NOSCRIPT");
  });
  if (!unknown) return replies;
  // A restarted server. Sending everything again is harmless.
  RETURN_IF_ERROR(LoadScript().status());
  return Run(commands, options_.write_timeout);
}

absl::StatusOr<std::vector<PartitionStates>> RedisStateCache::Read(
    const std::vector<PartitionRead>& partitions) {
  RETURN_IF_ERROR(CheckReads(partitions));
  if (partitions.empty()) return std::vector<PartitionStates>();
  std::vector<std::vector<std::string>> calls;
  for (const PartitionRead& read : partitions) {
    std::vector<std::string>& words = calls.emplace_back();
    words = {"MGET", FrontierKey(read.partition)};
    for (const std::string& key : read.keys) words.push_back(StateKey(read.partition, key));
  }
  std::vector<RedisCommand> commands;
  for (const std::vector<std::string>& call : calls) commands.push_back(ViewsOf(call));
  ASSIGN_OR_RETURN(const Replies replies, Run(commands, options_.read_timeout));
  std::vector<PartitionStates> answer;
  for (size_t i = 0; i < partitions.size(); ++i) {
    ASSIGN_OR_RETURN(PartitionStates states, StatesOf(*replies[i], partitions[i]));
    answer.push_back(std::move(states));
  }
  return answer;
}

absl::Status RedisStateCache::Ping() {
  ASSIGN_OR_RETURN(const Replies replies, Run({{"PING"}}, options_.read_timeout));
  if (replies[0]->type == REDIS_REPLY_ERROR) return RedisError(*replies[0]);
  return absl::OkStatus();
}

std::string RedisStateCache::description() const { return address_.ToString(); }

absl::StatusOr<RedisStateCache::Replies> RedisStateCache::Run(
    const std::vector<RedisCommand>& commands, absl::Duration timeout) {
  CheckMayBlock("redis");
  if (!breaker_.Allow(SteadyClock::now())) {
    return CacheUnavailable("CIRCUIT_OPEN", "the cache has failed and is given a rest");
  }
  absl::StatusOr<Replies> replies = RunOnSomeConnection(commands, timeout);
  if (replies.ok()) {
    breaker_.Succeeded();
  } else {
    breaker_.Failed(SteadyClock::now());
  }
  return replies;
}

absl::StatusOr<RedisStateCache::Replies> RedisStateCache::RunOnSomeConnection(
    const std::vector<RedisCommand>& commands, absl::Duration timeout) {
  if (std::unique_ptr<RedisConnection> connection = TakeIdle(); connection != nullptr) {
    absl::StatusOr<Replies> replies =
        connection->Run(commands, SteadyClock::now() + absl::ToChronoNanoseconds(timeout));
    if (replies.ok()) {
      PutIdle(std::move(connection));
      return replies;
    }
    DropIdle();
    // The server has closed it since: that says nothing about the server there is now.
    if (CauseOf(replies.status()) != "CONNECT") return replies;
  }
  ASSIGN_OR_RETURN(
      std::unique_ptr<RedisConnection> connection,
      RedisConnection::Connect(
          address_, SteadyClock::now() + absl::ToChronoNanoseconds(options_.connect_timeout)));
  ASSIGN_OR_RETURN(
      Replies replies,
      connection->Run(commands, SteadyClock::now() + absl::ToChronoNanoseconds(timeout)));
  PutIdle(std::move(connection));
  return replies;
}

std::unique_ptr<RedisConnection> RedisStateCache::TakeIdle() {
  MutexLock lock(mutex_);
  if (idle_.empty()) return nullptr;
  std::unique_ptr<RedisConnection> connection = std::move(idle_.back());
  idle_.pop_back();
  return connection;
}

void RedisStateCache::PutIdle(std::unique_ptr<RedisConnection> connection) {
  MutexLock lock(mutex_);
  if (idle_.size() < options_.max_idle_connections) idle_.push_back(std::move(connection));
}

void RedisStateCache::DropIdle() {
  std::vector<std::unique_ptr<RedisConnection>> dropped;
  MutexLock lock(mutex_);
  dropped.swap(idle_);
}

}  // namespace kpisuite
