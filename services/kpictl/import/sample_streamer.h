// StreamSamples as a pipe for batches: a bounded window, resending, reconnecting.
#pragma once

#include <grpcpp/client_context.h>
#include <grpcpp/support/sync_stream.h>

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <thread>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "kpisuite/v1/measurement_service.grpc.pb.h"
#include "libs/base/mutex.h"
#include "libs/base/position_token.h"
#include "services/kpictl/import/batch_builder.h"

namespace kpisuite {

struct StreamerOptions {
  int window = 8;                                        // most batches without an ack
  absl::Duration patience = absl::Seconds(30);           // without any ack before giving up
  absl::Duration first_delay = absl::Milliseconds(100);  // before a second connection; doubles
};

// What the acks said. Samples of batches that were recognised as repeated count as unchanged.
struct StreamTotals {
  int64_t rows = 0;
  int64_t batches = 0;
  int64_t duplicate_batches = 0;
  v1::WriteResult result;  // with the merged position token
};

// Every batch is sent until it is acknowledged or refused: batches without an ack are sent again on
// a new connection, and those refused with UNAVAILABLE or RESOURCE_EXHAUSTED after a pause, always
// with their request_id. Functions are called from one thread.
class SampleStreamer {
 public:
  // `stub` outlives the streamer.
  SampleStreamer(v1::MeasurementService::StubInterface& stub, StreamerOptions options);
  SampleStreamer(const SampleStreamer&) = delete;
  SampleStreamer& operator=(const SampleStreamer&) = delete;
  ~SampleStreamer();  // ends the stream at once

  // Sends a batch; waits while the window is full. The error of the first batch that was refused
  // for good (its message names the line of the file), or UNAVAILABLE when patience ended.
  absl::Status Write(ImportBatch batch);
  // Waits until every batch is settled. Errors as Write.
  absl::Status Finish();

  StreamTotals totals() const EXCLUDES(mutex_);
  // Every batch up to this number is durable.
  int64_t durable_through() const EXCLUDES(mutex_);
  // Batches before this number are durable already and are not sent. Before the first Write.
  void StartAfter(int64_t number);

 private:
  using Stream =
      grpc::ClientReaderWriterInterface<v1::StreamSamplesRequest, v1::StreamSamplesResponse>;

  absl::Status WaitForRoom(size_t room);
  absl::Status Step(size_t room, bool& has_room);
  absl::Status Connect();
  void Disconnect();
  void Send(ImportBatch batch) EXCLUDES(mutex_);
  void ReadAcks(Stream* stream) EXCLUDES(mutex_);
  void TakeAck(const v1::BatchAck& ack) REQUIRES(mutex_);
  void TakeResult(const ImportBatch& batch, const v1::WriteResult& result) REQUIRES(mutex_);

  v1::MeasurementService::StubInterface& stub_;
  const StreamerOptions options_;

  std::unique_ptr<grpc::ClientContext> context_;
  std::unique_ptr<Stream> stream_;
  std::thread reader_;
  int64_t next_batch_no_ = 1;  // of the current stream
  absl::Duration delay_;

  mutable Mutex mutex_;
  CondVar changed_;
  std::map<int64_t, ImportBatch> in_flight_ GUARDED_BY(mutex_);  // by batch_no of the stream
  std::deque<ImportBatch> resend_ GUARDED_BY(mutex_);
  absl::Time resend_after_ GUARDED_BY(mutex_) = absl::InfinitePast();
  bool broken_ GUARDED_BY(mutex_) = false;
  absl::Status failure_ GUARDED_BY(mutex_);
  absl::Time last_ack_ GUARDED_BY(mutex_);
  StreamTotals totals_ GUARDED_BY(mutex_);
  PositionToken token_ GUARDED_BY(mutex_);
  int64_t durable_through_ GUARDED_BY(mutex_) = 0;
  std::set<int64_t> durable_ahead_ GUARDED_BY(mutex_);  // durable, with a gap before them
};

}  // namespace kpisuite
