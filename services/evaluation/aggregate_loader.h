// AggregateLoader: asks measurement for the aggregates that engines need.
#pragma once

#include <grpcpp/channel.h>

#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <thread>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "libs/base/mutex.h"
#include "services/evaluation/aggregate_client.h"
#include "services/evaluation/live_partitions.h"

namespace kpisuite {

struct AggregateLoaderOptions {
  int threads = 2;
  size_t max_queries = 32;  // of one call
  absl::Duration timeout = absl::Minutes(2);
};

// A few threads, each with one QueryAggregates call at a time. Thread-safe.
class AggregateLoader {
 public:
  // Called once for each load, on a thread of the loader; may block. Not called any more once the
  // loader stops.
  using Done = std::function<void(PartLoad, absl::StatusOr<LoadAnswer>)>;

  AggregateLoader(std::shared_ptr<grpc::Channel> channel, const AggregateLoaderOptions& options,
                  Done done);
  AggregateLoader(const AggregateLoader&) = delete;
  AggregateLoader& operator=(const AggregateLoader&) = delete;
  ~AggregateLoader();  // Stop()

  void Submit(std::vector<PartLoad> loads) EXCLUDES(mutex_);
  // Cancels running calls and joins the threads. Idempotent.
  void Stop() EXCLUDES(mutex_);

  size_t queued() const EXCLUDES(mutex_);

 private:
  void RunThread() EXCLUDES(mutex_);
  // The next loads that fit into one call: same partition, engine and workspace.
  std::vector<PartLoad> TakeCall() EXCLUDES(mutex_);
  void Load(std::vector<PartLoad> loads);
  absl::StatusOr<std::vector<LoadAnswer>> Query(const std::vector<PartLoad>& loads);

  AggregateClient client_;
  const AggregateLoaderOptions options_;
  const Done done_;
  mutable Mutex mutex_;
  CondVar changed_;
  std::deque<PartLoad> queue_ GUARDED_BY(mutex_);
  bool stopping_ GUARDED_BY(mutex_) = false;
  std::vector<std::thread> threads_;
};

}  // namespace kpisuite
