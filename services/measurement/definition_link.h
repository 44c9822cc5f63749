// DefinitionLink: keeps a MetricCatalog up to date with a definition service.
#pragma once

#include <grpcpp/channel.h>

#include <memory>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "kpisuite/v1/definition_service.grpc.pb.h"
#include "libs/base/clock.h"
#include "libs/base/mutex.h"
#include "libs/rpc/definition_follower.h"
#include "libs/rpc/readiness.h"
#include "services/measurement/measurement_service.h"
#include "services/measurement/metric_catalog.h"

namespace kpisuite {

// Thread-safe. Starts following at once; a lost definition service is no error.
//
// Readiness condition "definitions": met once definitions were heard, now or in an earlier life of
// the store.
class DefinitionLink final : public DefinitionFreshness {
 public:
  // The references outlive the link.
  DefinitionLink(std::shared_ptr<grpc::Channel> channel, MetricCatalog& catalog,
                 Readiness& readiness, const Clock& clock);
  DefinitionLink(const DefinitionLink&) = delete;
  DefinitionLink& operator=(const DefinitionLink&) = delete;

  // Asks the definition service for its position and waits for it. For a second after a failure it
  // fails at once: callers hold a thread meanwhile.
  absl::Status CatchUp(absl::Time deadline) override EXCLUDES(mutex_);

 private:
  absl::Status AskAndWait(absl::Time deadline);

  const Clock& clock_;
  const std::unique_ptr<v1::DefinitionService::Stub> stub_;
  Mutex mutex_;
  absl::Time failed_until_ GUARDED_BY(mutex_) = absl::InfinitePast();
  DefinitionFollower follower_;
};

}  // namespace kpisuite
