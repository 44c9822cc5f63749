// The services that evaluation follows, as tests play them over real channels.
#pragma once

#include <grpcpp/server_context.h>

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "kpisuite/v1/definition_service.grpc.pb.h"
#include "kpisuite/v1/measurement_service.grpc.pb.h"
#include "libs/base/mutex.h"
#include "services/evaluation/engine/feed_for_test.h"

namespace kpisuite {

// WatchDefinitions over a list of sets. Thread-safe.
class DefinitionsForTest final : public v1::DefinitionService::Service {
 public:
  // Appends one set; its position.
  int64_t Apply(std::vector<v1::Definition> set) EXCLUDES(mutex_);
  // Ends all streams, now and until Resume.
  void Stop() EXCLUDES(mutex_);
  void Resume() EXCLUDES(mutex_);

  grpc::Status WatchDefinitions(grpc::ServerContext* context,
                                const v1::WatchDefinitionsRequest* request,
                                grpc::ServerWriter<v1::WatchDefinitionsResponse>* writer) override
      EXCLUDES(mutex_);

 private:
  Mutex mutex_;
  CondVar changed_;
  std::vector<std::vector<v1::Definition>> sets_ GUARDED_BY(mutex_);
  std::vector<absl::Time> applied_at_ GUARDED_BY(mutex_);  // of each set
  bool stopped_ GUARDED_BY(mutex_) = false;
};

// The feed and the aggregates of a FeedForTest, in partition 0 of one. Thread-safe.
class MeasurementForTest final : public v1::MeasurementService::Service {
 public:
  // Writes a sample of metric "m"; the token that reads may wait for.
  std::string Write(absl::Time time, int64_t value, const std::string& id,
                    const std::string& region = "EU") EXCLUDES(mutex_);
  // Withdraws the sample of that time and id.
  std::string Retract(absl::Time time, const std::string& id, const std::string& region = "EU")
      EXCLUDES(mutex_);
  std::string Advance(absl::Time watermark) EXCLUDES(mutex_);
  // A token for the position after the last one.
  std::string TokenOfTheFuture() EXCLUDES(mutex_);
  // Loses the feed: a new life of the partition, with the same samples.
  void Rebuild() EXCLUDES(mutex_);
  // Aggregates cannot be read until ReleaseAggregates.
  void HoldAggregates() EXCLUDES(mutex_);
  void ReleaseAggregates() EXCLUDES(mutex_);
  // The next change is missing in the feed; aggregates have it.
  void LoseNext() EXCLUDES(mutex_);
  // What comes from now on is in the heads and not in the feed, until Release.
  void Hold() EXCLUDES(mutex_);
  void Release() EXCLUDES(mutex_);
  // Until somebody follows the feed; until all of it was sent to somebody.
  void WaitForReader() EXCLUDES(mutex_);
  void WaitUntilSent() EXCLUDES(mutex_);
  void Stop() EXCLUDES(mutex_);
  void Resume() EXCLUDES(mutex_);

  grpc::Status GetMeasurementServerInfo(grpc::ServerContext* context,
                                        const v1::GetMeasurementServerInfoRequest* request,
                                        v1::ServerInfo* response) override EXCLUDES(mutex_);
  grpc::Status QueryAggregates(grpc::ServerContext* context,
                               const v1::QueryAggregatesRequest* request,
                               grpc::ServerWriter<v1::QueryAggregatesResponse>* writer) override
      EXCLUDES(mutex_);
  grpc::Status ReadChanges(grpc::ServerContext* context, const v1::ReadChangesRequest* request,
                           grpc::ServerWriter<v1::ReadChangesResponse>* writer) override
      EXCLUDES(mutex_);

 private:
  std::string Append(const FeedForTest::Batch& batch) REQUIRES(mutex_);
  std::string Token(int64_t seq) const REQUIRES(mutex_);
  // Where the feed ends.
  int64_t Last() const REQUIRES(mutex_) { return held_at_.value_or(feed_.seq()); }
  // What follows `seq` in the present life.
  v1::ReadChangesResponse Since(int64_t seq) const REQUIRES(mutex_);

  Mutex mutex_;
  CondVar changed_;
  FeedForTest feed_ GUARDED_BY(mutex_);
  int64_t incarnation_ GUARDED_BY(mutex_) = kTestIncarnation;
  int64_t first_seq_ GUARDED_BY(mutex_) = 0;  // before the present life began
  bool aggregates_held_ GUARDED_BY(mutex_) = false;
  std::vector<FeedForTest::Batch> batches_ GUARDED_BY(mutex_);
  bool stopped_ GUARDED_BY(mutex_) = false;
  bool lose_next_ GUARDED_BY(mutex_) = false;
  std::optional<int64_t> held_at_ GUARDED_BY(mutex_);
  int64_t sent_seq_ GUARDED_BY(mutex_) = -1;  // -1: nobody has followed yet
};

}  // namespace kpisuite
