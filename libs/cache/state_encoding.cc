#include "libs/cache/state_encoding.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "libs/base/hash.h"
#include "libs/base/status_macros.h"

namespace kpisuite {
namespace {

constexpr uint64_t kMaxTenDigits = 9'999'999'999;
constexpr int64_t kMaxAsOfMs = 9'999'999'999'999;
// A longer key is stored under its hash.
constexpr size_t kMaxKeyBytes = 512;

void AppendDigits(uint64_t number, size_t width, std::string& text) {
  text.append(width, '0');
  for (size_t end = text.size(); number > 0; number /= 10) {
    text[--end] = static_cast<char>('0' + number % 10);
  }
}

std::string PartitionTag(int partition) {
  std::string tag = "{p";
  AppendDigits(static_cast<uint64_t>(partition), 4, tag);
  tag += '}';
  return tag;
}

// Reads numbers of fixed width from the front of a text.
class DigitReader {
 public:
  explicit DigitReader(absl::string_view text) : rest_(text) {}

  uint64_t Next(size_t width) {
    const absl::string_view digits = rest_.substr(0, width);
    rest_.remove_prefix(digits.size());
    uint64_t number = 0;
    ok_ = ok_ && digits.size() == width &&
          std::all_of(digits.begin(), digits.end(), absl::ascii_isdigit) &&
          absl::SimpleAtoi(digits, &number);
    return number;
  }

  bool ok() const { return ok_; }
  absl::string_view rest() const { return rest_; }

 private:
  absl::string_view rest_;
  bool ok_ = true;
};

absl::Status Outside(absl::string_view what) {
  return MakeError(absl::StatusCode::kInternal, "INTERNAL",
                   absl::StrCat("a cache entry is outside its limits: ", what));
}

absl::Status CheckPartition(int partition) {
  if (partition >= 0 && partition <= kMaxCachePartition) return absl::OkStatus();
  return Outside("partition");
}

absl::Status CheckKey(absl::string_view key) {
  if (!key.empty()) return absl::OkStatus();
  return Outside("key");
}

}  // namespace

std::string FrontierKey(int partition) { return absl::StrCat(PartitionTag(partition), ":f"); }

std::string LinkKey(int partition) { return absl::StrCat(PartitionTag(partition), ":l"); }

std::string StateKey(int partition, absl::string_view key) {
  if (key.size() <= kMaxKeyBytes) return absl::StrCat(PartitionTag(partition), ":s:", key);
  return absl::StrCat(PartitionTag(partition), ":h:", absl::BytesToHexString(Sha256(key)));
}

std::string EncodeFence(const Fence& fence) {
  std::string text;
  text.reserve(kFenceDigits);
  AppendDigits(fence.incarnation, 10, text);
  AppendDigits(fence.epoch, 20, text);
  return text;
}

std::string EncodeLink(const Fence& fence, uint64_t number) {
  std::string text = EncodeFence(fence);
  AppendDigits(number, 20, text);
  return text;
}

std::string EncodeFrontier(const Frontier& frontier) {
  std::string text = EncodeFence(frontier.fence);
  AppendDigits(frontier.seq, 20, text);
  AppendDigits(static_cast<uint64_t>(absl::ToUnixMillis(frontier.as_of)), 13, text);
  return text;
}

std::string EncodeState(const StateVersion& version, absl::string_view payload) {
  std::string text;
  text.reserve(kVersionDigits + payload.size());
  AppendDigits(version.incarnation, 10, text);
  AppendDigits(version.definition, 10, text);
  AppendDigits(version.seq, 20, text);
  AppendDigits(version.tick, 20, text);
  text.append(payload.data(), payload.size());
  return text;
}

std::optional<Frontier> DecodeFrontier(absl::string_view text) {
  DigitReader reader(text);
  Frontier frontier;
  frontier.fence.incarnation = reader.Next(10);
  frontier.fence.epoch = reader.Next(20);
  frontier.seq = reader.Next(20);
  frontier.as_of = absl::FromUnixMillis(static_cast<int64_t>(reader.Next(13)));
  if (!reader.ok() || !reader.rest().empty()) return std::nullopt;
  return frontier;
}

std::optional<CachedState> DecodeState(absl::string_view text) {
  DigitReader reader(text);
  CachedState state;
  state.version.incarnation = reader.Next(10);
  state.version.definition = reader.Next(10);
  state.version.seq = reader.Next(20);
  state.version.tick = reader.Next(20);
  if (!reader.ok()) return std::nullopt;
  state.payload = std::string(reader.rest());
  return state;
}

absl::Status CheckPublication(const Publication& publication) {
  RETURN_IF_ERROR(CheckPartition(publication.partition));
  if (publication.frontier.fence.incarnation > kMaxTenDigits) return Outside("incarnation");
  const int64_t as_of_ms = absl::ToUnixMillis(publication.frontier.as_of);
  if (as_of_ms < 0 || as_of_ms > kMaxAsOfMs) return Outside("as_of");
  for (const StateUpdate& update : publication.updates) {
    RETURN_IF_ERROR(CheckKey(update.key));
    if (update.version.incarnation > kMaxTenDigits) return Outside("version.incarnation");
    if (update.version.definition > kMaxTenDigits) return Outside("version.definition");
    if (update.payload == nullptr) return Outside("payload");
  }
  return absl::OkStatus();
}

absl::Status CheckReads(const std::vector<PartitionRead>& partitions) {
  for (const PartitionRead& read : partitions) {
    RETURN_IF_ERROR(CheckPartition(read.partition));
    for (const std::string& key : read.keys) RETURN_IF_ERROR(CheckKey(key));
  }
  return absl::OkStatus();
}

absl::Status CacheUnavailable(absl::string_view cause, absl::string_view message) {
  return MakeError(absl::StatusCode::kUnavailable, "CACHE_UNAVAILABLE", message,
                   {{"cause", std::string(cause)}});
}

std::string CacheCauseOf(const absl::Status& status) {
  ErrorDetails details = GetErrorDetails(status);
  if (!absl::IsUnavailable(status) || details.reason != "CACHE_UNAVAILABLE") return "";
  return details.metadata["cause"];
}

absl::Status OfOneServer(absl::Status status) {
  ErrorDetails details = GetErrorDetails(status);
  details.metadata["scope"] = "SERVER";
  return WithErrorDetails(std::move(status), details);
}

bool IsOfOneServer(const absl::Status& status) {
  ErrorDetails details = GetErrorDetails(status);
  return details.metadata["scope"] == "SERVER";
}

absl::Status CacheRests() {
  return CacheUnavailable("CIRCUIT_OPEN", "the cache has failed and is given a rest");
}

}  // namespace kpisuite
