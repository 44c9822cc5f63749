#include "services/measurement/sample_stream.h"

#include <google/rpc/status.pb.h>

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "libs/base/error.h"
#include "libs/rpc/status_mapping.h"
#include "services/measurement/raw_message.h"

namespace kpisuite {
namespace {

// The error of an ack carries the same details as that of a call.
google::rpc::Status RpcStatusOf(const absl::Status& status) {
  const grpc::Status mapped = ToGrpcStatus(status);
  google::rpc::Status error;
  if (!error.ParseFromString(mapped.error_details())) error.Clear();
  error.set_code(mapped.error_code());
  error.set_message(mapped.error_message());
  return error;
}

class Consumer final : public StreamConsumer<grpc::ByteBuffer> {
 public:
  explicit Consumer(std::shared_ptr<SampleStream> stream) : stream_(std::move(stream)) {}
  ~Consumer() override { stream_->Close(); }

  void OnMessage(grpc::ByteBuffer message) override { stream_->OnMessage(message); }
  void OnMessagesDone() override { stream_->OnMessagesDone(); }

 private:
  const std::shared_ptr<SampleStream> stream_;
};

}  // namespace

std::unique_ptr<StreamConsumer<grpc::ByteBuffer>> SampleStream::Open(
    MeasurementService& service, Executor& executor,
    std::shared_ptr<BidiStream<grpc::ByteBuffer>> stream) {
  auto opened = std::make_shared<SampleStream>(service, executor, stream);
  stream->ReadNext();
  return std::make_unique<Consumer>(std::move(opened));
}

SampleStream::SampleStream(MeasurementService& service, Executor& executor,
                           std::shared_ptr<BidiStream<grpc::ByteBuffer>> stream)
    : service_(service), executor_(executor), stream_(std::move(stream)), reading_(true) {}

void SampleStream::OnMessage(const grpc::ByteBuffer& message) {
  MutexLock lock(mutex_);
  reading_ = false;
  if (failed_ || stream_ == nullptr) return;
  if (unacked_.empty()) stream_->HoldEnd(true);
  Slot slot;
  slot.bytes = message.Length();
  unacked_bytes_ += slot.bytes;
  unacked_.push_back(std::move(slot));
  received_.push_back(message);
  SubmitWorkLocked();
  FlushLocked();
}

void SampleStream::OnMessagesDone() {
  MutexLock lock(mutex_);
  messages_done_ = true;
  FlushLocked();
}

void SampleStream::Close() {
  MutexLock lock(mutex_);
  stream_.reset();
  received_.clear();
}

void SampleStream::SubmitWorkLocked() {
  if (working_ || received_.empty()) return;
  const absl::Status submitted =
      executor_.Submit(0, absl::InfiniteFuture(),
                       [self = shared_from_this()](const absl::Status&) { self->Work(); });
  if (submitted.ok()) {
    working_ = true;
    return;
  }
  // The last ones received are the ones refused.
  for (size_t i = unacked_.size() - received_.size(); i < unacked_.size(); ++i) {
    unacked_[i].settled = true;
    *unacked_[i].ack.mutable_error() = RpcStatusOf(submitted);
  }
  received_.clear();
}

void SampleStream::Work() {
  while (true) {
    grpc::ByteBuffer message;
    int64_t batch_no = 0;
    {
      MutexLock lock(mutex_);
      if (received_.empty()) {
        working_ = false;
        return;
      }
      message = received_.front();
      batch_no = acked_through_ + static_cast<int64_t>(unacked_.size() - received_.size()) + 1;
      received_.pop_front();
    }
    WorkOn(batch_no, message);
  }
}

void SampleStream::WorkOn(int64_t batch_no, const grpc::ByteBuffer& message) {
  v1::StreamSamplesRequest request;
  if (const absl::Status parsed = ParseRaw(message, request); !parsed.ok()) {
    return Fail(batch_no, parsed);
  }
  if (request.batch_no() != batch_no) {
    return Fail(batch_no, InvalidFields({{"batch_no",
                                          absl::StrCat("got ", request.batch_no(), ", want ",
                                                       batch_no, ", the one after the last"),
                                          "", 0, 0}}));
  }
  service_.Write(
      request.batch(), absl::InfiniteFuture(),
      [self = shared_from_this(), batch_no](absl::StatusOr<v1::WriteSamplesResponse> result) {
        self->Settle(batch_no, std::move(result));
      });
}

void SampleStream::Settle(int64_t batch_no, absl::StatusOr<v1::WriteSamplesResponse> result) {
  MutexLock lock(mutex_);
  Slot& slot = unacked_[batch_no - acked_through_ - 1];
  slot.settled = true;
  if (result.ok()) {
    *slot.ack.mutable_result() = std::move(*result->mutable_result());
  } else {
    *slot.ack.mutable_error() = RpcStatusOf(result.status());
  }
  FlushLocked();
}

void SampleStream::Fail(int64_t batch_no, absl::Status status) {
  MutexLock lock(mutex_);
  failed_ = true;
  received_.clear();
  const size_t kept = batch_no - acked_through_ - 1;
  while (unacked_.size() > kept) {
    unacked_bytes_ -= unacked_.back().bytes;
    unacked_.pop_back();
  }
  if (stream_ != nullptr) stream_->End(std::move(status));
  FlushLocked();
}

bool SampleStream::HasRoomLocked() const {
  return unacked_.size() < static_cast<size_t>(service_.limits().max_unacked_batches) &&
         unacked_bytes_ < service_.limits().max_unacked_bytes;
}

void SampleStream::FlushLocked() {
  v1::StreamSamplesResponse response;
  while (!unacked_.empty() && unacked_.front().settled) {
    Slot& slot = unacked_.front();
    slot.ack.set_batch_no(++acked_through_);
    *response.add_acks() = std::move(slot.ack);
    unacked_bytes_ -= slot.bytes;
    unacked_.pop_front();
  }
  if (stream_ == nullptr) return;
  if (response.acks_size() > 0) {
    response.set_durable_through_batch_no(acked_through_);
    stream_->Write(SerializeRaw(response));
  }
  if (unacked_.empty()) {
    if (messages_done_ && !failed_) stream_->End(absl::OkStatus());
    stream_->HoldEnd(false);
  }
  if (!reading_ && !messages_done_ && !failed_ && HasRoomLocked()) {
    reading_ = true;
    stream_->ReadNext();
  }
}

}  // namespace kpisuite
