#include "services/evaluation/peer_follower.h"

#include <utility>

#include "absl/time/clock.h"
#include "libs/base/log.h"
#include "libs/rpc/channel.h"
#include "libs/rpc/status_mapping.h"
#include "libs/rpc/stream_reader.h"
#include "services/evaluation/replica.grpc.pb.h"

namespace kpisuite {
namespace {

constexpr absl::Duration kPause = absl::Milliseconds(200);
constexpr absl::Duration kLook = absl::Milliseconds(20);
// After a restore of definitions a peer may ask for more than there will be: the stream begins
// anew.
constexpr int kMostLooks = 500;

}  // namespace

class PeerFollower::Stream {
 public:
  Stream(std::string address, const ShownPositions& positions, EvaluationLoop& loop)
      : address_(std::move(address)),
        positions_(positions),
        loop_(loop),
        stub_(replica::ReplicaService::NewStub(MakeChannelWithoutRetries(address_))) {
    thread_ = std::thread([this] { RunThread(); });
  }

  ~Stream() {
    {
      MutexLock lock(mutex_);
      stopping_ = true;
      if (context_ != nullptr) context_->TryCancel();
      changed_.NotifyAll();
    }
    thread_.join();
  }

 private:
  void RunThread() {
    while (!Wait(absl::ZeroDuration())) {
      grpc::ClientContext context;
      SetContext(&context);
      const absl::Status ended = Follow(context);
      SetContext(nullptr);
      if (std::exchange(following_, false)) {
        LogInfo("the states of another evaluator are followed again",
                {{"peer", address_}, {"status", ended}});
        if (!loop_.LosePeer(address_)) return;
      }
      if (Wait(kPause)) return;
    }
  }

  absl::Status Follow(grpc::ClientContext& context) {
    const replica::FollowStatesRequest request;
    StreamReader<replica::FollowStatesResponse> reader(
        [&](auto* reactor) { stub_->async()->FollowStates(&context, &request, reactor); });
    replica::FollowStatesResponse response;
    while (reader.Read(&response)) {
      // Watchers could not be told about KPIs that are not known yet.
      int looks = 0;
      while (positions_.followed() < response.definition_position() && looks < kMostLooks) {
        if (Wait(kLook)) break;
        ++looks;
      }
      if (looks == kMostLooks) break;
      following_ = true;
      if (!loop_.Mirror(address_, std::move(response))) break;
      response = {};
    }
    context.TryCancel();
    return FromGrpcStatus(reader.Finish());
  }

  void SetContext(grpc::ClientContext* context) EXCLUDES(mutex_) {
    MutexLock lock(mutex_);
    context_ = context;
    if (context != nullptr && stopping_) context->TryCancel();
  }

  // Whether the stream is to end.
  bool Wait(absl::Duration pause) EXCLUDES(mutex_) {
    const absl::Time until = absl::Now() + pause;
    MutexLock lock(mutex_);
    while (!stopping_ && absl::Now() < until) changed_.WaitFor(mutex_, until - absl::Now());
    return stopping_;
  }

  const std::string address_;
  const ShownPositions& positions_;
  EvaluationLoop& loop_;
  const std::unique_ptr<replica::ReplicaService::Stub> stub_;
  bool following_ = false;  // of the thread: the loop has news that are to be followed
  Mutex mutex_;
  CondVar changed_;
  bool stopping_ GUARDED_BY(mutex_) = false;
  grpc::ClientContext* context_ GUARDED_BY(mutex_) = nullptr;
  std::thread thread_;
};

PeerFollower::PeerFollower(const PartitionOwnership& ownership, const ShownPositions& positions,
                           EvaluationLoop& loop)
    : ownership_(ownership), positions_(positions), loop_(loop) {
  thread_ = std::thread([this] { RunThread(); });
}

PeerFollower::~PeerFollower() { Stop(); }

void PeerFollower::Look() {
  MutexLock lock(mutex_);
  look_ = true;
  changed_.NotifyAll();
}

void PeerFollower::Stop() {
  {
    MutexLock lock(mutex_);
    stopping_ = true;
    changed_.NotifyAll();
  }
  if (thread_.joinable()) thread_.join();
}

void PeerFollower::RunThread() {
  while (true) {
    {
      MutexLock lock(mutex_);
      while (!look_ && !stopping_) changed_.Wait(mutex_);
      look_ = false;
      if (stopping_) break;
    }
    std::map<std::string, std::unique_ptr<Stream>> streams;
    for (const Peer& peer : ownership_.Peers()) {
      std::unique_ptr<Stream>& stream = streams[peer.address];
      if (stream == nullptr) stream = std::move(streams_[peer.address]);
      if (stream == nullptr) stream = std::make_unique<Stream>(peer.address, positions_, loop_);
    }
    // Those that are left end.
    streams_ = std::move(streams);
  }
  streams_.clear();
}

}  // namespace kpisuite
