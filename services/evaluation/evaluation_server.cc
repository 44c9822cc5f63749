#include "services/evaluation/evaluation_server.h"

#include <atomic>
#include <utility>
#include <vector>

#include "libs/base/error.h"
#include "libs/base/status_macros.h"
#include "libs/cache/open_state_cache.h"
#include "services/evaluation/open_state_log.h"

namespace kpisuite {

class EvaluationServer::Waits final : public OpenStream {
 public:
  Waits(std::shared_ptr<Core> core, StreamRegistry& registry)
      : core_(std::move(core)), registry_(registry) {}
  ~Waits() override { registry_.Remove(this); }

  void Tick(absl::Time) override {}
  void RequestEnd(const absl::Status& status) override {
    core_->loop.EndWaits(status);
    // Others take over while the running calls end.
    core_->ownership->RequestEnd();
  }

 private:
  const std::shared_ptr<Core> core_;
  StreamRegistry& registry_;
};

class EvaluationServer::Ownership final : public OwnershipListener {
 public:
  Ownership(FeedReader& feed, PeerFollower& peers, EvaluationLoop& loop)
      : feed_(feed), peers_(peers), loop_(loop) {}

  void OnAcquired(const std::vector<OwnedPart>& parts) override { feed_.Own(parts); }
  void OnLost(const std::vector<OwnedPart>& parts) override {
    feed_.Disown(parts);
    loop_.Lose(parts);
  }
  void OnPeers() override { peers_.Look(); }

