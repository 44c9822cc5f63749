// DefinitionHistory: reads the change log of definitions, one blocking call at a time for each
// caller.
#pragma once

#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>

#include <memory>
#include <set>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "kpisuite/v1/definition_service.grpc.pb.h"
#include "libs/base/mutex.h"
#include "services/evaluation/simulation/states_as_of.h"

namespace kpisuite {

// Thread-safe.
class DefinitionHistory {
 public:
  explicit DefinitionHistory(std::shared_ptr<grpc::Channel> channel);

  // All sets of a workspace (an id) that were applied at or before `until`, by the clock of the
  // definition service. RESOURCE_EXHAUSTED when they have more than `max_bytes`; CANCELLED after
  // Stop; errors of the call.
  absl::StatusOr<std::vector<FollowedSet>> Read(const std::string& workspace, absl::Time until,
                                                absl::Time deadline, size_t max_bytes)
      EXCLUDES(mutex_);
  // Cancels running calls; later ones fail. Idempotent.
  void Stop() EXCLUDES(mutex_);

 private:
  const std::unique_ptr<v1::DefinitionService::Stub> stub_;
  Mutex mutex_;
  std::set<grpc::ClientContext*> running_ GUARDED_BY(mutex_);
  bool stopping_ GUARDED_BY(mutex_) = false;
};

}  // namespace kpisuite
