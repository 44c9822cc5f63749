#include "tests/bench/unary_load.h"

#include <grpcpp/completion_queue.h>
#include <grpcpp/generic/generic_stub.h>
#include <sys/prctl.h>

#include <algorithm>
#include <chrono>
#include <thread>
#include <utility>

#include "libs/rpc/status_mapping.h"

namespace kpisuite {
namespace {

using SteadyClock = std::chrono::steady_clock;
using SteadyTime = SteadyClock::time_point;

std::string BytesOf(const grpc::ByteBuffer& buffer) {
  std::vector<grpc::Slice> slices;
  std::string bytes;
  if (!buffer.Dump(&slices).ok()) return bytes;
  for (const grpc::Slice& slice : slices) {
    bytes.append(reinterpret_cast<const char*>(slice.begin()), slice.size());
  }
  return bytes;
}

struct PendingUnary {
  grpc::ClientContext context;
  grpc::ByteBuffer response;
  grpc::Status status;
  SteadyTime intended;
  std::unique_ptr<grpc::ClientAsyncResponseReader<grpc::ByteBuffer>> reader;
};

// The calls over one channel. Start and Next may be called by two threads.
class ChannelCalls {
 public:
  // `first` of `step` walkers through the sequence.
  ChannelCalls(const UnaryTarget& target, size_t first, size_t step)
      : target_(target), stub_(target.channels[first]), next_(first), step_(step) {}
  ChannelCalls(const ChannelCalls&) = delete;
  ChannelCalls& operator=(const ChannelCalls&) = delete;
  ~ChannelCalls() {
    queue_.Shutdown();
    while (Next() != nullptr) {
    }
  }

  void Start(SteadyTime intended) {
    auto call = std::make_unique<PendingUnary>();
    call->intended = intended;
    const uint32_t request = (*target_.sequence)[next_ % target_.sequence->size()];
    next_ += step_;
    call->reader = stub_.PrepareUnaryCall(&call->context, target_.method,
                                          (*target_.requests)[request], &queue_);
    call->reader->StartCall();
    PendingUnary* started = call.release();
    started->reader->Finish(&started->response, &started->status, started);
  }

  // The next call that has ended; null after the end of the queue.
  std::unique_ptr<PendingUnary> Next() {
    void* tag = nullptr;
    bool ok = false;
    if (!queue_.Next(&tag, &ok)) return nullptr;
    return std::unique_ptr<PendingUnary>(static_cast<PendingUnary*>(tag));
  }

 private:
  const UnaryTarget& target_;
  grpc::CompletionQueue queue_;
  grpc::GenericStub stub_;
  size_t next_;
  const size_t step_;
};

// One client thread of a closed loop.
struct ClosedLoopClient {
  int64_t calls = 0;
  absl::Status status;

  void Run(ChannelCalls& channel, int in_flight, SteadyTime end) {
    for (int i = 0; i < in_flight; ++i) channel.Start({});
    while (in_flight > 0) {
      const std::unique_ptr<PendingUnary> call = channel.Next();
      --in_flight;
      if (!call->status.ok()) {
        status = FromGrpcStatus(call->status);
        continue;
      }
      ++calls;
      if (!status.ok() || SteadyClock::now() >= end) continue;
      channel.Start({});
      ++in_flight;
    }
  }
};

// One receiving thread of an open loop.
struct OpenLoopReceiver {
  LatencyHistogram latencies;
  absl::Status status;

  void Run(ChannelCalls& channel, int64_t calls) {
    for (int64_t i = 0; i < calls; ++i) {
      const std::unique_ptr<PendingUnary> call = channel.Next();
      latencies.Record(absl::FromChrono(SteadyClock::now() - call->intended));
      if (!call->status.ok()) status = FromGrpcStatus(call->status);
    }
  }
};

std::vector<std::unique_ptr<ChannelCalls>> Open(const UnaryTarget& target) {
  std::vector<std::unique_ptr<ChannelCalls>> channels;
  for (size_t i = 0; i < target.channels.size(); ++i) {
    channels.push_back(std::make_unique<ChannelCalls>(target, i, target.channels.size()));
  }
  return channels;
}

}  // namespace

absl::StatusOr<std::string> CallOnce(const UnaryTarget& target) {
  const std::vector<uint32_t> first = {0};
  UnaryTarget once = target;
  once.sequence = &first;
  ChannelCalls channel(once, 0, 1);
  channel.Start({});
  const std::unique_ptr<PendingUnary> call = channel.Next();
  if (!call->status.ok()) return FromGrpcStatus(call->status);
  return BytesOf(call->response);
}

absl::StatusOr<ClosedLoopResult> RunClosedLoop(const UnaryTarget& target, int in_flight,
                                               absl::Duration duration) {
  const auto channels = Open(target);
  std::vector<ClosedLoopClient> clients(channels.size());
  std::vector<std::thread> threads;
  const SteadyTime start = SteadyClock::now();
  const int count = static_cast<int>(channels.size());
  for (int i = 0; i < count; ++i) {
    const int share = std::max(1, in_flight / count + (i < in_flight % count ? 1 : 0));
    threads.emplace_back(
        [&client = clients[static_cast<size_t>(i)], &channel = *channels[static_cast<size_t>(i)],
         share,
         end = start + absl::ToChronoNanoseconds(duration)] { client.Run(channel, share, end); });
  }
  for (std::thread& thread : threads) thread.join();
  ClosedLoopResult result;
  result.elapsed = absl::FromChrono(SteadyClock::now() - start);
  for (const ClosedLoopClient& client : clients) {
    if (!client.status.ok()) return client.status;
    result.calls += client.calls;
  }
  return result;
}

absl::StatusOr<LatencyHistogram> RunOpenLoop(const UnaryTarget& target, double rate,
                                             absl::Duration duration) {
  const auto channels = Open(target);
  const auto count = static_cast<int64_t>(channels.size());
  const int64_t calls =
      std::max<int64_t>(1, static_cast<int64_t>(rate * absl::ToDoubleSeconds(duration)) / count) *
      count;
  std::vector<OpenLoopReceiver> receivers(channels.size());
  std::vector<std::thread> threads;
  for (size_t i = 0; i < channels.size(); ++i) {
    threads.emplace_back([&receiver = receivers[i], &channel = *channels[i], calls, count] {
      receiver.Run(channel, calls / count);
    });
  }
  // Wake up on time, not 50 microseconds later.
  prctl(PR_SET_TIMERSLACK, 1);
  const SteadyTime start = SteadyClock::now();
  for (int64_t i = 0; i < calls; ++i) {
    const auto intended =
        start + absl::ToChronoNanoseconds(absl::Seconds(static_cast<double>(i) / rate));
    std::this_thread::sleep_until(intended);
    channels[static_cast<size_t>(i % count)]->Start(intended);
  }
  prctl(PR_SET_TIMERSLACK, 0);  // the default
  for (std::thread& thread : threads) thread.join();
  LatencyHistogram all;
  for (const OpenLoopReceiver& receiver : receivers) {
    if (!receiver.status.ok()) return receiver.status;
    all.Merge(receiver.latencies);
  }
  return all;
}

}  // namespace kpisuite