 private:
  FeedReader& feed_;
  PeerFollower& peers_;
  EvaluationLoop& loop_;
};

EvaluationServer::Core::Core(EvaluationServerParts& parts,
                             std::unique_ptr<PartitionOwnership> owned, ServerRuntime& runtime)
    : log(std::move(parts.log)),
      ownership(std::move(owned)),
      cache(std::move(parts.cache)),
      health(*ownership),
      hub(board, directory, runtime.clock(),
          {.process = static_cast<uint64_t>(absl::ToUnixNanos(absl::Now()))}),
      loop(
          {*log, *ownership, directory, board, positions, hub, *cache, health, runtime.readiness()},
          runtime.clock(), parts.queue, parts.publisher) {}

absl::StatusOr<std::unique_ptr<EvaluationServer>> EvaluationServer::Create(
    const EvaluationOptions& options, std::shared_ptr<grpc::Channel> definition,
    std::shared_ptr<grpc::Channel> measurement, ServerRuntime& runtime) {
  EvaluationServerParts parts;
  ASSIGN_OR_RETURN(parts.log, OpenStateLog(options));
  parts.cache = OpenStateCache(options.cache_address);
  parts.definition = std::move(definition);
  parts.measurement = std::move(measurement);
  return Create(std::move(parts), runtime);
}

absl::StatusOr<std::unique_ptr<EvaluationServer>> EvaluationServer::Create(
    EvaluationServerParts parts, ServerRuntime& runtime) {
  ASSIGN_OR_RETURN(std::unique_ptr<PartitionOwnership> ownership, parts.log->OpenOwnership());
  ASSIGN_OR_RETURN(FollowedDefinitions saved, parts.log->LoadDefinitions());
  return std::unique_ptr<EvaluationServer>(
      new EvaluationServer(std::move(parts), std::move(ownership), std::move(saved), runtime));
}

EvaluationServer::EvaluationServer(EvaluationServerParts parts,
                                   std::unique_ptr<PartitionOwnership> ownership,
                                   FollowedDefinitions saved, ServerRuntime& runtime)
    : runtime_(runtime),
      core_(std::make_shared<Core>(parts, std::move(ownership), runtime)),
      loader_(parts.measurement, AggregateLoaderOptions(),
              [loop = &core_->loop](PartLoad load, absl::StatusOr<LoadAnswer> answer) {
                loop->Loaded(std::move(load), std::move(answer));
              }),
      feed_(parts.measurement, core_->loop, runtime.readiness(), runtime.clock(),
            FeedReaderOptions()),
      peer_follower_(*core_->ownership, core_->positions, core_->loop),
      ownership_(std::make_unique<Ownership>(feed_, peer_follower_, core_->loop)),
      simulations_(parts.definition, parts.measurement, *core_->log, runtime.clock()),
      service_({core_->loop, core_->directory, core_->board, core_->positions, core_->health,
                core_->hub, *core_->log, *core_->cache, simulations_, runtime.executor(),
                runtime.clock()}),
      routed_({service_, peers_, *core_->ownership, core_->directory, core_->positions, core_->hub,
               runtime.clock()}),
      rpc_(routed_, runtime.environment()),
      replica_rpc_(core_->loop.feed(), runtime.clock(), runtime.environment()),
      waits_(std::make_shared<Waits>(core_, runtime.streams())) {
  runtime_.streams().Add(waits_);
  runtime_.readiness().SetNotReady("definitions", "no definitions were heard yet");
  AddMetrics(runtime_.metrics());
  core_->loop.Run(
      {.partitions_known = [this](int partitions) { OnPartitionsKnown(partitions); },
       .load = [this](std::vector<PartLoad> loads) { loader_.Submit(std::move(loads)); },
       .restart = [this](int32_t part) { feed_.RestartPartition(part); }});
  core_->health.DefinitionsAlive(runtime_.clock().Now());
  core_->health.DefinitionsLost();
  if (saved.position > 0) {
    core_->loop.KeepVersions(std::move(saved.versions));
    core_->loop.Define({.snapshot = true,
                        .definitions = std::move(saved.definitions),
                        .position = saved.position,
                        .incarnation = saved.incarnation},
                       true);
    runtime_.readiness().SetReady("definitions");
    feed_.Begin();
  }
  follower_ = std::make_unique<DefinitionFollower>(
      parts.definition,
      DefinitionFollowerOptions{.after_position = saved.position, .incarnation = saved.incarnation},
      [this](const DefinitionUpdate& update) { return OnDefinitions(update); },
      [this](const DefinitionFollowerState& state) { OnFollowerState(state); });
}

absl::Status EvaluationServer::OnDefinitions(const DefinitionUpdate& update) {
  // Before the states that follow from it can be read.
  core_->health.DefinitionsShown(update.snapshot ? runtime_.clock().Now() : update.commit_time);
  if (core_->loop.Define(update, false)) return absl::OkStatus();
  return MakeError(absl::StatusCode::kCancelled, "SHUTTING_DOWN", "the evaluator is stopping");
}

void EvaluationServer::OnFollowerState(const DefinitionFollowerState& state) {
  if (!state.connected) {
    if (state.caught_up) {
      core_->health.DefinitionsAlive(runtime_.clock().Now());
      core_->health.DefinitionsLost();
    }
    return;
  }
  if (!state.caught_up) return;
  core_->health.DefinitionsAlive(runtime_.clock().Now());
  runtime_.readiness().SetReady("definitions");
  feed_.Begin();
}

void EvaluationServer::ReachableAt(const std::string& address) {
  MutexLock lock(mutex_);
  address_ = address;
  if (partitions_ > 0 && core_->ownership->shared()) {
    core_->ownership->Begin(partitions_, address_, *ownership_);
  }
}

void EvaluationServer::OnPartitionsKnown(int partitions) {
  MutexLock lock(mutex_);
  partitions_ = partitions;
  if (address_.empty() && core_->ownership->shared()) return;
  core_->ownership->Begin(partitions_, address_, *ownership_);
}

EvaluationServer::~EvaluationServer() { Stop(); }

void EvaluationServer::Stop() {
  core_->ownership->End();
  // Those who push first; while the log cannot be written nobody makes room for them.
  core_->loop.RefuseInput();
  follower_->Stop();
  peer_follower_.Stop();
  feed_.Stop();
  loader_.Stop();
  core_->loop.Stop();
  simulations_.Stop();
  peers_.Stop();
}

absl::Status EvaluationServer::Flush() {
  Stop();
  return absl::OkStatus();
}

void EvaluationServer::AddMetrics(Metrics& metrics) const {
  const std::weak_ptr<Core> weak = core_;
  const auto count = [&](const std::string& name, const std::string& help,
                         std::atomic<int64_t> LoopStats::*value, double scale) {
    metrics.AddCounterReader("kpisuite_evaluation_" + name, help, {}, [weak, value, scale] {
      const auto core = weak.lock();
      return core ? static_cast<double>((core->loop.stats().*value).load()) * scale : 0;
    });
  };
  count("batches_total", "Batches of the feed that were applied.", &LoopStats::batches, 1);
  count("samples_total", "Changed samples that were applied.", &LoopStats::samples, 1);
  count("kpis_touched_total", "KPIs and slices reached from changes.", &LoopStats::kpis_touched, 1);
  count("evaluations_total", "States that were computed.", &LoopStats::evaluations, 1);
  count("pane_reloads_total", "Panes that were loaded again.", &LoopStats::pane_reloads, 1);
  count("slices_folded_total", "Slices beyond Kpi.max_slices that began to count in (other).",
        &LoopStats::slices_folded, 1);
  count("kept_as_told_total", "Times that a closed state stayed because its samples are gone.",
        &LoopStats::kept_as_told, 1);
  count("load_failures_total", "Loads that failed and are repeated.", &LoopStats::load_failures, 1);
  count("logged_total", "Entries of the state log.", &LoopStats::logged, 1);
  count("log_failures_total", "Writes of the state log that failed.", &LoopStats::log_failures, 1);
  count("shown_total", "States that readers began to see.", &LoopStats::shown, 1);
  count("steps_total", "Steps of the loop.", &LoopStats::steps, 1);
  count("step_seconds_total", "Time spent in steps.", &LoopStats::step_nanos, 1e-9);
  count("fenced_total", "Partitions that log or cache refused: another evaluator owns them.",
        &LoopStats::fenced, 1);
  count("begun_total", "Partitions that began to be evaluated here.", &LoopStats::begun, 1);
  count("dropped_total", "Partitions that are no longer evaluated here.", &LoopStats::dropped, 1);
  const auto gauge = [&](const std::string& name, const std::string& help,
                         const std::function<double(const Core&)>& read) {
    metrics.AddGaugeReader("kpisuite_evaluation_" + name, help, {}, [weak, read] {
      const auto core = weak.lock();
      return core ? read(*core) : 0;
    });
  };
  gauge("lag_seconds", "From commit at measurement to shown, of the last batch.",
        [](const Core& core) { return 1e-9 * static_cast<double>(core.loop.stats().lag_nanos); });
  gauge("partitions", "Partitions that are evaluated here.",
        [](const Core& core) { return static_cast<double>(core.loop.stats().owned); });
  gauge("waiters", "Calls that wait for a position.",
        [](const Core& core) { return static_cast<double>(core.loop.stats().waiters); });
  gauge("queued_items", "Changes that wait for the engines.",
        [](const Core& core) { return static_cast<double>(core.loop.queue().feed_items()); });
  gauge("queued_bytes", "Size of the changes that wait.",
        [](const Core& core) { return static_cast<double>(core.loop.queue().feed_bytes()); });
  gauge("kpis", "KPIs that are evaluated.",
        [](const Core& core) { return static_cast<double>(core.directory.size()); });
  gauge("states", "States in memory.",
        [](const Core& core) { return static_cast<double>(core.board.size()); });
  gauge("watchers", "Streams of WatchStates.",
        [](const Core& core) { return static_cast<double>(core.hub.watchers()); });
  gauge("cache_up", "Whether the cache answers.",
        [](const Core& core) { return core.loop.cache_stats().up ? 1.0 : 0.0; });
  gauge("cache_queued_states", "States that wait for the cache.", [](const Core& core) {
    return static_cast<double>(core.loop.cache_stats().queued_states);
  });
  gauge("cache_failures", "Calls of the cache that failed.",
        [](const Core& core) { return static_cast<double>(core.loop.cache_stats().failures); });
}

}  // namespace kpisuite
