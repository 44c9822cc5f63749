// AggregateClient: asks measurement for aggregates, one blocking call at a time for each caller.
#pragma once

#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>

#include <cstddef>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "kpisuite/v1/measurement_service.grpc.pb.h"
#include "libs/base/mutex.h"
#include "services/evaluation/simulation/aggregate_source.h"

namespace kpisuite {

// Thread-safe.
class AggregateClient {
 public:
  explicit AggregateClient(std::shared_ptr<grpc::Channel> channel);

  // The answers to all queries, in their order, from one snapshot. INVALID_ARGUMENT when
  // they have more than `max_bytes`; CANCELLED after Stop; errors of the call.
  absl::StatusOr<std::vector<AggregateAnswer>> Query(const std::string& workspace,
                                                     const std::vector<v1::AggregateQuery>& queries,
                                                     absl::Time deadline, size_t max_bytes)
      EXCLUDES(mutex_);
  // Cancels running calls; later ones fail. Idempotent.
  void Stop() EXCLUDES(mutex_);

 private:
  const std::unique_ptr<v1::MeasurementService::Stub> stub_;
  Mutex mutex_;
  std::set<grpc::ClientContext*> running_ GUARDED_BY(mutex_);
  bool stopping_ GUARDED_BY(mutex_) = false;
};

}  // namespace kpisuite
