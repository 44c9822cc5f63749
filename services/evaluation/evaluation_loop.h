// EvaluationLoop: the one thread that owns all engines. Definitions, changes and aggregates come
// in through a bounded queue; states go out to the log first, then to board, cache and watchers.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/statusor.h"
#include "libs/base/clock.h"
#include "libs/cache/cache_publisher.h"
#include "libs/cache/state_cache.h"
#include "libs/rpc/definition_follower.h"
#include "libs/rpc/readiness.h"
#include "services/evaluation/definition_saver.h"
#include "services/evaluation/live_partitions.h"
#include "services/evaluation/serving_health.h"
#include "services/evaluation/shown_positions.h"
#include "services/evaluation/state_board.h"
#include "services/evaluation/state_feed.h"
#include "services/evaluation/state_mirror.h"
#include "services/evaluation/watch_hub.h"
#include "services/evaluation/work_queue.h"

namespace kpisuite {

// Where states go. All outlive the loop.
struct LoopOutputs {
  StateLog& log;
  PartitionOwnership& ownership;
  KpiDirectory& directory;
  StateBoard& board;
  ShownPositions& positions;
  WatchHub& hub;
  StateCache& cache;
  ServingHealth& health;
  Readiness& readiness;
};

// What the loop asks of others; called on its thread, must not block for long.
struct LoopRequests {
  // The number of partitions is known, for the first time.
  std::function<void(int partitions)> partitions_known;
  // Aggregates are needed; each ends in Loaded().
  std::function<void(std::vector<PartLoad>)> load;
  // The feed of this partition cannot be followed: it is to begin again with Restart().
  std::function<void(int32_t part)> restart;
};

// Totals since the start, and sizes now.
struct LoopStats {
  std::atomic<int64_t> batches{0};
  std::atomic<int64_t> samples{0};
  std::atomic<int64_t> kpis_touched{0};
  std::atomic<int64_t> evaluations{0};
  std::atomic<int64_t> pane_reloads{0};
  std::atomic<int64_t> slices_folded{0};
  std::atomic<int64_t> kept_as_told{0};
  std::atomic<int64_t> logged{0};
  std::atomic<int64_t> shown{0};
  std::atomic<int64_t> steps{0};
  std::atomic<int64_t> step_nanos{0};
  std::atomic<int64_t> log_failures{0};
  std::atomic<int64_t> load_failures{0};
  std::atomic<int64_t> waiters{0};
  std::atomic<int64_t> fenced{0};
  std::atomic<int64_t> owned{0};      // partitions that are evaluated
  std::atomic<int64_t> begun{0};      // partitions that began, or began again
  std::atomic<int64_t> dropped{0};    // partitions that ended
  std::atomic<int64_t> lag_nanos{0};  // from commit at measurement to shown, of the last batch
};

class EvaluationLoop final : public CachePublisherListener {
 public:
  EvaluationLoop(const LoopOutputs& outputs, const Clock& clock, const WorkQueueLimits& limits,
                 const CachePublisherOptions& cache_options);
  EvaluationLoop(const EvaluationLoop&) = delete;
  EvaluationLoop& operator=(const EvaluationLoop&) = delete;
  ~EvaluationLoop() override;  // Stop()

  // Starts the thread. Once.
  void Run(LoopRequests requests);
  // From now on nothing comes in but Lose(), also of those who wait for room: the process stops.
  void RefuseInput() { queue_.CloseFeed(); }
  // Ends the thread; calls that wait are answered UNAVAILABLE (SHUTTING_DOWN). Idempotent.
  void Stop();

  // --- In; these block while the queue is full. False when the loop was stopped, or refuses. ---

  // What the state log has of earlier versions; before the definitions that it has.
  bool KeepVersions(std::vector<SavedVersions> versions);
  // `saved`: they come from the state log.
  bool Define(DefinitionUpdate update, bool saved);
  // How many partitions there are; again after each connection. While it is another number than at
  // first nothing of measurement is taken, and the process is not ready: KPIs would be elsewhere.
  bool SetPartitions(int partitions);
  // Partitions that this process owns begin, or begin again, at heads of their feeds.
  bool Begin(std::vector<PartBegin> begins);
  bool Feed(std::shared_ptr<const v1::ChangeBatch> batch, size_t bytes);
  // Measurement had these heads when it was `asked`, or later: once all that is shown includes
  // them, it is as of then. A partition of which it has another life begins again.
  bool Prove(std::vector<v1::PartitionHead> heads, absl::Time asked);
  bool Loaded(PartLoad load, absl::StatusOr<LoadAnswer> answer);
  // These partitions are no longer owned, in these epochs and earlier ones. Never blocks.
  void Lose(std::vector<OwnedPart> parts);
  // What another evaluator (its id) tells of the partitions that it owns; and that it tells nothing
  // more.
  bool Mirror(std::string peer, replica::FollowStatesResponse news);
  bool LosePeer(std::string peer);

  // --- Reads ---

