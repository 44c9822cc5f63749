#include "libs/cache/redis_state_cache.h"

#include <openssl/evp.h>

#include <algorithm>
#include <chrono>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/blocking.h"
#include "libs/base/hash.h"
#include "libs/base/log.h"
#include "libs/base/status_macros.h"
#include "libs/cache/redis_slot.h"
#include "libs/cache/state_encoding.h"

namespace kpisuite {
namespace {

// One call holds the server up for well under a millisecond.
constexpr size_t kStatesPerCall = 50;
constexpr size_t kStatesPerRoundTrip = 1000;

// KEYS[1] frontier, [2] link, [3..] states; ARGV[1] fence, [2] expiry in ms, [3] frontier, [4] what
// to do with it (0 keep, 1 advance, 2 establish), [5] the new link, [6] and [7] between which the
// present link must be (or "": anything), [5+i] version and payload of KEYS[i].
// Answers {stored, whether the frontier was there, whether something was lost}; stored -1: fenced.
constexpr absl::string_view kPublishScript = R"lua(
local f = redis.call('GET', KEYS[1])
local l = redis.call('GET', KEYS[2])
if f and ARGV[1] < string.sub(f, 1, 30) or l and ARGV[1] < string.sub(l, 1, 30) then
  return {-1, f and 1 or 0, 0}
end
local lost = ARGV[6] ~= '' and (not l or l < ARGV[6] or l > ARGV[7])
redis.call('SET', KEYS[2], ARGV[5], 'PX', ARGV[2])
local n = 0
for i = 3, #KEYS do
  local v = ARGV[5 + i]
  local new = string.sub(v, 1, 60)
  local old = redis.call('GETRANGE', KEYS[i], 0, 59)
  if old == '' or new > old then
    redis.call('SET', KEYS[i], v, 'PX', ARGV[2])
    n = n + 1
  elseif new == old then
    redis.call('PEXPIRE', KEYS[i], ARGV[2])
  end
end
if not lost and ((f and ARGV[4] ~= '0' and ARGV[3] > f) or (not f and ARGV[4] == '2')) then
  redis.call('SET', KEYS[1], ARGV[3], 'PX', ARGV[2])
end
return {n, f and 1 or 0, lost and 1 or 0}
)lua";

absl::string_view ModeText(FrontierWrite frontier_write) {
  switch (frontier_write) {
    case FrontierWrite::kKeep: return "0";
    case FrontierWrite::kAdvance: return "1";
    case FrontierWrite::kEstablish: return "2";
  }
  return "0";
}

// Where the first key stands among the words of a command.
constexpr size_t kFirstKeyOfMget = 1;
constexpr size_t kFirstKeyOfScript = 3;

// Views of `calls`, whose keys are all of the slot of their first.
std::vector<RedisRequest> RequestsOf(const std::vector<std::vector<std::string>>& calls,
                                     size_t first_key) {
  std::vector<RedisRequest> requests;
  for (const std::vector<std::string>& words : calls) {
    requests.push_back({RedisCommand(words.begin(), words.end()), RedisSlotOf(words[first_key])});
  }
  return requests;
}

// What EVALSHA calls the script.
const std::string& ScriptHash() {
  static const std::string hash = [] {
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned int size = 0;
    EVP_Digest(kPublishScript.data(), kPublishScript.size(), digest, &size, EVP_sha1(), nullptr);
    return HexEncode(absl::string_view(reinterpret_cast<const char*>(digest), size));
  }();
  return hash;
}

// Adds the answer of one script call to `result`.
absl::Status AddAnswer(const redisReply& reply, PublishResult& result) {
  if (reply.type == REDIS_REPLY_ERROR) return RedisError(reply);
  if (reply.type != REDIS_REPLY_ARRAY || reply.elements != 3) return RedisGarbled();
  const long long stored = reply.element[0]->integer;
  if (stored < 0) {
    result.fenced = true;
  } else {
    result.stored += static_cast<size_t>(stored);
  }
  if (reply.element[1]->integer == 0) result.frontier_missing = true;
  if (reply.element[2]->integer != 0) result.lost = true;
  return absl::OkStatus();
}

absl::StatusOr<PartitionStates> StatesOf(const redisReply& reply, const PartitionRead& read) {
  if (reply.type == REDIS_REPLY_ERROR) return RedisError(reply);
  if (reply.type != REDIS_REPLY_ARRAY || reply.elements != read.keys.size() + 1)
    return RedisGarbled();
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
    : address_(address), options_(options), route_(OpenRedisRoute(address, options.route)) {}

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
  const FrontierWrite frontier_write =
      total.lost ? FrontierWrite::kKeep : publication.frontier_write;
  RETURN_IF_ERROR(PublishUpdates(publication, last, count, frontier_write, total));
  return total;
}

absl::Status RedisStateCache::PublishUpdates(const Publication& publication, size_t begin,
                                             size_t end, FrontierWrite frontier_write,
                                             PublishResult& total) {
  const size_t count = std::max<size_t>(1, (end - begin + kStatesPerCall - 1) / kStatesPerCall);
  const Fence& fence = publication.frontier.fence;
  const Links links = StartLinks(publication.partition, fence, count);
  std::vector<std::vector<std::string>> calls;
  for (size_t i = 0; i < count; ++i) {
    // After the first call of a round trip each must find the link of the one before.
    const uint64_t number = links.first + i;
    const std::string least = i > 0                 ? EncodeLink(fence, number - 1)
                              : links.confirmed > 0 ? EncodeLink(fence, links.confirmed)
                                                    : "";
    const size_t call_end = std::min(end, begin + kStatesPerCall);
    calls.push_back(ScriptCall(publication, begin, call_end, frontier_write,
                               {EncodeLink(fence, number), least, EncodeLink(fence, links.last)}));
    begin = call_end;
  }
  const RedisCall call = {RequestsOf(calls, kFirstKeyOfScript), kPublishScript};
  ASSIGN_OR_RETURN(const RedisReplies replies, Run(call, options_.write_timeout));
  for (const RedisReply& reply : replies) RETURN_IF_ERROR(AddAnswer(*reply, total));
  ConfirmLinks(publication.partition, fence, links.last);
  return absl::OkStatus();
}

RedisStateCache::Links RedisStateCache::StartLinks(int partition, const Fence& fence,
                                                   size_t count) {
  MutexLock lock(mutex_);
  Written& written = written_[partition];
  if (written.fence != fence) written = {fence};
  const uint64_t first = written.sent + 1;
  written.sent += count;
  return {written.confirmed, first, written.sent};
}

void RedisStateCache::ConfirmLinks(int partition, const Fence& fence, uint64_t last) {
  MutexLock lock(mutex_);
  Written& written = written_[partition];
  if (written.fence == fence) written.confirmed = std::max(written.confirmed, last);
}

std::vector<std::string> RedisStateCache::ScriptCall(const Publication& publication, size_t begin,
                                                     size_t end, FrontierWrite frontier_write,
                                                     const std::vector<std::string>& links) const {
  std::vector<std::string> words = {"EVALSHA", ScriptHash(), absl::StrCat(2 + end - begin),
                                    FrontierKey(publication.partition),
                                    LinkKey(publication.partition)};
  words.reserve(words.size() + 7 + 2 * (end - begin));
  for (size_t i = begin; i < end; ++i) {
    words.push_back(StateKey(publication.partition, publication.updates[i].key));
  }
  words.push_back(EncodeFence(publication.frontier.fence));
  words.push_back(absl::StrCat(absl::ToInt64Milliseconds(options_.expiry)));
  words.push_back(EncodeFrontier(publication.frontier));
  words.emplace_back(ModeText(frontier_write));
  words.insert(words.end(), links.begin(), links.end());
  for (size_t i = begin; i < end; ++i) {
    const StateUpdate& update = publication.updates[i];
    words.push_back(EncodeState(update.version, *update.payload));
  }
  return words;
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
  ASSIGN_OR_RETURN(const RedisReplies replies,
                   Run({RequestsOf(calls, kFirstKeyOfMget), ""}, options_.read_timeout));
  std::vector<PartitionStates> answer;
  for (size_t i = 0; i < partitions.size(); ++i) {
    ASSIGN_OR_RETURN(PartitionStates states, StatesOf(*replies[i], partitions[i]));
    answer.push_back(std::move(states));
  }
  return answer;
}

absl::Status RedisStateCache::Ping() {
  ASSIGN_OR_RETURN(const RedisReplies replies, Run({{{{"PING"}}}, ""}, options_.read_timeout));
  if (replies[0]->type == REDIS_REPLY_ERROR) return RedisError(*replies[0]);
  return absl::OkStatus();
}

std::string RedisStateCache::description() const { return address_.ToString(); }

absl::StatusOr<RedisReplies> RedisStateCache::Run(const RedisCall& call, absl::Duration timeout) {
  CheckMayBlock("redis");
  const std::chrono::nanoseconds connect = absl::ToChronoNanoseconds(options_.connect_timeout);
  const std::chrono::nanoseconds exchange = absl::ToChronoNanoseconds(timeout);
  return route_->Run(call,
                     {std::chrono::steady_clock::now() + connect + exchange, connect, exchange});
}

}  // namespace kpisuite
