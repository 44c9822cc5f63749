#include "services/evaluation/state_feed.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/error.h"

namespace kpisuite {
namespace {

constexpr size_t kMaxQueuedBytes = size_t{64} << 20;
// A follower begins with another partition only while less waits.
constexpr size_t kRoomToBegin = size_t{4} << 20;
constexpr size_t kMaxMessageBytes = size_t{1} << 20;
constexpr size_t kMaxPieceBytes = size_t{256} << 10;
// How often a follower is told that nothing happened.
constexpr int64_t kTellEveryNanos = 200'000'000;

}  // namespace

absl::StatusOr<std::optional<replica::FollowStatesResponse>> StateFollower::Next(absl::Time now) {
  MutexLock lock(mutex_);
  if (overflow_) {
    return MakeError(absl::StatusCode::kResourceExhausted, "SLOW_CONSUMER",
                     absl::StrCat("more than ", kMaxQueuedBytes, " bytes waited for the follower"));
  }
  const bool tell = told_ns_ - sent_told_ns_ >= kTellEveryNanos;
  if (queue_.empty() && as_of_ns_ == 0 && !tell) return std::nullopt;
  replica::FollowStatesResponse response;
  response.set_sent_ns(absl::ToUnixNanos(now));
  response.set_definition_position(definition_position_);
  size_t bytes = 0;
  while (!queue_.empty() && bytes < kMaxMessageBytes) {
    Queued& next = queue_.front();
    bytes += next.bytes;
    bytes_ -= next.bytes;
    if (next.bounded) bounded_bytes_ -= next.bytes;
    *response.add_parts() = std::move(next.news);
    queue_.pop_front();
  }
  if (!queue_.empty()) return response;
  response.set_as_of_ns(std::exchange(as_of_ns_, 0));
  response.set_told_ns(told_ns_);
  sent_told_ns_ = told_ns_;
  return response;
}

void StateFollower::Push(replica::PartNews news, int64_t definition_position, bool bounded) {
  {
    MutexLock lock(mutex_);
    const size_t size = news.ByteSizeLong();
    overflow_ = overflow_ || (bounded && bounded_bytes_ + size > kMaxQueuedBytes);
    definition_position_ = std::max(definition_position_, definition_position);
    if (overflow_) {
      queue_.clear();
      bytes_ = 0;
      bounded_bytes_ = 0;
    } else {
      bytes_ += size;
      if (bounded) bounded_bytes_ += size;
      queue_.push_back({size, bounded, std::move(news)});
    }
  }
  wake_();
}

void StateFollower::PushAsOf(int64_t as_of_ns) {
  {
    MutexLock lock(mutex_);
    as_of_ns_ = as_of_ns;
  }
  wake_();
}

void StateFollower::PushTold(int64_t told_ns) {
  {
    MutexLock lock(mutex_);
    told_ns_ = std::max(told_ns_, told_ns);
    if (told_ns_ - sent_told_ns_ < kTellEveryNanos) return;
  }
  wake_();
}

size_t StateFollower::queued_bytes() const {
  MutexLock lock(mutex_);
  return bytes_;
}

std::shared_ptr<StateFollower> StateFeed::Open(std::function<void()> wake) {
  auto follower = std::make_shared<StateFollower>(std::move(wake));
  MutexLock lock(mutex_);
  opened_.push_back(follower);
  return follower;
}

void StateFeed::Collect() {
  MutexLock lock(mutex_);
  behind_ = behind_ || !opened_.empty();
  std::move(opened_.begin(), opened_.end(), std::back_inserter(followers_));
  opened_.clear();
}

void StateFeed::Prune() {
  std::erase_if(followers_, [](const auto& follower) { return follower.expired(); });
}

std::vector<replica::PartNews> StateFeed::NewsOf(int32_t part, int64_t epoch,
                                                 const std::vector<ChangedState>& states) const {
  std::vector<replica::PartNews> pieces;
  size_t bytes = kMaxPieceBytes;
  for (const ChangedState& changed : states) {
    if (bytes >= kMaxPieceBytes) {
      pieces.emplace_back();
      bytes = 0;
    }
    replica::StateNews& state = *pieces.back().add_states();
    if (!changed.removed) bytes += changed.state->size();
    state.set_kpi(changed.id.kpi);
    state.set_window(changed.id.window);
    state.set_slice(changed.id.slice);
    state.set_period(changed.id.period);
    state.set_first_day(changed.first_day);
    state.set_status(changed.status);
    if (!changed.removed) state.set_state(*changed.state);
    const auto latest =
        board_.FindLatest(SeriesKey(changed.id.kpi, changed.id.window, changed.id.slice));
    if (!latest.has_value()) continue;
    state.set_latest_period(latest->period);
    state.set_latest_first_day(latest->first_day);
  }
  if (pieces.empty()) pieces.emplace_back();
  for (replica::PartNews& news : pieces) {
    news.set_part(part);
    news.set_epoch(epoch);
  }
  return pieces;
}

void StateFeed::Publish(int32_t part, const std::vector<ChangedState>& changed,
                        int64_t definition_position) {
  if (changed.empty()) return;
  for (const auto& weak : followers_) {
    const auto follower = weak.lock();
    if (follower == nullptr) continue;
    const auto begun = follower->begun_.find(part);
    if (begun == follower->begun_.end()) continue;
    for (replica::PartNews& news : NewsOf(part, begun->second, changed)) {
      follower->Push(std::move(news), definition_position, true);
    }
  }
}

void StateFeed::End(int32_t part) {
  for (const auto& weak : followers_) {
    const auto follower = weak.lock();
    if (follower == nullptr) continue;
    const auto begun = follower->begun_.find(part);
    if (begun == follower->begun_.end()) continue;
    replica::PartNews gone;
    gone.set_part(part);
    gone.set_epoch(begun->second);
    gone.set_gone(true);
    follower->begun_.erase(begun);
    follower->Push(std::move(gone), 0, true);
  }
}

void StateFeed::Advance(const LivePartitions& live) {
  Collect();
  if (!behind_) return;
  Prune();
  behind_ = false;
  for (const auto& weak : followers_) {
    const auto follower = weak.lock();
    if (follower == nullptr) continue;
    for (const LivePartitions::Part& part : live.parts()) {
      if (part.engine == nullptr || !positions_.ready(part.engine->part())) continue;
      const int32_t number = part.engine->part();
      if (follower->begun_.contains(number)) continue;
      if (follower->queued_bytes() >= kRoomToBegin) {
        behind_ = true;
        break;
      }
      std::vector<replica::PartNews> all = NewsOf(number, part.epoch, part.engine->Snapshot());
      all.front().set_begins(true);
      all.back().set_in_sync(true);
      follower->begun_[number] = part.epoch;
      for (replica::PartNews& news : all) {
        follower->Push(std::move(news), live.catalog().position(), false);
      }
    }
  }
}

void StateFeed::AsOf(absl::Time as_of) {
  for (const auto& weak : followers_) {
    if (const auto follower = weak.lock()) follower->PushAsOf(absl::ToUnixNanos(as_of));
  }
}

void StateFeed::Told(absl::Time time) {
  for (const auto& weak : followers_) {
    if (const auto follower = weak.lock()) follower->PushTold(absl::ToUnixNanos(time));
  }
}

}  // namespace kpisuite
