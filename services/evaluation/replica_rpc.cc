#include "services/evaluation/replica_rpc.h"

#include <memory>
#include <optional>
#include <utility>

namespace kpisuite {
namespace {

class FollowSource final : public StreamSource<replica::FollowStatesResponse> {
 public:
  FollowSource(std::shared_ptr<StateFollower> follower, const Clock& clock)
      : follower_(std::move(follower)), clock_(clock) {}

  StreamStep<replica::FollowStatesResponse> Next() override {
    absl::StatusOr<std::optional<replica::FollowStatesResponse>> next =
        follower_->Next(clock_.Now());
    if (!next.ok()) return StreamEnd{next.status()};
    if (!next->has_value()) return StreamIdle{};
    return **std::move(next);
  }

 private:
  const std::shared_ptr<StateFollower> follower_;
  const Clock& clock_;
};

}  // namespace

ReplicaRpc::ReplicaRpc(StateFeed& feed, const Clock& clock, const CallEnvironment& environment)
    : feed_(feed), clock_(clock), dispatcher_("kpisuite.replica.ReplicaService", environment) {}

grpc::ServerWriteReactor<replica::FollowStatesResponse>* ReplicaRpc::FollowStates(
    grpc::CallbackServerContext* context, const replica::FollowStatesRequest* request) {
  return dispatcher_.ServerStream<replica::FollowStatesRequest, replica::FollowStatesResponse>(
      context, "FollowStates", request, SourceThread::kExecutor,
      [this](CallContext&, const replica::FollowStatesRequest&, StreamWaker waker)
          -> absl::StatusOr<std::unique_ptr<StreamSource<replica::FollowStatesResponse>>> {
        return std::make_unique<FollowSource>(feed_.Open([waker] { waker.Wake(); }), clock_);
      });
}

}  // namespace kpisuite
