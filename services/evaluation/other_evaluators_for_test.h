// Another evaluator of the same log, and the ownership that names it, for tests of one process.
#pragma once

#include <grpcpp/server_context.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "kpisuite/v1/evaluation_service.grpc.pb.h"
#include "libs/base/mutex.h"
#include "services/evaluation/log/memory_state_log.h"
#include "services/evaluation/log/partition_ownership.h"
#include "services/evaluation/replica.grpc.pb.h"

namespace kpisuite {

// Day `day` of March 2024.
std::string Day(int day);
// Of the test's KPI, window DAY.
v1::KpiState StateOfTest(const std::string& period, const std::string& value,
                         const std::string& slice = "");

// Who owns the partitions, of which this process has none until it is given them. Thread-safe.
class OwnershipOfOthers final : public PartitionOwnership {
 public:
  explicit OwnershipOfOthers(std::string owner) : owner_(std::move(owner)) {}

  // Address of the owner of every partition, who is followed; empty for none.
  void SetOwner(const std::string& address) EXCLUDES(mutex_);
  // This process owns partition 0 from now on; after Begin.
  void Give(int64_t epoch) EXCLUDES(mutex_);

  void Begin(int partitions, const std::string& address, OwnershipListener& listener) override
      EXCLUDES(mutex_);
  void RequestEnd() override {}
  void End() override EXCLUDES(mutex_);
  bool shared() const override { return true; }
  bool Holds(const OwnedPart& /*part*/) const override { return true; }
  bool holds() const override { return true; }
  int owned() const override EXCLUDES(mutex_);
  bool complete() const override { return true; }
  std::string OwnerOf(int32_t part) const override EXCLUDES(mutex_);
  std::vector<Peer> Peers() const override EXCLUDES(mutex_);

 private:
  mutable Mutex mutex_;
  std::string owner_ GUARDED_BY(mutex_);
  int owned_ GUARDED_BY(mutex_) = 0;
  OwnershipListener* listener_ GUARDED_BY(mutex_) = nullptr;
};

// With such an ownership.
class LogOfOthers final : public MemoryStateLog {
 public:
  explicit LogOfOthers(std::string owner) : owner_(std::move(owner)) {}
  absl::StatusOr<std::unique_ptr<PartitionOwnership>> OpenOwnership() override;
  // The one that was opened last; the server owns it.
  OwnershipOfOthers& ownership() { return *ownership_; }

 private:
  const std::string owner_;
  OwnershipOfOthers* ownership_ = nullptr;
};

// The evaluator that owns the partition. Each method answers with "owner" for a value. Thread-safe.
class OwnerForTest final : public v1::EvaluationService::Service {
 public:
  // The next decision ends without an answer, though it may have been taken.
  void LoseAnswer() EXCLUDES(mutex_);
  // What ListStates lists: these slices, of a day.
  void SetSlices(std::vector<std::string> slices, const std::string& day) EXCLUDES(mutex_);

  grpc::Status BatchGetStates(grpc::ServerContext* context,
                              const v1::BatchGetStatesRequest* request,
                              v1::BatchGetStatesResponse* response) override EXCLUDES(mutex_);
  grpc::Status ListStates(grpc::ServerContext* context, const v1::ListStatesRequest* request,
                          v1::ListStatesResponse* response) override EXCLUDES(mutex_);
  grpc::Status ExplainState(grpc::ServerContext* context, const v1::ExplainStateRequest* request,
                            v1::Explanation* response) override;
  grpc::Status FinalizePeriods(grpc::ServerContext* context,
                               const v1::FinalizePeriodsRequest* request,
                               v1::FinalizePeriodsResponse* response) override EXCLUDES(mutex_);

  // Periods of states that were asked for, ids of requests for decisions.
  std::vector<std::string> TakeAsked() EXCLUDES(mutex_);

 private:
  Mutex mutex_;
  bool lose_answer_ GUARDED_BY(mutex_) = false;
  std::vector<std::string> slices_ GUARDED_BY(mutex_);
  std::string day_ GUARDED_BY(mutex_);
  std::vector<std::string> asked_ GUARDED_BY(mutex_);
};

// Its states of partition 0 in epoch 1, which are all there are, and fresh when they are sent.
class FeedOfOwnerForTest final : public replica::ReplicaService::Service {
 public:
  explicit FeedOfOwnerForTest(std::vector<v1::KpiState> states) : states_(std::move(states)) {}
  // One more; before anybody follows.
  void Add(v1::KpiState state) { states_.push_back(std::move(state)); }
  grpc::Status FollowStates(grpc::ServerContext* context,
                            const replica::FollowStatesRequest* request,
                            grpc::ServerWriter<replica::FollowStatesResponse>* writer) override;

 private:
  std::vector<v1::KpiState> states_;
};

}  // namespace kpisuite
