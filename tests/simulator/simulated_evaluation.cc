#include "tests/simulator/simulated_evaluation.h"

#include <optional>
#include <set>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"

namespace kpisuite {

SimulatedEvaluation::SimulatedEvaluation(Stage& stage, DefinitionNode& definitions,
                                         SimulatedMeasurement& measurement, SimulatedCache& cache)
    : stage_(stage), definitions_(definitions), measurement_(measurement), cache_(cache) {
  watchers_.emplace_back(stage, "steady");
  watchers_.emplace_back(stage, "flapping");
}

const PartitionEngine* SimulatedEvaluation::Engine(int part) const {
  return life_ == nullptr ? nullptr : life_->partitions.at(part).engine.get();
}

bool SimulatedEvaluation::TakeSettled(int part) {
  return life_ != nullptr && std::exchange(life_->partitions.at(part).settled_news, false);
}

bool SimulatedEvaluation::IsIdle() const {
  if (life_ == nullptr || !life_->writer.IsIdle()) return false;
  if (life_->catalog.position() != definitions_.catalog().position()) return false;
  const std::vector<FeedHead> heads = measurement_.Heads();
  for (const auto& [part, owned] : life_->partitions) {
    const PartitionEngine& engine = *owned.engine;
    const bool idle = owned.settled && owned.established && owned.tick == Clock() &&
                      engine.seq() == heads[static_cast<size_t>(part)].last_seq &&
                      engine.evaluated_seq() == engine.seq();
    if (!idle) return false;
  }
  return std::all_of(watchers_.begin(), watchers_.end(),
                     [](const SimulatedWatcher& watcher) { return watcher.connected(); });
}

void SimulatedEvaluation::Later(int part, absl::Duration delay, std::function<void()> receive) {
  const int64_t generation = life_->partitions.at(part).generation;
  stage_.Send(stage_.now() + delay, [this, part, generation, receive = std::move(receive)] {
    if (life_ != nullptr && life_->partitions.at(part).generation == generation) receive();
  });
}

void SimulatedEvaluation::Crash(const char* when) {
  stage_.Trace("evaluation crashes ", when);
  life_ = nullptr;
  for (SimulatedWatcher& watcher : watchers_) watcher.Disconnect();
  up_at_ = stage_.now() + stage_.SomeDelay();
}

bool SimulatedEvaluation::CrashesAt(Fault fault, const char* when) {
  if (!stage_.faults().Strikes(fault)) return false;
  Crash(when);
  return true;
}

void SimulatedEvaluation::Start() {
  life_ = std::make_unique<Life>(stage_, cache_, log_);
  life_->epoch = log_.OpenEpoch();
  // What an earlier life has followed; what it missed comes set by set.
  FollowedDefinitions saved = *log_.LoadDefinitions();
  if (saved.position == 0) {
    saved.position = definitions_.catalog().position();
    for (const ResourceName& name : definitions_.catalog().Names()) {
      saved.definitions.push_back(*definitions_.catalog().Find(name)->definition);
    }
    const auto stored = log_.SaveDefinitions({.snapshot = true,
                                              .definitions = saved.definitions,
                                              .position = saved.position,
                                              .incarnation = kSimulatedIncarnation});
    if (!stored.ok()) stage_.Fail(stored.status().ToString());
  }
  life_->versions.Load(saved.versions);
  life_->versions.Follow(saved.definitions, life_->catalog.Reset(saved.definitions, saved.position),
                         life_->catalog, KpiVersions::kAnyPosition);
  for (const FeedHead& head : measurement_.Heads()) {
    const int64_t kind = stage_.chance().Below(3);
    const int64_t cursor =
        kind == 0 ? head.trimmed_seq
                  : (kind == 1 ? head.last_seq
                               : stage_.chance().Between(head.trimmed_seq, head.last_seq));
    StartPartition(head.part, cursor);
  }
  stage_.Trace("evaluation starts life ", life_->epoch);
}

void SimulatedEvaluation::StartPartition(int part, int64_t seq) {
  Owned& owned = life_->partitions[part];
  owned = Owned{
      .engine = std::make_unique<PartitionEngine>(part, kSimulatedIncarnation, seq),
      .generation = ++generations_,
  };
  owned.engine->FindClosedStatesWith(
      [this](const std::string& kpi, bool final) { return log_.ClosedStates(kpi, final); });
  for (const auto& kpi : life_->catalog.Kpis()) {
    if (&OwnerOf(*kpi) != &owned) continue;
    const absl::Status set = SetKpi(*owned.engine, kpi);
    if (!set.ok()) stage_.Fail(set.ToString());
  }
  owned.engine->SetDefinitionPosition(life_->catalog.position());
  stage_.Trace("part ", part, " starts at ", seq);
}

SimulatedEvaluation::Owned& SimulatedEvaluation::OwnerOf(const KpiDefinition& kpi) {
  return life_->partitions[PartitionOf(kpi.workspace, kpi.partition_group, kSimulatedPartitions)];
}

absl::Status SimulatedEvaluation::SetKpi(PartitionEngine& engine,
                                         const std::shared_ptr<const KpiDefinition>& kpi) {
  const absl::Status seeded = log_.VisitLatest({kpi->resource_name()}, [&](LoggedState logged) {
    engine.Seed(std::move(logged));
    return absl::OkStatus();
  });
  if (!seeded.ok()) return seeded;
  return engine.SetVersions(life_->versions.ChainOf(kpi, life_->catalog));
}

void SimulatedEvaluation::Step() {
  if (life_ == nullptr) {
    if (stage_.now() >= up_at_) Start();
    return;
  }
  Prng& chance = stage_.chance();
  const int part = static_cast<int>(chance.Below(kSimulatedPartitions));
  const int64_t kind = chance.Below(100);
  if (kind < 8) return FollowDefinitions();
  if (kind < 40) return ReadFeed(part);
  if (kind < 55) return AskForLoads(part);
  if (kind < 80) return Tick(part);
  if (kind < 96) {
    if (CrashesAt(Fault::kEvaluationCrashBeforePublish, "before a publication")) return;
    if (life_->writer.Step()) CrashesAt(Fault::kEvaluationCrashAfterPublish, "after a publication");
    return;
  }
  if (stage_.faults().Strikes(Fault::kWatcherDisconnected)) watchers_[1].Disconnect();
  ConnectWatchers();
}

void SimulatedEvaluation::FollowDefinitions() {
  for (const DefinitionChange& change : definitions_.log()) {
    if (change.position <= life_->catalog.position()) continue;
    const int64_t before = life_->catalog.position();
    const CatalogChanges changes = life_->catalog.Apply(change.definitions, change.position);
    life_->versions.Follow(change.definitions, changes, life_->catalog, change.position);
    for (const KpiChange& kpi : changes.kpis) {
      if (kpi.after == nullptr) {
        OwnerOf(*kpi.before).engine->RemoveKpi(kpi.name.ToString());
      } else {
        const absl::Status set = SetKpi(*OwnerOf(*kpi.after).engine, kpi.after);
        if (!set.ok()) stage_.Fail(set.ToString());
      }
    }
    for (auto& [part, owned] : life_->partitions) {
      owned.engine->SetDefinitionPosition(change.position);
      owned.settled = false;
    }
    stage_.Trace("evaluation is at definitions ", change.position);
    CrashesAt(Fault::kEvaluationCrashAfterDefinitions, "before new definitions are saved");
    if (life_ == nullptr) return;
    const std::vector<SavedVersions> versions = life_->versions.TakeUnsaved();
    const auto stored = log_.SaveDefinitions({.definitions = change.definitions,
                                              .versions = versions,
                                              .after = before,
                                              .position = change.position,
                                              .incarnation = kSimulatedIncarnation});
    if (!stored.ok()) stage_.Fail(stored.status().ToString());
    CrashesAt(Fault::kEvaluationCrashAfterDefinitions, "after new definitions");
    return;
  }
}

void SimulatedEvaluation::TrimFeed(int part) {
  const FeedHead head = measurement_.Heads()[static_cast<size_t>(part)];
  const int64_t cursor = life_->partitions.at(part).engine->seq();
  if (cursor >= head.last_seq || cursor < head.trimmed_seq) return;
  if (!stage_.faults().Strikes(Fault::kFeedTrimmed)) return;
  measurement_.Trim(part, stage_.chance().Between(cursor + 1, head.last_seq));
}

void SimulatedEvaluation::ReadFeed(int part) {
  FaultPlan& faults = stage_.faults();
  TrimFeed(part);
  const FeedHead head = measurement_.Heads()[static_cast<size_t>(part)];
  int64_t from = life_->partitions.at(part).engine->seq();
  if (from > head.trimmed_seq && faults.Strikes(Fault::kFeedRestarted)) {
    from = stage_.chance().Between(head.trimmed_seq, from - 1);
  }
  auto batches = measurement_.ReadChanges(part, from);
  if (absl::IsOutOfRange(batches.status())) {
    // The cursor is before what is left: the partition begins anew at the head.
    StartPartition(part, head.last_seq);
    for (SimulatedWatcher& watcher : watchers_) watcher.Disconnect();
    return;
  }
  if (!batches.ok() || batches->empty()) return;
  if (batches->size() > 1 && faults.Strikes(Fault::kFeedGap)) batches->erase(batches->begin());
  if (faults.Strikes(Fault::kFeedDelayed)) {
    Later(part, stage_.SomeDelay(), [=, this] { ReceiveFeed(part, *batches); });
  } else {
    ReceiveFeed(part, *batches);
  }
}

void SimulatedEvaluation::ReceiveFeed(int part,
                                      const std::vector<SimulatedMeasurement::Batch>& batches) {
  for (const auto& batch : batches) {
    if (CrashesAt(Fault::kEvaluationCrashBeforeApply, "before a batch")) return;
    Owned& owned = life_->partitions.at(part);
    const int64_t before = owned.engine->seq();
    const absl::Status applied = owned.engine->Apply(batch);
    owned.settled = false;
    if (absl::IsOutOfRange(applied) && batch->position().seq() > before + 1) return;
    if (!applied.ok()) stage_.Fail(applied.ToString());
    stage_.Trace("part ", part, " applies ", batch->position().seq());
    if (CrashesAt(Fault::kEvaluationCrashAfterApply, "after a batch")) return;
  }
}

void SimulatedEvaluation::AskForLoads(int part) {
  for (const LoadRequest& request : life_->partitions.at(part).engine->TakeLoads()) {
    Later(part, stage_.SomeDelay() / 4, [=, this] { AnswerLoad(part, request); });
  }
}

void SimulatedEvaluation::AskAgainLater(int part, int64_t load) {
  Later(part, absl::Minutes(10), [=, this] { life_->partitions.at(part).engine->AskAgain(load); });
}

void SimulatedEvaluation::AnswerLoad(int part, const LoadRequest& request) {
  FaultPlan& faults = stage_.faults();
  absl::StatusOr<LoadAnswer> answer = measurement_.Answer(request);
  // Down, or it has not heard of the metric yet.
  const bool is_passing = absl::IsUnavailable(answer.status()) || absl::IsNotFound(answer.status());
  if (!answer.ok() && !is_passing) stage_.Fail(answer.status().ToString());
  if (!answer.ok() || faults.Strikes(Fault::kAnswerLost)) return AskAgainLater(part, request.id);
  if (!answer->cells.empty() && faults.Strikes(Fault::kAnswerDamaged)) {
    answer->cells.back().mutable_state()->append("?");
  }
  const bool delayed = faults.Strikes(Fault::kAnswerDelayed);
  Later(part, delayed ? absl::Hours(1) + stage_.SomeDelay() : absl::Milliseconds(5),
        [=, this] { ReceiveAnswer(part, *answer); });
  if (faults.Strikes(Fault::kAnswerDuplicated)) {
    Later(part, absl::Hours(1) + stage_.SomeDelay(), [=, this] { ReceiveAnswer(part, *answer); });
  }
}

void SimulatedEvaluation::ReceiveAnswer(int part, const LoadAnswer& answer) {
  if (CrashesAt(Fault::kEvaluationCrashBeforeAnswer, "before the answer of a load")) return;
  Owned& owned = life_->partitions.at(part);
  const absl::Status taken = owned.engine->Answer(answer);
  owned.settled = false;
  stage_.Trace("part ", part, " takes the answer of load ", answer.id, " at ", answer.seq,
               taken.ok() ? "" : ", damaged");
  CrashesAt(Fault::kEvaluationCrashAfterAnswer, "after the answer of a load");
}

void SimulatedEvaluation::Tick(int part) {
  if (CrashesAt(Fault::kEvaluationCrashBeforeTick, "before a tick")) return;
  clock_floor_ = Clock();
  Owned& owned = life_->partitions.at(part);
  static const std::vector<int> kWork = {2, 10, 1000, 1000};
  const TickOutput output = owned.engine->Tick(clock_floor_, stage_.chance().Pick(kWork));
  owned.tick = clock_floor_;
  stage_.Trace("part ", part, " ticks: ", output.updates.size(), " states, ", output.log.size(),
               " entries, evaluated ", output.evaluated_seq);
  if (CrashesAt(Fault::kEvaluationCrashAfterTick, "before the log")) return;
  Log(output.log);
  if (CrashesAt(Fault::kEvaluationCrashAfterLog, "after the log")) return;
  for (SimulatedWatcher& watcher : watchers_) watcher.Show(output.updates);
  if (CrashesAt(Fault::kEvaluationCrashAfterShow, "after the states were shown")) return;
  owned.settled = !output.more && !owned.engine->HasDirty() && !owned.engine->loading();
  owned.settled_news = owned.settled;
  PublishAfter(part, output);
}

// Nothing is shown before the log has said that it is durable.
void SimulatedEvaluation::Log(const std::vector<LoggedState>& entries) {
  if (entries.empty()) return;
  FaultPlan& faults = stage_.faults();
  while (faults.Strikes(Fault::kLogRefused)) stage_.Trace("the log refuses");
  auto stored = log_.Append(entries, {});
  if (faults.Strikes(Fault::kLogOutcomeLost)) stored = log_.Append(entries, {});
  if (!stored.ok()) stage_.Fail(stored.status().ToString());
  logged_.insert(logged_.end(), entries.begin(), entries.end());
}

void SimulatedEvaluation::PublishAfter(int part, const TickOutput& output) {
  Owned& owned = life_->partitions.at(part);
  const Frontier frontier{
      {static_cast<uint64_t>(kSimulatedIncarnation), static_cast<uint64_t>(life_->epoch)},
      static_cast<uint64_t>(output.evaluated_seq),
      owned.tick};
  for (const ChangedState& update : output.updates) {
    if (update.removed) cache_.Retire(part, update.id);
  }
  if (!owned.established) {
    if (owned.settled) PublishFirst(part, frontier);
    return;
  }
  cache_.Promise(part, frontier, output.updates);
  if (life_->writer.WantsWhole(part) && stage_.chance().Chance(50)) {
    life_->writer.PublishWhole(part, frontier, owned.engine->Snapshot());
  } else {
    life_->writer.Publish(part, frontier, output.updates);
  }
}

// What an earlier life has published stays in the cache, so this life goes on with all of it.
void SimulatedEvaluation::PublishFirst(int part, const Frontier& frontier) {
  Owned& owned = life_->partitions.at(part);
  owned.established = true;
  const std::vector<ChangedState> all = owned.engine->Snapshot();
  std::set<std::string> keys;
  for (const ChangedState& state : all) keys.insert(state.id.Key());
  for (const ChangedState& earlier : cache_.Promised(part)) {
    if (keys.contains(earlier.id.Key())) continue;
    if (Declares(earlier.id, earlier.first_day)) {
      stage_.Fail(absl::StrCat(earlier.id.kpi, " ", earlier.id.window, " ", earlier.id.slice, " ",
                               earlier.id.period, " stays in the cache and is not kept any more"));
    }
    cache_.Retire(part, earlier.id);
  }
  life_->writer.PublishWhole(part, frontier, all);
  cache_.Promise(part, frontier, all);
}

bool SimulatedEvaluation::Declares(const StateId& id, int32_t first_day) const {
  for (const auto& [part, owned] : life_->partitions) {
    const KpiRuntime* runtime = owned.engine->Find(id.kpi);
    if (runtime == nullptr) continue;
    const auto slice = Slice::Parse(id.slice);
    const std::optional<size_t> window = runtime->WindowIndex(id.window);
    if (!window.has_value() || !slice.ok()) return false;
    const Period period =
        runtime->kpi().windows[*window].At(*runtime->kpi().calendar, DayOfNumber(first_day));
    const KpiRuntime* version = runtime->VersionOf(runtime->kpi().windows[*window], period);
    return period.id == id.period && DayNumber(period.first_day) == first_day &&
           version != nullptr && version->GroupingOf(*slice).has_value();
  }
  return false;
}

std::vector<ChangedState> SimulatedEvaluation::Snapshot() const {
  std::vector<ChangedState> all;
  for (const auto& [part, owned] : life_->partitions) {
    for (ChangedState& state : owned.engine->Snapshot()) all.push_back(std::move(state));
  }
  return all;
}

// Streams are taken once every partition has been evaluated.
void SimulatedEvaluation::ConnectWatchers() {
  for (const auto& [part, owned] : life_->partitions) {
    if (!owned.established) return;
  }
  for (SimulatedWatcher& watcher : watchers_) {
    if (!watcher.connected()) watcher.Connect(Snapshot());
  }
}

}  // namespace kpisuite
