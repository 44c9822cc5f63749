#include "services/evaluation/state_mirror.h"

#include <memory>
#include <optional>
#include <utility>

namespace kpisuite {

void StateMirror::Take(const std::string& peer, const replica::FollowStatesResponse& news,
                       const std::function<bool(int32_t part, int64_t epoch)>& owned) {
  hub_.RaiseShownBy(absl::FromUnixNanos(news.sent_ns()));
  std::vector<ShownState> shown;
  for (const replica::PartNews& part : news.parts()) {
    if (!owned(part.part(), part.epoch())) TakePart(peer, part, &shown);
  }
  if (!shown.empty()) {
    hub_.Publish(std::make_shared<const std::vector<ShownState>>(std::move(shown)));
  }
  if (news.as_of_ns() == 0 && news.told_ns() == 0) return;
  for (const auto& [part, followed] : followed_) {
    if (followed.peer != peer || !followed.in_sync) continue;
    if (news.told_ns() != 0) positions_.SetTold(part, absl::FromUnixNanos(news.told_ns()));
    if (news.as_of_ns() != 0) positions_.SetMirrored(part, absl::FromUnixNanos(news.as_of_ns()));
  }
}

void StateMirror::TakePart(const std::string& peer, const replica::PartNews& news,
                           std::vector<ShownState>* shown) {
  if (news.part() < 0 || news.part() >= positions_.partitions()) return;
  auto found = followed_.find(news.part());
  if (news.begins()) {
    if (found != followed_.end() && found->second.epoch > news.epoch()) return;
    positions_.SetMirrored(news.part(), std::nullopt);
    positions_.SetTold(news.part(), absl::UnixEpoch());
    found = followed_.insert_or_assign(news.part(), Followed{peer, news.epoch()}).first;
  }
  if (found == followed_.end()) return;
  Followed& followed = found->second;
  if (followed.peer != peer || followed.epoch != news.epoch()) return;
  for (const replica::StateNews& state : news.states()) {
    TakeState(state, news.part(), followed, shown);
  }
  if (news.in_sync() && !followed.in_sync) {
    followed.in_sync = true;
    positions_.SetMirrored(news.part(), absl::UnixEpoch());
    board_.RetainOfPart(news.part(), followed.keys);
    followed.keys.clear();
  }
  if (news.gone()) Forget(news.part());
}

void StateMirror::TakeState(const replica::StateNews& news, int32_t part, Followed& followed,
                            std::vector<ShownState>* shown) {
  ChangedState changed{.id = {news.kpi(), news.window(), news.slice(), news.period()},
                       .first_day = news.first_day(),
                       .removed = news.state().empty(),
                       .status = static_cast<v1::Status>(news.status())};
  const std::string series = SeriesKey(news.kpi(), news.window(), news.slice());
  const std::string key = StateKeyOf(series, news.period());
  bool latest_lost = false;  // the owner tells the latest
  if (changed.removed) {
    board_.Remove(changed, &latest_lost);
  } else {
    if (!followed.in_sync) followed.keys.insert(key);
    const std::optional<BoardState> known = board_.Find(key);
    if (!known.has_value() || *known->state != news.state()) {
      changed.state = std::make_shared<const std::string>(news.state());
      const int64_t update_no = board_.Put(changed, part, &latest_lost);
      shown->push_back(
          {changed.id, update_no, changed.status, changed.state, directory_.Find(changed.id.kpi)});
    }
  }
  board_.SetLatest(series,
                   news.latest_period().empty() ? std::nullopt
                                                : std::optional<std::string>(news.latest_period()),
                   news.latest_first_day());
}

void StateMirror::Lose(const std::string& peer) {
  std::erase_if(followed_, [&](const auto& entry) {
    if (entry.second.peer != peer) return false;
    positions_.SetMirrored(entry.first, std::nullopt);
    return true;
  });
}

int64_t StateMirror::EpochOf(int32_t part) const {
  const auto found = followed_.find(part);
  return found == followed_.end() ? 0 : found->second.epoch;
}

void StateMirror::Forget(int32_t part) {
  followed_.erase(part);
  positions_.SetMirrored(part, std::nullopt);
}

}  // namespace kpisuite
