// EvaluationLoop: what comes in.
#include <utility>

#include "libs/base/error.h"
#include "libs/base/log.h"
#include "services/evaluation/engine/state_text.h"
#include "services/evaluation/evaluation_loop.h"

namespace kpisuite {
namespace {

// What an item costs beside its payload.
constexpr size_t kItemBytes = 256;
constexpr absl::Duration kLoadRetry = absl::Milliseconds(500);

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
    live_.ApplyDefinitions(update.snapshot, update.definitions, update.position);
    shown_info_ = nullptr;
    if (!saved) SaveDefinitions(update);
  });
}

bool EvaluationLoop::KeepVersions(std::vector<SavedVersions> versions) {
  return queue_.PushFeed(
      kItemBytes, [this, versions = std::move(versions)] { live_.versions().Load(versions); });
}

void EvaluationLoop::SaveDefinitions(const DefinitionUpdate& update) {
  absl::Status saved;
  KpiVersions& versions = live_.versions();
  const std::vector<SavedVersions> changed = versions.TakeUnsaved();
  if (!definitions_unsaved_) {
    saved = out_.log.SaveDefinitions(update.snapshot, update.definitions,
                                     update.snapshot ? versions.All() : changed, update.position,
                                     update.incarnation);
  } else {
    // An earlier set is missing in the log: everything again.
    std::vector<v1::Definition> all;
    for (const ResourceName& name : live_.catalog().Names()) {
      all.push_back(*live_.catalog().Find(name)->definition);
    }
    saved =
        out_.log.SaveDefinitions(true, all, versions.All(), update.position, update.incarnation);
  }
  definitions_unsaved_ = !saved.ok();
  if (!saved.ok()) {
    LogWarning("definitions cannot be saved; a start without the definition service will lack them",
               {{"position", update.position}, {"status", saved.ToString()}});
  }
}

bool EvaluationLoop::Start(std::vector<v1::PartitionHead> heads) {
  return queue_.PushFeed(kItemBytes, [this, heads = std::move(heads)] { OnStart(heads); });
}

void EvaluationLoop::OnStart(const std::vector<v1::PartitionHead>& heads) {
  const int partitions = static_cast<int>(heads.size());
  if (out_.positions.partitions() == 0) {
    out_.positions.Start(partitions);
  } else if (out_.positions.partitions() != partitions) {
    LogError("measurement has another number of partitions than before; start again",
             {{"got", partitions}, {"want", out_.positions.partitions()}});
    return;
  }
  for (int part = 0; part < partitions; ++part) {
    out_.positions.SetReady(part, false);
    publisher_.Forget(part);
  }
  if (const absl::Status saved = out_.log.SavePartitions(partitions); !saved.ok()) {
    LogWarning("the number of partitions cannot be saved", {{"status", saved.ToString()}});
  }
  for (const LivePartitions::Part& part : live_.parts()) replaced_ += part.engine->counters();
  if (const absl::Status started = live_.Start(heads); !started.ok()) {
    LogError("partitions cannot be started", {{"status", started.ToString()}});
  }
  shown_info_ = nullptr;
}

bool EvaluationLoop::Restart(v1::PartitionHead head) {
  return queue_.PushFeed(kItemBytes, [this, head = std::move(head)] { OnRestart(head); });
}

void EvaluationLoop::OnRestart(const v1::PartitionHead& head) {
  if (!live_.started() || head.part() >= static_cast<int32_t>(live_.parts().size())) return;
  LogWarning("a partition begins again from aggregates",
             {{"part", head.part()}, {"incarnation", head.incarnation()}});
  out_.positions.SetReady(head.part(), false);
  publisher_.Forget(head.part());
  replaced_ += live_.parts()[static_cast<size_t>(head.part())].engine->counters();
  if (const absl::Status restarted = live_.Restart(head); !restarted.ok()) {
    LogError("a partition cannot be restarted",
             {{"part", head.part()}, {"status", restarted.ToString()}});
  }
}

bool EvaluationLoop::Feed(std::shared_ptr<const v1::ChangeBatch> batch, size_t bytes) {
  return queue_.PushFeed(bytes + kItemBytes, [this, batch = std::move(batch)] { OnBatch(batch); });
}

void EvaluationLoop::OnBatch(std::shared_ptr<const v1::ChangeBatch> batch) {
  const int32_t part = batch->position().part();
  last_commit_ = FromTimestamp(batch->commit_time());
  feed_as_of_ = std::max(feed_as_of_, last_commit_);
  alive_ = true;
  const absl::Status applied = live_.Apply(std::move(batch));
  if (applied.ok()) return;
  LogWarning("the feed cannot be followed", {{"part", part}, {"status", applied.ToString()}});
  requests_.restart(part);
}

bool EvaluationLoop::Alive(absl::Time as_of) {
  return queue_.PushFeed(kItemBytes, [this, as_of] {
    feed_as_of_ = std::max(feed_as_of_, as_of);
    alive_ = true;
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
           {{"metric", load.request.query.metric()}, {"status", taken.ToString()}});
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
  for (const LivePartitions::Part& part : live_.parts()) total += part.engine->counters();
  stats_.batches.store(total.batches, std::memory_order_relaxed);
  stats_.samples.store(total.samples, std::memory_order_relaxed);
  stats_.kpis_touched.store(total.kpis_touched, std::memory_order_relaxed);
  stats_.evaluations.store(total.evaluations, std::memory_order_relaxed);
  stats_.pane_reloads.store(total.pane_reloads, std::memory_order_relaxed);
  stats_.slices_folded.store(total.slices_folded, std::memory_order_relaxed);
}

void EvaluationLoop::OnRepublishNeeded(int partition) {
  queue_.PushOwnTask([this, partition] {
    if (!out_.positions.ready(partition) || holding()) return;
    PublishToCache(partition, live_.parts()[static_cast<size_t>(partition)].engine->Snapshot(),
                   true);
  });
}

void EvaluationLoop::OnFenced(int partition) {
  stats_.fenced.fetch_add(1, std::memory_order_relaxed);
  LogError("another evaluator publishes this partition; it is no longer published from here",
           {{"part", partition}});
}

void EvaluationLoop::OnCacheUp() { LogInfo("the cache answers"); }

void EvaluationLoop::OnCacheDown(const absl::Status& status) {
  LogWarning("the cache does not answer; states are served from memory",
             {{"status", status.ToString()}});
}

}  // namespace kpisuite
