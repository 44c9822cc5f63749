// SampleStream: one StreamSamples call. Batches are pipelined into the store and acknowledged in
// order.
#pragma once

#include <grpcpp/support/byte_buffer.h>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "kpisuite/v1/measurement_service.pb.h"
#include "libs/base/executor.h"
#include "libs/base/mutex.h"
#include "libs/rpc/stream_source.h"
#include "services/measurement/measurement_service.h"

namespace kpisuite {

// Thread-safe. Messages are parsed and checked on the executor, one at a time and in order, and
// handed to the store without waiting for the one before. Nothing more is read from the client
// while max_unacked_batches or max_unacked_bytes are reached: its windows fill and it stops.
//
// The end of the stream, whoever wants it, waits for the acks of the batches that were accepted.
class SampleStream final : public std::enable_shared_from_this<SampleStream> {
 public:
  // `service` and `executor` outlive the stream.
  SampleStream(MeasurementService& service, Executor& executor,
               std::shared_ptr<BidiStream<grpc::ByteBuffer>> stream);

  // The consumer to register for a new stream; asks for the first message.
  static std::unique_ptr<StreamConsumer<grpc::ByteBuffer>> Open(
      MeasurementService& service, Executor& executor,
      std::shared_ptr<BidiStream<grpc::ByteBuffer>> stream);

  void OnMessage(const grpc::ByteBuffer& message) EXCLUDES(mutex_);
  void OnMessagesDone() EXCLUDES(mutex_);
  // The call is over: batches that were not handed to the store yet are dropped.
  void Close() EXCLUDES(mutex_);

 private:
  // A batch that is not acknowledged yet.
  struct Slot {
    size_t bytes = 0;
    bool settled = false;
    v1::BatchAck ack;
  };

  void SubmitWorkLocked() REQUIRES(mutex_);
  // Hands received batches to the store until there are none.
  void Work() EXCLUDES(mutex_);
  void WorkOn(int64_t batch_no, const grpc::ByteBuffer& message) EXCLUDES(mutex_);
  void Settle(int64_t batch_no, absl::StatusOr<v1::WriteSamplesResponse> result) EXCLUDES(mutex_);
  // Ends the call because of batch `batch_no`, which is dropped with all after it.
  void Fail(int64_t batch_no, absl::Status status) EXCLUDES(mutex_);
  // Sends the acks at the front that are settled, and reads on or ends where that is due.
  void FlushLocked() REQUIRES(mutex_);
  bool HasRoomLocked() const REQUIRES(mutex_);

  MeasurementService& service_;
  Executor& executor_;
  Mutex mutex_;
  std::shared_ptr<BidiStream<grpc::ByteBuffer>> stream_ GUARDED_BY(mutex_);
  std::deque<grpc::ByteBuffer> received_ GUARDED_BY(mutex_);  // not yet handed to the store
  std::deque<Slot> unacked_ GUARDED_BY(mutex_);
  size_t unacked_bytes_ GUARDED_BY(mutex_) = 0;
  int64_t acked_through_ GUARDED_BY(mutex_) = 0;  // batch number
  bool working_ GUARDED_BY(mutex_) = false;
  bool reading_ GUARDED_BY(mutex_) = false;  // a message is asked for
  bool messages_done_ GUARDED_BY(mutex_) = false;
  bool failed_ GUARDED_BY(mutex_) = false;
};

}  // namespace kpisuite