  // Runs `read` on the thread, between ticks. RESOURCE_EXHAUSTED (QUEUE_FULL) when too many wait.
  absl::Status Submit(std::function<void()> read) { return queue_.PushTask(std::move(read)); }
  // Calls `done` on the thread when the states reflect the token, or at the deadline.
  absl::Status Await(PositionToken token, absl::Time deadline, PositionWaiters::Done done);
  // Ends these waits, present and future, with `status`: what they wait for may not come any more.
  void EndWaits(const absl::Status& status);
  // Only on the thread.
  LivePartitions& live() { return live_; }
  // What is shown, for other evaluators.
  StateFeed& feed() { return feed_; }
  // Whether evaluated states wait for the state log: they must not be shown yet.
  bool holding() const { return !unstored_.empty(); }

  const LoopStats& stats() const { return stats_; }
  const WorkQueue& queue() const { return queue_; }
  CachePublisherStats cache_stats() const { return publisher_.stats(); }
  // Whether everything was written to the cache, waiting for it at most `timeout`.
  bool WaitForCache(absl::Duration timeout) { return publisher_.WaitUntilWritten(timeout); }

 private:
  // CachePublisherListener, on the publisher's thread.
  void OnRepublishNeeded(int partition) override;
  void OnFenced(int partition) override;
  void OnCacheUp() override;
  void OnCacheDown(const absl::Status& status) override;

  void RunThread();
  absl::Duration WaitTime() const;
  void Step();
  bool Store(absl::Time now);
  // Drops the partitions that others may show by now; false when these may be all.
  bool KeepWhatIsHeld(absl::Time now);
  // Nothing waits for the log.
  void NothingHeldBack();
  void Show();
  void ShowPart(const PartTick& tick, std::vector<ShownState>* shown);
  void ShowState(const ChangedState& changed, int32_t part, std::vector<ShownState>* shown);
  void FindLatest(const StateId& id);
  // What measurement had at a moment.
  struct Proof {
    std::vector<v1::PartitionHead> heads;
    absl::Time asked;
  };
  // Whether all that is shown of the partitions that are evaluated here includes the heads.
  bool ShowsAllOf(const Proof& proof) const;
  // Begins the partitions of which measurement has another life again; whether there are any.
  bool BeginOtherLives(const Proof& proof);
  void CheckProof();
  void Settle(int32_t part);
  void PublishToCache(int32_t part, const std::vector<ChangedState>& states, bool whole);
  // Brings the frontier of what has not changed to the cache, and all of what was not published.
  void PublishFrontiers();
  Frontier FrontierOf(int32_t part) const;
  void AskLoads(absl::Time now);
  void CountEngines();
  bool Settled() const;
  void BeginParts(absl::Time now);
  void DropPart(int32_t part);
  // Handlers of the queue's items.
  void OnPartitions(int partitions);
  void OnBegin(std::vector<PartBegin> begins);
  void OnLose(const std::vector<OwnedPart>& parts);
  // Whether this process evaluates the partition in that epoch or a later one. One that is
  // evaluated in an earlier epoch ends: another process has taken it.
  bool KeepsPart(int32_t part, int64_t epoch);
  void OnBatch(std::shared_ptr<const v1::ChangeBatch> batch);
  void OnLoaded(const PartLoad& load, const absl::StatusOr<LoadAnswer>& answer);

  const LoopOutputs out_;
  const Clock& clock_;
  WorkQueue queue_;
  LoopStats stats_;
  // Of the thread.
  LoopRequests requests_;
  LivePartitions live_;
  DefinitionSaver saver_;
  StateFeed feed_;
  StateMirror mirror_;
  PositionWaiters waiters_;
  std::vector<PartTick> unstored_;
  std::map<int32_t, PartBegin> to_begin_;  // when the log can be read
  absl::Time begin_at_ = absl::InfinitePast();
  std::map<int32_t, int64_t> lost_;  // the last epoch that was lost of each
  absl::Time retry_store_at_ = absl::InfinitePast();
  bool miscounted_ = false;  // measurement has another number of partitions than at first
  // The heads that are to be reached; later ones come again.
  std::optional<Proof> proof_;
  absl::Time feed_as_of_ = absl::InfinitePast();  // of what is shown
  absl::Time last_commit_ = absl::InfinitePast();
  bool alive_ = false;  // feed_as_of_ moved since it was shown
  std::multimap<absl::Time, PartLoad> ask_again_;
  absl::Time no_loads_before_ = absl::InfinitePast();
  int64_t evaluated_ = 0;    // by the last step
  EngineCounters replaced_;  // of engines that were replaced
  std::string shown_kpi_;    // the directory's answer for the last state
  std::shared_ptr<const KpiInfo> shown_info_;
  // Partitions of which the cache lacks what came while it was not certain that they are owned.
  std::set<int32_t> unpublished_;
  CachePublisher publisher_;
  std::thread thread_;
};

}  // namespace kpisuite
