// BatchStream: batches on their way through StreamSamples calls, one after the other when they
// break. A part of SampleWriter.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>

#include "kpisuite/client/backoff.h"
#include "kpisuite/client/write_summary.h"
#include "kpisuite/v1/measurement_service.grpc.pb.h"

namespace kpisuite::client {

// For one thread, which does all sending; a thread of its own follows the acks of each call. A
// batch is kept until it is settled, whatever fails.
class BatchStream {
 public:
  // `stub` outlives the stream.
  BatchStream(v1::MeasurementService::StubInterface& stub, int max_unacked_batches)
      : stub_(stub), max_unacked_batches_(max_unacked_batches) {}
  BatchStream(const BatchStream&) = delete;
  BatchStream& operator=(const BatchStream&) = delete;
  // Gives up what is not settled.
  ~BatchStream();

  void Add(v1::WriteSamplesRequest request);
  // Waits until everything is sent. An error is one that trying again did not help against; another
  // call tries again.
  grpc::Status Send();
  // Waits until everything is settled. Errors as Send.
  grpc::Status Settle();

  WriteSummary Summary() const;

 private:
  struct Batch {
    std::shared_ptr<v1::StreamSamplesRequest> request;
    size_t bytes = 0;
  };
  struct Call {
    grpc::ClientContext context;
    std::unique_ptr<
        grpc::ClientReaderWriterInterface<v1::StreamSamplesRequest, v1::StreamSamplesResponse>>
        stream;
    std::thread acks;
    // The rest is guarded by mutex_.
    std::deque<Batch> unacked;
    size_t unacked_bytes = 0;
    int64_t sent = 0;
    int64_t acked = 0;
    std::optional<grpc::Status> ended;
  };

  // One step: recover, wait as long as a fault demands, send, or wait for an ack.
  grpc::Status Advance();
  grpc::Status Recover();
  void SendNext(std::unique_lock<std::mutex>& lock);
  bool HasRoomLocked() const;
  void FollowAcks(Call& call);
  void NoteLocked(Batch batch, const v1::BatchAck& ack);

  v1::MeasurementService::StubInterface& stub_;
  const size_t max_unacked_batches_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::unique_ptr<Call> call_;  // made and ended by the sending thread
  // Guarded by mutex_.
  WriteSummary summary_;
  Backoff backoff_;
  std::deque<Batch> waiting_;  // on no call: not sent yet, or to be sent again
  std::optional<std::chrono::nanoseconds> pause_;
};

}  // namespace kpisuite::client
