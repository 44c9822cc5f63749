// EvaluationLoop: what comes in.
#include <algorithm>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "libs/base/log.h"
#include "services/evaluation/engine/state_text.h"
#include "services/evaluation/evaluation_loop.h"

namespace kpisuite {
namespace {

// What an item costs beside its payload.
constexpr size_t kItemBytes = 256;
constexpr absl::Duration kLoadRetry = absl::Milliseconds(500);
constexpr absl::Duration kBeginRetry = absl::Milliseconds(500);

size_t BytesOf(const std::vector<v1::Definition>& definitions) {
  size_t bytes = kItemBytes;
  for (const v1::Definition& definition : definitions) bytes += definition.ByteSizeLong();
  return bytes;
}

size_t BytesOf(const absl::StatusOr<LoadAnswer>& answer) {
  size_t bytes = kItemBytes;
  if (!answer.ok()) return bytes;
  for (const v1::AggregateCell& cell : answer->cells) {
    bytes += sizeof(cell) + cell.state().size() + cell.slice().size();
  }
  return bytes;
}

}  // namespace

bool EvaluationLoop::Define(DefinitionUpdate update, bool saved) {
  const size_t bytes = BytesOf(update.definitions);
  return queue_.PushFeed(bytes, [this, update = std::move(update), saved] {
    const int64_t before = live_.catalog().position();
    live_.ApplyDefinitions(update.snapshot, update.definitions, update.position);
    out_.positions.SetFollowed(update.position);
    shown_info_ = nullptr;
    if (!saved) saver_.Save(update, before);
    begin_at_ = absl::InfinitePast();
  });
}

bool EvaluationLoop::KeepVersions(std::vector<SavedVersions> versions) {
  return queue_.PushFeed(
      kItemBytes, [this, versions = std::move(versions)] { live_.versions().Load(versions); });
}

bool EvaluationLoop::SetPartitions(int partitions) {
  return queue_.PushFeed(kItemBytes, [this, partitions] { OnPartitions(partitions); });
}

void EvaluationLoop::OnPartitions(int partitions) {
  if (live_.started()) {
    const bool differs = out_.positions.partitions() != partitions;
    if (std::exchange(miscounted_, differs) && !differs) out_.readiness.SetReady("partitions");
    if (!differs) return;
    proof_.reset();
    const std::string why =
        absl::StrCat("measurement has ", partitions, " partitions, this evaluator began with ",
                     out_.positions.partitions(), ": start it again");
    LogError(why);
    out_.readiness.SetNotReady("partitions", why);
    return;
  }
  out_.positions.Start(partitions, out_.ownership.shared());
  out_.positions.SetFollowed(live_.catalog().position());
  if (const absl::Status saved = out_.log.SavePartitions(partitions); !saved.ok()) {
    LogWarning("the number of partitions cannot be saved", {{"status", saved}});
  }
  live_.SetPartitions(partitions);
  requests_.partitions_known(partitions);
}

bool EvaluationLoop::Begin(std::vector<PartBegin> begins) {
  return queue_.PushFeed(kItemBytes * (1 + begins.size()),
                         [this, begins = std::move(begins)] { OnBegin(begins); });
}

void EvaluationLoop::OnBegin(std::vector<PartBegin> begins) {
  if (miscounted_) return;
  // What they begin from may be newer.
  proof_.reset();
  for (PartBegin& begin : begins) {
    const int32_t part = begin.head.part();
    const LivePartitions::Part* const slot = live_.PartAt(part);
    if (slot == nullptr) continue;
    // Who is followed in a later epoch has taken it.
    if (mirror_.EpochOf(part) > begin.epoch) OnLose({{part, begin.epoch}});
    const auto lost = lost_.find(part);
    if (lost != lost_.end() && lost->second >= begin.epoch) continue;
    if (slot->engine != nullptr) {
      LogWarning("a partition begins again from aggregates",
                 {{"part", part}, {"incarnation", begin.head.incarnation()}});
      DropPart(part);
    }
    out_.positions.SetOwned(part, true);
    mirror_.Forget(part);
    to_begin_[part] = std::move(begin);
  }
  begin_at_ = absl::InfinitePast();
}

void EvaluationLoop::BeginParts(absl::Time now) {
  if (to_begin_.empty() || now < begin_at_) return;
  std::vector<PartBegin> begins;
  for (const auto& [part, begin] : to_begin_) begins.push_back(begin);
  if (const absl::Status begun = live_.Begin(begins); !begun.ok()) {
    begin_at_ = now + kBeginRetry;
    LogWarning("partitions cannot begin yet", {{"partitions", begins.size()}, {"status", begun}});
    return;
  }
  to_begin_.clear();
  shown_info_ = nullptr;
  stats_.owned.fetch_add(static_cast<int64_t>(begins.size()), std::memory_order_relaxed);
  stats_.begun.fetch_add(static_cast<int64_t>(begins.size()), std::memory_order_relaxed);
}

void EvaluationLoop::Lose(std::vector<OwnedPart> parts) {
  queue_.PushOwnTask([this, parts = std::move(parts)] { OnLose(parts); });
}

void EvaluationLoop::OnLose(const std::vector<OwnedPart>& parts) {
  for (const OwnedPart& part : parts) {
    lost_[part.part] = std::max(lost_[part.part], part.epoch);
    const auto waiting = to_begin_.find(part.part);
    if (waiting != to_begin_.end() && waiting->second.epoch <= part.epoch) {
      to_begin_.erase(waiting);
      out_.positions.SetOwned(part.part, false);
    }
    const LivePartitions::Part* const slot = live_.PartAt(part.part);
    if (slot == nullptr) continue;
    if (slot->engine != nullptr && slot->epoch <= part.epoch) DropPart(part.part);
  }
}

bool EvaluationLoop::KeepsPart(int32_t part, int64_t epoch) {
  const LivePartitions::Part* const slot = live_.PartAt(part);
  if (slot == nullptr) return true;
  const auto waiting = to_begin_.find(part);
  int64_t own = slot->engine != nullptr ? slot->epoch : -1;
  if (waiting != to_begin_.end()) own = std::max(own, waiting->second.epoch);
  if (own >= epoch) return true;
  if (own >= 0) OnLose({{part, own}});
  return false;
}

bool EvaluationLoop::Mirror(std::string peer, replica::FollowStatesResponse news) {
  const size_t bytes = kItemBytes + news.ByteSizeLong();
  return queue_.PushFeed(bytes, [this, peer = std::move(peer), news = std::move(news)] {
    mirror_.Take(peer, news,
                 [this](int32_t part, int64_t epoch) { return KeepsPart(part, epoch); });
  });
}

bool EvaluationLoop::LosePeer(std::string peer) {
  return queue_.PushFeed(kItemBytes, [this, peer = std::move(peer)] { mirror_.Lose(peer); });
}

bool EvaluationLoop::Feed(std::shared_ptr<const v1::ChangeBatch> batch, size_t bytes) {
  return queue_.PushFeed(bytes + kItemBytes, [this, batch = std::move(batch)] { OnBatch(batch); });
}

void EvaluationLoop::OnBatch(std::shared_ptr<const v1::ChangeBatch> batch) {
  if (miscounted_) return;
  const int32_t part = batch->position().part();
  last_commit_ = FromTimestamp(batch->commit_time());
  const auto waiting = to_begin_.find(part);
  if (waiting != to_begin_.end()) {
    // It begins after this one then: from aggregates that hold it.
    v1::PartitionHead& head = waiting->second.head;
    if (batch->position().incarnation() == head.incarnation()) {
      head.set_last_seq(std::max(head.last_seq(), batch->position().seq()));
    }
    return;
  }
  const absl::Status applied = live_.Apply(std::move(batch));
  if (applied.ok()) return;
  LogWarning("the feed cannot be followed", {{"part", part}, {"status", applied}});
  requests_.restart(part);
}

bool EvaluationLoop::Prove(std::vector<v1::PartitionHead> heads, absl::Time asked) {
  const size_t bytes = kItemBytes + heads.size() * sizeof(v1::PartitionHead);
  return queue_.PushFeed(bytes, [this, heads = std::move(heads), asked] {
    // One that is behind is reached first: else none would be while changes go on and on.
    if (!proof_.has_value() && !miscounted_) proof_ = {heads, asked};
  });
}

bool EvaluationLoop::Loaded(PartLoad load, absl::StatusOr<LoadAnswer> answer) {
  const size_t bytes = BytesOf(answer);
  return queue_.PushFeed(bytes, [this, load = std::move(load), answer = std::move(answer)] {
    OnLoaded(load, answer);
  });
}

void EvaluationLoop::OnLoaded(const PartLoad& load, const absl::StatusOr<LoadAnswer>& answer) {
  if (!answer.ok()) {
    stats_.load_failures.fetch_add(1, std::memory_order_relaxed);
    ask_again_.emplace(clock_.Now() + kLoadRetry, load);
    return;
  }
  const absl::Status taken = live_.Answer(load.part, load.generation, *answer);
  if (taken.ok()) return;
  // The engine asks again at once; a damaged answer is not asked for in a tight loop.
  stats_.load_failures.fetch_add(1, std::memory_order_relaxed);
  no_loads_before_ = clock_.Now() + kLoadRetry;
  LogError("aggregates cannot be used",
           {{"metric", load.request.query.metric()}, {"status", taken}});
}

absl::Status EvaluationLoop::Await(PositionToken token, absl::Time deadline,
                                   PositionWaiters::Done done) {
  return queue_.PushTask([this, token = std::move(token), deadline, done = std::move(done)] {
    waiters_.Add(token, deadline, done);
  });
}

void EvaluationLoop::EndWaits(const absl::Status& status) {
  queue_.PushOwnTask([this, status] { waiters_.End(status); });
}

void EvaluationLoop::CountEngines() {
  EngineCounters total = replaced_;
  for (const LivePartitions::Part& part : live_.parts()) {
    if (part.engine != nullptr) total += part.engine->counters();
  }
  stats_.batches.store(total.batches, std::memory_order_relaxed);
  stats_.samples.store(total.samples, std::memory_order_relaxed);
  stats_.kpis_touched.store(total.kpis_touched, std::memory_order_relaxed);
  stats_.evaluations.store(total.evaluations, std::memory_order_relaxed);
  stats_.pane_reloads.store(total.pane_reloads, std::memory_order_relaxed);
  stats_.slices_folded.store(total.slices_folded, std::memory_order_relaxed);
  stats_.kept_as_told.store(total.kept_as_told, std::memory_order_relaxed);
}

void EvaluationLoop::OnRepublishNeeded(int partition) {
  queue_.PushOwnTask([this, partition] {
    if (!out_.positions.ready(partition) || holding()) return;
    const auto& engine = live_.parts()[static_cast<size_t>(partition)].engine;
    if (engine != nullptr) PublishToCache(partition, engine->Snapshot(), true);
  });
}

void EvaluationLoop::OnFenced(int partition) {
  stats_.fenced.fetch_add(1, std::memory_order_relaxed);
  LogWarning("another evaluator publishes this partition; it is no longer published from here",
             {{"part", partition}});
}

void EvaluationLoop::OnCacheUp() { LogInfo("the cache answers"); }

void EvaluationLoop::OnCacheDown(const absl::Status& status) {
  LogWarning("the cache does not answer; states are served from memory", {{"status", status}});
}

}  // namespace kpisuite
