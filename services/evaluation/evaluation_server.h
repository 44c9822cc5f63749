// EvaluationServer: log, cache, engines, followers, service and rpc of evaluation, put together.
#pragma once

#include <grpcpp/channel.h>
#include <grpcpp/impl/service_type.h>

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "libs/base/mutex.h"
#include "libs/cache/cache_address.h"
#include "libs/cache/state_cache.h"
#include "libs/rpc/definition_follower.h"
#include "libs/rpc/runtime.h"
#include "services/evaluation/aggregate_loader.h"
#include "services/evaluation/evaluation_loop.h"
#include "services/evaluation/evaluation_rpc.h"
#include "services/evaluation/evaluation_service.h"
#include "services/evaluation/feed_reader.h"
#include "services/evaluation/options.h"
#include "services/evaluation/peer_calls.h"
#include "services/evaluation/peer_follower.h"
#include "services/evaluation/replica_rpc.h"
#include "services/evaluation/routed_service.h"
#include "services/evaluation/simulation_runner.h"

namespace kpisuite {

// What an EvaluationServer is made of.
struct EvaluationServerParts {
  std::unique_ptr<StateLog> log;
  std::unique_ptr<StateCache> cache;
  std::shared_ptr<grpc::Channel> definition;
  std::shared_ptr<grpc::Channel> measurement;
  WorkQueueLimits queue;
  CachePublisherOptions publisher;
};

// Used by kpi-evaluation and kpi-standalone. Outlives the gRPC server.
//
// Readiness conditions: "definitions" is met once definitions were heard, now or in an earlier
// life of the log; "measurement" once every partition is in memory; "state-log" while it can be
// written. What is not ready is answered from cache or log, marked stale.
class EvaluationServer {
 public:
  // Opens the store and the cache that `options` name and starts to follow the services behind the
  // channels, which may be away. Errors: those of OpenStateLog. `runtime` outlives it.
  static absl::StatusOr<std::unique_ptr<EvaluationServer>> Create(
      const EvaluationOptions& options, std::shared_ptr<grpc::Channel> definition,
      std::shared_ptr<grpc::Channel> measurement, ServerRuntime& runtime);
  // As above from parts that are open already. Errors: those of the log.
  static absl::StatusOr<std::unique_ptr<EvaluationServer>> Create(EvaluationServerParts parts,
                                                                  ServerRuntime& runtime);
  EvaluationServer(const EvaluationServer&) = delete;
  EvaluationServer& operator=(const EvaluationServer&) = delete;
  ~EvaluationServer();  // Stop()

  // Where other processes at the same log reach this one, "host:port": from then on it takes its
  // share of the partitions. Once; not needed for a log of one process.
  void ReachableAt(const std::string& address) EXCLUDES(mutex_);

  grpc::Service* rpc() { return &rpc_; }
  // For the other processes at the same log.
  grpc::Service* replica_rpc() { return &replica_rpc_; }
  EvaluationService& service() { return service_; }
  EvaluationLoop& loop() { return core_->loop; }

  // After the last call: ends all threads. Nothing is lost: what was shown is in the log.
  void Stop();
  absl::Status Flush();

 private:
  // What the threads share; metrics hold a weak reference.
  struct Core {
    Core(EvaluationServerParts& parts, std::unique_ptr<PartitionOwnership> owned,
         ServerRuntime& runtime);

    const std::unique_ptr<StateLog> log;
    const std::unique_ptr<PartitionOwnership> ownership;
    const std::unique_ptr<StateCache> cache;
    KpiDirectory directory;
    StateBoard board;
    ShownPositions positions;
    ServingHealth health;
    WatchHub hub;
    EvaluationLoop loop;
  };

  EvaluationServer(EvaluationServerParts parts, std::unique_ptr<PartitionOwnership> ownership,
                   FollowedDefinitions saved, ServerRuntime& runtime);

  // Ends the waits for a position together with the streams of a draining process: in a process
  // with all services the feed is one of these streams.
  class Waits;
  // Takes to feed and loop what the ownership tells.
  class Ownership;

  // Begins to own partitions once their number and, where needed, the address is known.
  void OnPartitionsKnown(int partitions) EXCLUDES(mutex_);
  absl::Status OnDefinitions(const DefinitionUpdate& update);
  void OnFollowerState(const DefinitionFollowerState& state);
  void AddMetrics(Metrics& metrics) const;

  ServerRuntime& runtime_;
  Mutex mutex_;
  int partitions_ GUARDED_BY(mutex_) = 0;
  std::string address_ GUARDED_BY(mutex_);
  const std::shared_ptr<Core> core_;
  AggregateLoader loader_;
  FeedReader feed_;
  PeerFollower peer_follower_;
  const std::unique_ptr<OwnershipListener> ownership_;
  SimulationRunner simulations_;
  EvaluationService service_;
  PeerCalls peers_;
  RoutedService routed_;
  EvaluationRpc rpc_;
  ReplicaRpc replica_rpc_;
  std::unique_ptr<DefinitionFollower> follower_;
  const std::shared_ptr<Waits> waits_;
};

}  // namespace kpisuite
