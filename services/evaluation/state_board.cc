#include "services/evaluation/state_board.h"

#include <utility>

#include "absl/hash/hash.h"
#include "absl/strings/str_cat.h"

namespace kpisuite {

std::string SeriesKey(absl::string_view kpi, absl::string_view window, absl::string_view slice) {
  return absl::StrCat(kpi, "\n", window, "\n", slice);
}

std::string StateKeyOf(absl::string_view series, absl::string_view period) {
  return absl::StrCat(series, "\n", period);
}

StateBoard::Shard& StateBoard::ShardOf(absl::string_view key) const {
  return shards_[absl::HashOf(key) % kShards];
}

std::optional<BoardState> StateBoard::Find(absl::string_view key) const {
  Shard& shard = ShardOf(key);
  MutexLock lock(shard.mutex);
  const auto it = shard.states.find(key);
  if (it == shard.states.end()) return std::nullopt;
  return it->second;
}

std::optional<StateBoard::LatestPeriod> StateBoard::FindLatest(absl::string_view series) const {
  Shard& shard = ShardOf(series);
  MutexLock lock(shard.mutex);
  const auto it = shard.latest.find(series);
  if (it == shard.latest.end()) return std::nullopt;
  return it->second;
}

std::optional<std::string> StateBoard::LatestWithData(absl::string_view series) const {
  std::optional<LatestPeriod> latest = FindLatest(series);
  if (!latest.has_value()) return std::nullopt;
  return std::move(latest->period);
}

int64_t StateBoard::Put(const ChangedState& changed, int32_t part, bool* latest_lost) {
  const std::string series = SeriesKey(changed.id.kpi, changed.id.window, changed.id.slice);
  const std::string key = StateKeyOf(series, changed.id.period);
  const int64_t update_no = last_update_no_.load(std::memory_order_relaxed) + 1;
  {
    Shard& shard = ShardOf(key);
    MutexLock lock(shard.mutex);
    BoardState& slot = shard.states[key];
    if (slot.state == nullptr) size_.fetch_add(1, std::memory_order_relaxed);
    slot = {changed.state, update_no, part, changed.status};
  }
  last_update_no_.store(update_no, std::memory_order_release);
  Shard& shard = ShardOf(series);
  MutexLock lock(shard.mutex);
  const auto latest = shard.latest.find(series);
  const bool newer = latest == shard.latest.end() || changed.first_day > latest->second.first_day;
  if (changed.has_rows && newer) {
    shard.latest[series] = {changed.id.period, changed.first_day};
  } else if (!changed.has_rows && !newer && latest->second.first_day == changed.first_day) {
    *latest_lost = true;
  }
  return update_no;
}

void StateBoard::Remove(const ChangedState& changed, bool* latest_lost) {
  const std::string series = SeriesKey(changed.id.kpi, changed.id.window, changed.id.slice);
  const std::string key = StateKeyOf(series, changed.id.period);
  {
    Shard& shard = ShardOf(key);
    MutexLock lock(shard.mutex);
    if (shard.states.erase(key) > 0) size_.fetch_sub(1, std::memory_order_relaxed);
  }
  Shard& shard = ShardOf(series);
  MutexLock lock(shard.mutex);
  const auto latest = shard.latest.find(series);
  if (latest != shard.latest.end() && latest->second.first_day == changed.first_day) {
    *latest_lost = true;
  }
}

void StateBoard::SetLatest(absl::string_view series, const std::optional<std::string>& period,
                           int32_t first_day) {
  Shard& shard = ShardOf(series);
  MutexLock lock(shard.mutex);
  if (period.has_value()) {
    shard.latest[std::string(series)] = {*period, first_day};
  } else {
    shard.latest.erase(series);
  }
}

void StateBoard::RetainOfPart(int32_t part, const absl::flat_hash_set<std::string>& keys) {
  for (Shard& shard : shards_) {
    MutexLock lock(shard.mutex);
    absl::erase_if(shard.states, [&](const auto& entry) {
      const bool gone = entry.second.part == part && !keys.contains(entry.first);
      if (gone) size_.fetch_sub(1, std::memory_order_relaxed);
      return gone;
    });
  }
}

void StateBoard::VisitStates(
    size_t shard, absl::FunctionRef<void(absl::string_view key, const BoardState&)> visit) const {
  MutexLock lock(shards_[shard].mutex);
  for (const auto& [key, state] : shards_[shard].states) visit(key, state);
}

void StateBoard::VisitSeries(
    size_t shard,
    absl::FunctionRef<void(absl::string_view series, absl::string_view period)> visit) const {
  MutexLock lock(shards_[shard].mutex);
  for (const auto& [series, latest] : shards_[shard].latest) visit(series, latest.period);
}

}  // namespace kpisuite
