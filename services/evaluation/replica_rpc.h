// ReplicaRpc: kpisuite.replica.ReplicaService over gRPC, for the other evaluators of the log.
#pragma once

#include <grpcpp/server_context.h>
#include <grpcpp/support/server_callback.h>

#include "libs/base/clock.h"
#include "libs/rpc/dispatcher.h"
#include "services/evaluation/replica.grpc.pb.h"
#include "services/evaluation/state_feed.h"

namespace kpisuite {

// Thread-safe. Outlives the server that it is registered with.
class ReplicaRpc final : public replica::ReplicaService::CallbackService {
 public:
  // `feed`, `clock` and what `environment` refers to outlive it.
  ReplicaRpc(StateFeed& feed, const Clock& clock, const CallEnvironment& environment);

  grpc::ServerWriteReactor<replica::FollowStatesResponse>* FollowStates(
      grpc::CallbackServerContext* context, const replica::FollowStatesRequest* request) override;

 private:
  StateFeed& feed_;
  const Clock& clock_;
  Dispatcher dispatcher_;
};

}  // namespace kpisuite
