#include "services/evaluation/watch_hub.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "libs/base/error.h"

namespace kpisuite {
namespace {

// A clock that is further ahead is wrong: nobody waits for its time.
constexpr absl::Duration kMostSkew = absl::Seconds(5);

// So many keys are listed for a watch before it sends them.
constexpr size_t kListAtOnce = 1000;

// KPI, window, slice and, in the key of a state, period.
std::vector<absl::string_view> PartsOf(absl::string_view key) { return absl::StrSplit(key, '\n'); }

}  // namespace

StateWatch::StateWatch(StateFilter filter, const WatchToken& resumed_from, size_t max_pending,
                       WatchHub& hub, std::function<void()> wake)
    : filter_(std::move(filter)),
      resumed_from_(resumed_from),
      max_pending_(max_pending),
      hub_(hub),
      wake_(std::move(wake)) {}

void StateWatch::Begin(uint64_t process, int64_t update_no) {
  MutexLock lock(mutex_);
  process_ = process;
  seen_no_ = update_no;
  begun_ = true;
  listing_ = true;
}

void StateWatch::AddListed(std::vector<std::string> keys, bool all) {
  MutexLock lock(mutex_);
  listed_.insert(listed_.end(), std::make_move_iterator(keys.begin()),
                 std::make_move_iterator(keys.end()));
  listed_all_ = all;
  listing_ = false;
  idle_ = false;
}

bool StateWatch::Offer(const ShownState& shown) {
  MutexLock lock(mutex_);
  seen_no_ = std::max(seen_no_, shown.update_no);
  if (overflow_) return false;
  std::string key = shown.id.Key();
  Pending& pending = pending_[key];
  if (pending.state == nullptr) {
    pending.first_no = shown.update_no;
    order_.emplace(shown.update_no, std::move(key));
  }
  pending.state = shown.state;
  if (pending_.size() > max_pending_) {
    overflow_ = true;
    sent_no_ = SentNo();
    pending_.clear();
    order_.clear();
    listed_.clear();
  }
  return std::exchange(idle_, false);
}

int64_t StateWatch::SentNo() const {
  if (overflow_) return sent_no_;
  return order_.empty() ? seen_no_ : order_.begin()->first - 1;
}

std::string StateWatch::TokenLocked() const {
  WatchToken token = resumed_from_;
  if (in_sync_) {
    token.process = process_;
    token.update_no = SentNo();
  }
  token.shown_by = std::max(token.shown_by, hub_.ShownBy());
  return token.ToString();
}

std::string StateWatch::ResumeToken() const {
  MutexLock lock(mutex_);
  return TokenLocked();
}

absl::StatusOr<std::optional<WatchItem>> StateWatch::Next(const StateBoard& board) {
  MutexLock lock(mutex_);
  if (overflow_) {
    return MakeError(absl::StatusCode::kResourceExhausted, "SLOW_CONSUMER",
                     absl::StrCat("more than ", max_pending_,
                                  " changed states waited for the reader; resume from the token"),
                     {{"max_pending", absl::StrCat(max_pending_)}});
  }
  while (!listed_.empty()) {
    const std::string key = std::move(listed_.front());
    listed_.pop_front();
    const std::optional<BoardState> shown = board.Find(key);
    if (!shown.has_value() || !filter_.MatchesStatus(shown->status)) continue;
    return WatchItem{.state = shown->state, .resume_token = TokenLocked()};
  }
  if (begun_ && !listed_all_) {
    if (!std::exchange(listing_, true)) hub_.List(shared_from_this());
    idle_ = true;
    return std::nullopt;
  }
  if (begun_ && !in_sync_) {
    in_sync_ = true;
    return WatchItem{.resume_token = TokenLocked(), .in_sync = true};
  }
  if (!in_sync_ || order_.empty()) {
    idle_ = true;
    return std::nullopt;
  }
  const auto pending = pending_.find(order_.begin()->second);
  WatchItem item{.state = std::move(pending->second.state)};
  pending_.erase(pending);
  order_.erase(order_.begin());
  item.resume_token = TokenLocked();
  return item;
}

WatchHub::WatchHub(const StateBoard& board, const KpiDirectory& kpis, const Clock& clock,
                   const WatchHubOptions& options)
    : board_(board), kpis_(kpis), clock_(clock), options_(options) {
  thread_ = std::thread([this] { RunThread(); });
  listing_thread_ = std::thread([this] { RunListing(); });
}

WatchHub::~WatchHub() {
  {
    MutexLock lock(mutex_);
    stopping_ = true;
    changed_.NotifyAll();
    to_list_changed_.NotifyAll();
  }
  thread_.join();
  listing_thread_.join();
}

std::shared_ptr<StateWatch> WatchHub::Open(StateFilter filter, absl::string_view resume_token,
                                           std::function<void()> wake) {
  auto watch = std::make_shared<StateWatch>(
      std::move(filter), resume_token.empty() ? WatchToken() : WatchToken::Parse(resume_token),
      options_.max_pending, *this, std::move(wake));
  MutexLock lock(mutex_);
  jobs_.push_back({.opened = watch});
  changed_.NotifyAll();
  return watch;
}

absl::Time WatchHub::ShownElsewhereBy(absl::string_view resume_token) const {
  if (resume_token.empty()) return absl::UnixEpoch();
  const WatchToken token = WatchToken::Parse(resume_token);
  return token.process == options_.process ? absl::UnixEpoch() : token.shown_by;
}

void WatchHub::RaiseShownBy(absl::Time time) {
  const absl::Time believed = std::min(time, clock_.Now() + kMostSkew);
  MutexLock lock(shown_by_mutex_);
  shown_by_ = std::max(shown_by_, believed);
}

absl::Time WatchHub::ShownBy() const {
  MutexLock lock(shown_by_mutex_);
  return std::max(shown_by_, clock_.Now());
}

void WatchHub::Publish(ShownStates states) {
  MutexLock lock(mutex_);
  // Those who come do not count: their number is not the engine's doing.
  while (queued_batches_ >= options_.max_queued_batches && !stopping_) changed_.Wait(mutex_);
  ++queued_batches_;
  jobs_.push_back({.states = std::move(states)});
  changed_.NotifyAll();
}

void WatchHub::RunThread() {
  while (true) {
    Job job;
    {
      MutexLock lock(mutex_);
      while (jobs_.empty() && !stopping_) changed_.Wait(mutex_);
      if (stopping_) return;
      job = std::move(jobs_.front());
      jobs_.pop_front();
      if (job.states != nullptr) --queued_batches_;
      changed_.NotifyAll();
    }
    if (job.opened != nullptr) {
      Begin(job.opened);
    } else {
      Distribute(*job.states);
    }
  }
}

void WatchHub::List(std::weak_ptr<StateWatch> watch) {
  MutexLock lock(mutex_);
  to_list_.push_back(std::move(watch));
  to_list_changed_.NotifyAll();
}

void WatchHub::RunListing() {
  while (true) {
    std::weak_ptr<StateWatch> next;
    {
      MutexLock lock(mutex_);
      while (to_list_.empty() && !stopping_) to_list_changed_.Wait(mutex_);
      if (stopping_) return;
      next = std::move(to_list_.front());
      to_list_.pop_front();
    }
    const std::shared_ptr<StateWatch> watch = next.lock();
    if (watch == nullptr) continue;
    std::vector<std::string> keys;
    while (keys.size() < kListAtOnce && watch->next_shard_ < StateBoard::kShards) {
      std::vector<std::string> more = KeysOfShard(*watch, watch->next_shard_++);
      std::move(more.begin(), more.end(), std::back_inserter(keys));
    }
    watch->AddListed(std::move(keys), watch->next_shard_ == StateBoard::kShards);
    watch->wake_();
  }
}

void WatchHub::Distribute(const std::vector<ShownState>& states) {
  std::vector<std::shared_ptr<StateWatch>> woken;
  size_t watchers = 0;
  for (auto& [workspace, watches] : watches_) {
    std::erase_if(watches, [&](const std::weak_ptr<StateWatch>& weak) {
      const std::shared_ptr<StateWatch> watch = weak.lock();
      if (watch == nullptr) return true;
      ++watchers;
      bool was_idle = false;
      for (const ShownState& shown : states) {
        if (shown.kpi == nullptr || shown.state == nullptr) continue;
        const StateFilter& filter = watch->filter_;
        if (!filter.MatchesKpi(shown.kpi->kpi()) || !filter.MatchesStatus(shown.status) ||
            !filter.MatchesSeries(shown.id.kpi, shown.id.window, shown.id.slice)) {
          continue;
        }
        was_idle = watch->Offer(shown) || was_idle;
      }
      if (was_idle) woken.push_back(watch);
      return false;
    });
  }
  if (!states.empty()) distributed_no_ = states.back().update_no;
  watcher_count_.store(watchers, std::memory_order_relaxed);
  for (const std::shared_ptr<StateWatch>& watch : woken) watch->wake_();
}

void WatchHub::Begin(const std::shared_ptr<StateWatch>& watch) {
  // What is distributed from now on reaches the watch; everything before is on the board.
  watches_[watch->filter_.workspace()].push_back(watch);
  watcher_count_.fetch_add(1, std::memory_order_relaxed);
  watch->Begin(options_.process, distributed_no_);
  List(watch);
}

std::vector<std::string> WatchHub::KeysOfShard(const StateWatch& watch, size_t shard) const {
  const WatchToken& from = watch.resumed_from_;
  if (from.process == 0) return CurrentKeys(watch.filter_, shard);
  // What changed since a token of another process is not known: everything may have.
  return KeysSince(watch.filter_, from.process == options_.process ? from.update_no : 0, shard);
}

std::vector<std::string> WatchHub::CurrentKeys(const StateFilter& filter, size_t shard) const {
  std::vector<std::pair<std::string, std::string>> latest;  // series, period
  board_.VisitSeries(shard, [&](absl::string_view series, absl::string_view period) {
    const std::vector<absl::string_view> parts = PartsOf(series);
    if (filter.MatchesSeries(parts[0], parts[1], parts[2])) latest.emplace_back(series, period);
  });
  std::sort(latest.begin(), latest.end());
  std::vector<std::string> keys;
  std::shared_ptr<const KpiInfo> kpi;
  for (const auto& [series, period] : latest) {
    const std::vector<absl::string_view> parts = PartsOf(series);
    if (kpi == nullptr || kpi->name() != parts[0]) kpi = kpis_.Find(parts[0]);
    if (kpi == nullptr || !filter.MatchesKpi(kpi->kpi())) continue;
    const std::optional<size_t> window = kpi->WindowIndex(parts[1]);
    if (!window.has_value()) continue;
    keys.push_back(StateKeyOf(series, period));
    const std::shared_ptr<const Period> current = kpi->Current(*window, clock_.Now());
    if (current->id != period) keys.push_back(StateKeyOf(series, current->id));
  }
  return keys;
}

std::vector<std::string> WatchHub::KeysSince(const StateFilter& filter, int64_t update_no,
                                             size_t shard) const {
  std::vector<std::pair<int64_t, std::string>> changed;
  board_.VisitStates(shard, [&](absl::string_view key, const BoardState& state) {
    if (state.update_no <= update_no) return;
    const std::vector<absl::string_view> parts = PartsOf(key);
    if (filter.MatchesSeries(parts[0], parts[1], parts[2])) {
      changed.emplace_back(state.update_no, key);
    }
  });
  std::sort(changed.begin(), changed.end());
  std::vector<std::string> keys;
  for (auto& [number, key] : changed) {
    const std::shared_ptr<const KpiInfo> kpi = kpis_.Find(PartsOf(key)[0]);
    if (kpi != nullptr && filter.MatchesKpi(kpi->kpi())) keys.push_back(std::move(key));
  }
  return keys;
}

}  // namespace kpisuite
