#include "services/evaluation/evaluation_loop.h"

#include <algorithm>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "libs/base/log.h"

namespace kpisuite {
namespace {

constexpr int kMaxEvaluationsPerTick = 4000;
// A step that evaluated so many is followed by a pause, in which more changes gather.
constexpr int64_t kBusyEvaluations = 256;
constexpr absl::Duration kCoalescing = absl::Milliseconds(1);
constexpr absl::Duration kLongestWait = absl::Milliseconds(100);
constexpr absl::Duration kStoreRetry = absl::Milliseconds(500);
constexpr absl::Duration kLeaseRetry = absl::Milliseconds(50);
// After it a follower that was given much may have room again.
constexpr absl::Duration kFollowerRoom = absl::Milliseconds(5);

}  // namespace

EvaluationLoop::EvaluationLoop(const LoopOutputs& outputs, const Clock& clock,
                               const WorkQueueLimits& limits,
                               const CachePublisherOptions& cache_options)
    : out_(outputs),
      clock_(clock),
      queue_(limits),
      live_(outputs.log, outputs.directory),
      saver_(outputs.log, live_),
      feed_(outputs.board, outputs.positions),
      mirror_(outputs.board, outputs.positions, outputs.directory, outputs.hub),
      waiters_(outputs.positions),
      publisher_(outputs.cache, *this, cache_options) {
  out_.readiness.SetReady("state-log");
}

EvaluationLoop::~EvaluationLoop() { Stop(); }

void EvaluationLoop::Run(LoopRequests requests) {
  requests_ = std::move(requests);
  thread_ = std::thread([this] { RunThread(); });
}

void EvaluationLoop::Stop() {
  queue_.Stop();
  if (thread_.joinable()) thread_.join();
  publisher_.Shutdown();
}

void EvaluationLoop::RunThread() {
  while (true) {
    if (evaluated_ >= kBusyEvaluations) absl::SleepFor(kCoalescing);
    const WorkQueue::Taken taken = queue_.Take(WaitTime(), unstored_.empty());
    if (taken.stopped) break;
    for (const WorkQueue::Work& work : taken.feed) work();
    Step();
    feed_.Told(clock_.Now());
    for (const WorkQueue::Work& task : taken.tasks) task();
    waiters_.Advance(clock_.Now());
    stats_.waiters.store(static_cast<int64_t>(waiters_.size()), std::memory_order_relaxed);
  }
  waiters_.End(
      MakeError(absl::StatusCode::kUnavailable, "SHUTTING_DOWN", "the server is stopping"));
}

absl::Duration EvaluationLoop::WaitTime() const {
  if (unstored_.empty() && live_.HasWork()) return absl::ZeroDuration();
  absl::Time next = waiters_.NextDeadline();
  if (!unstored_.empty()) {
    next = std::min(next, retry_store_at_);
  } else {
    next = std::min(next, live_.NextWakeup());
    if (!to_begin_.empty()) next = std::min(next, begin_at_);
    if (feed_.behind()) next = std::min(next, clock_.Now() + kFollowerRoom);
    if (!ask_again_.empty()) next = std::min(next, ask_again_.begin()->first);
  }
  return std::clamp(next - clock_.Now(), absl::ZeroDuration(), kLongestWait);
}

void EvaluationLoop::Step() {
  const absl::Time now = clock_.Now();
  evaluated_ = 0;
  saver_.Retry(now);
  if (!live_.started()) return;
  BeginParts(now);
  if (unstored_.empty()) unstored_ = live_.Tick(now, kMaxEvaluationsPerTick);
  if (!KeepWhatIsHeld(now) || !Store(now)) return;
  const bool worked = !unstored_.empty();
  Show();
  unstored_.clear();
  AskLoads(now);
  if (!worked) return;
  CountEngines();
  stats_.steps.fetch_add(1, std::memory_order_relaxed);
  stats_.step_nanos.fetch_add(absl::ToInt64Nanoseconds(clock_.Now() - now),
                              std::memory_order_relaxed);
}

// A process that was halted may find that its lease is over: what it has evaluated is older, or
// newer, than what the next owner shows.
bool EvaluationLoop::KeepWhatIsHeld(absl::Time now) {
  if (unstored_.empty()) return true;
  if (!out_.ownership.holds()) {
    retry_store_at_ = now + kLeaseRetry;
    return false;
  }
  std::vector<int32_t> taken;
  for (const PartTick& tick : unstored_) {
    if (!out_.ownership.Holds({tick.part, tick.epoch})) taken.push_back(tick.part);
  }
  for (const int32_t part : taken) DropPart(part);
  return true;
}

bool EvaluationLoop::Store(absl::Time now) {
  std::vector<LoggedState> entries;
  std::vector<OwnedPart> writers;
  for (const PartTick& tick : unstored_) {
    if (tick.output.log.empty()) continue;
    entries.insert(entries.end(), tick.output.log.begin(), tick.output.log.end());
    writers.push_back({tick.part, tick.epoch});
  }
  if (entries.empty()) {
    NothingHeldBack();
    return true;
  }
  if (now < retry_store_at_) return false;
  const absl::StatusOr<std::vector<int32_t>> lost = out_.log.Append(entries, writers);
  if (!lost.ok()) {
    retry_store_at_ = now + kStoreRetry;
    stats_.log_failures.fetch_add(1, std::memory_order_relaxed);
    out_.readiness.SetNotReady("state-log", std::string(lost.status().message()));
    LogError("the state log cannot be written; states are held back",
             {{"entries", entries.size()}, {"status", lost.status()}});
    return false;
  }
  NothingHeldBack();
  stats_.logged.fetch_add(static_cast<int64_t>(entries.size()), std::memory_order_relaxed);
  for (const int32_t part : *lost) {
    stats_.fenced.fetch_add(1, std::memory_order_relaxed);
    DropPart(part);
  }
  return true;
}

void EvaluationLoop::NothingHeldBack() {
  if (retry_store_at_ == absl::InfinitePast()) return;
  retry_store_at_ = absl::InfinitePast();
  out_.readiness.SetReady("state-log");
}

// What was evaluated and not shown goes with it: whoever has taken the partition evaluates it too.
void EvaluationLoop::DropPart(int32_t part) {
  LivePartitions::Part& slot = live_.parts()[static_cast<size_t>(part)];
  if (slot.engine == nullptr) return;
  replaced_ += slot.engine->counters();
  live_.End(part);
  std::erase_if(unstored_, [part](const PartTick& tick) { return tick.part == part; });
  if (out_.positions.ready(part)) out_.positions.SetHeld(part, out_.health.as_of());
  out_.positions.SetOwned(part, false);
  publisher_.Forget(part);
  unpublished_.erase(part);
  feed_.End(part);
  stats_.owned.fetch_sub(1, std::memory_order_relaxed);
  stats_.dropped.fetch_add(1, std::memory_order_relaxed);
}

bool EvaluationLoop::Settled() const {
  return out_.ownership.complete() && out_.ownership.owned() == stats_.owned &&
         std::all_of(live_.parts().begin(), live_.parts().end(),
                     [](const auto& part) { return part.engine == nullptr || part.settled; });
}

void EvaluationLoop::Show() {
  std::vector<ShownState> shown;
  for (const PartTick& tick : unstored_) ShowPart(tick, &shown);
  evaluated_ = static_cast<int64_t>(shown.size());
  stats_.shown.fetch_add(evaluated_, std::memory_order_relaxed);
  if (!shown.empty()) {
    out_.hub.Publish(std::make_shared<const std::vector<ShownState>>(std::move(shown)));
  }
  feed_.Advance(live_);
  if (live_.HasWork()) return;
  CheckProof();
  if (last_commit_ != absl::InfinitePast()) {
    stats_.lag_nanos.store(absl::ToInt64Nanoseconds(clock_.Now() - last_commit_),
                           std::memory_order_relaxed);
    last_commit_ = absl::InfinitePast();
  }
  const bool worked = alive_ || !unstored_.empty();
  if (worked && feed_as_of_ != absl::InfinitePast() && Settled()) {
    out_.readiness.SetReady("measurement");
  }
  if (!alive_) return;
  alive_ = false;
  out_.health.FeedShown(feed_as_of_);
  if (out_.ownership.holds()) feed_.AsOf(feed_as_of_);
  PublishFrontiers();
}

bool EvaluationLoop::ShowsAllOf(const Proof& proof) const {
  return std::all_of(proof.heads.begin(), proof.heads.end(), [this](const auto& head) {
    if (to_begin_.contains(head.part())) return false;
    // What begins later shows only what it loads then.
    const LivePartitions::Part* const slot = live_.PartAt(head.part());
    if (slot == nullptr || slot->engine == nullptr) return true;
    // Nothing is shown before it has settled, and then all that was applied.
    const int64_t seq = slot->settled ? slot->engine->shown_seq() : slot->engine->seq();
    return seq >= head.last_seq();
  });
}

bool EvaluationLoop::BeginOtherLives(const Proof& proof) {
  bool found = false;
  for (const v1::PartitionHead& head : proof.heads) {
    const LivePartitions::Part* const slot = live_.PartAt(head.part());
    if (slot == nullptr || slot->engine == nullptr) continue;
    if (slot->engine->incarnation() == head.incarnation()) continue;
    LogWarning("measurement has another life of a partition",
               {{"part", head.part()}, {"incarnation", head.incarnation()}});
    requests_.restart(head.part());
    found = true;
  }
  return found;
}

void EvaluationLoop::CheckProof() {
  if (!proof_.has_value()) return;
  const bool obsolete = BeginOtherLives(*proof_);
  if (!obsolete && !ShowsAllOf(*proof_)) return;
  // What lies ahead was told before the clock was set back.
  const bool ahead = feed_as_of_ > clock_.Now() + kMaxClockDifference;
  if (!obsolete && (proof_->asked > feed_as_of_ || ahead)) {
    feed_as_of_ = proof_->asked;
    alive_ = true;
  }
  proof_.reset();
}

void EvaluationLoop::ShowPart(const PartTick& tick, std::vector<ShownState>* shown) {
  const LivePartitions::Part& part = live_.parts()[static_cast<size_t>(tick.part)];
  for (const ChangedState& changed : tick.output.updates) ShowState(changed, tick.part, shown);
  const bool settled = part.settled;
  if (settled && !out_.positions.ready(tick.part)) {
    Settle(tick.part);
  } else if (settled) {
    PublishToCache(tick.part, tick.output.updates, false);
  }
  // Until then readers are answered from elsewhere, which reflects no position.
  if (!settled) return;
  feed_.Publish(tick.part, tick.output.updates, live_.catalog().position());
  const bool defined = !part.engine->loading() && !part.engine->HasDirty();
  out_.positions.Set(
      tick.part, {part.engine->incarnation(), tick.output.evaluated_seq},
      defined ? part.engine->definition_position() : out_.positions.definition_position());
  if (!out_.positions.ready(tick.part)) feed_.Ready();
  out_.positions.SetReady(tick.part, true);
}

void EvaluationLoop::ShowState(const ChangedState& changed, int32_t part,
                               std::vector<ShownState>* shown) {
  bool latest_lost = false;
  if (changed.removed) {
    out_.board.Remove(changed, &latest_lost);
  } else {
    if (shown_info_ == nullptr || shown_kpi_ != changed.id.kpi) {
      shown_kpi_ = changed.id.kpi;
      shown_info_ = out_.directory.Find(changed.id.kpi);
    }
    const int64_t update_no = out_.board.Put(changed, part, &latest_lost);
    shown->push_back({changed.id, update_no, changed.status, changed.state, shown_info_});
  }
  if (latest_lost) FindLatest(changed.id);
}

void EvaluationLoop::FindLatest(const StateId& id) {
  const std::string series = SeriesKey(id.kpi, id.window, id.slice);
  const KpiRuntime* runtime = live_.Find(id.kpi).runtime;
  std::optional<size_t> window;
  if (runtime != nullptr) window = runtime->WindowIndex(id.window);
  std::optional<int32_t> first_day;
  if (window.has_value()) first_day = runtime->LatestOfAll(id.slice, *window);
  if (!first_day.has_value()) {
    out_.board.SetLatest(series, std::nullopt, 0);
    return;
  }
  const Period period =
      runtime->kpi().windows[*window].At(*runtime->kpi().calendar, DayOfNumber(*first_day));
  out_.board.SetLatest(series, period.id, *first_day);
}

// A partition has evaluated everything that it loaded: what an earlier engine of it left goes away.
void EvaluationLoop::Settle(int32_t part) {
  const std::vector<ChangedState> states =
      live_.parts()[static_cast<size_t>(part)].engine->Snapshot();
  absl::flat_hash_set<std::string> keys;
  keys.reserve(states.size());
  for (const ChangedState& state : states) keys.insert(state.id.Key());
  out_.board.RetainOfPart(part, keys);
  PublishToCache(part, states, true);
}

void EvaluationLoop::PublishToCache(int32_t part, const std::vector<ChangedState>& states,
                                    bool whole) {
  if (!out_.ownership.holds()) {
    publisher_.Forget(part);
    unpublished_.insert(part);
    return;
  }
  if (whole) unpublished_.erase(part);
  if (unpublished_.contains(part)) return;  // until its frontier, with all of it
  std::vector<StateUpdate> updates;
  updates.reserve(states.size());
  for (const ChangedState& state : states) {
    if (state.removed) continue;
    const absl::string_view version = state.version;
    StateUpdate update{.key = state.id.Key(), .payload = state.state};
    if (!absl::SimpleAtoi(version.substr(0, 10), &update.version.incarnation) ||
        !absl::SimpleAtoi(version.substr(10, 10), &update.version.definition) ||
        !absl::SimpleAtoi(version.substr(20, 20), &update.version.seq) ||
        !absl::SimpleAtoi(version.substr(40, 20), &update.version.tick)) {
      continue;
    }
    updates.push_back(std::move(update));
  }
  if (whole) {
    publisher_.PublishWhole(part, FrontierOf(part), std::move(updates));
  } else {
    publisher_.Publish(part, FrontierOf(part), std::move(updates));
  }
}

void EvaluationLoop::PublishFrontiers() {
  for (const LivePartitions::Part& slot : live_.parts()) {
    if (slot.engine == nullptr || !slot.settled) continue;
    const int32_t part = slot.engine->part();
    if (unpublished_.contains(part)) {
      PublishToCache(part, slot.engine->Snapshot(), true);
    } else {
      PublishToCache(part, {}, false);
    }
  }
}

Frontier EvaluationLoop::FrontierOf(int32_t part) const {
  const LivePartitions::Part& slot = live_.parts()[static_cast<size_t>(part)];
  const PartitionEngine& engine = *slot.engine;
  return {.fence = {.incarnation = static_cast<uint64_t>(engine.incarnation()),
                    .epoch = static_cast<uint64_t>(slot.epoch)},
          .seq = static_cast<uint64_t>(engine.evaluated_seq()),
          .as_of = std::max(feed_as_of_, absl::UnixEpoch())};
}

void EvaluationLoop::AskLoads(absl::Time now) {
  if (now < no_loads_before_) return;
  while (!ask_again_.empty() && ask_again_.begin()->first <= now) {
    const PartLoad load = std::move(ask_again_.begin()->second);
    ask_again_.erase(ask_again_.begin());
    live_.AskAgain(load.part, load.generation, load.request.id);
  }
  std::vector<PartLoad> loads = live_.TakeLoads();
  if (!loads.empty()) requests_.load(std::move(loads));
}

}  // namespace kpisuite
