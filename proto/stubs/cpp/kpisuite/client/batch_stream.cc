#include "kpisuite/client/batch_stream.h"

#include <utility>

namespace kpisuite::client {
namespace {

constexpr size_t kMaxUnackedBytes = 8 << 20;
constexpr int kMaxFailures = 10;

}  // namespace

BatchStream::~BatchStream() {
  if (call_ == nullptr) return;
  bool settled = false;
  {
    std::lock_guard<std::mutex> lock(mutex_);
    settled = call_->unacked.empty();
  }
  if (settled) {
    call_->stream->WritesDone();
  } else {
    call_->context.TryCancel();
  }
  call_->acks.join();
}

void BatchStream::Add(v1::WriteSamplesRequest request) {
  Batch batch;
  batch.request = std::make_shared<v1::StreamSamplesRequest>();
  *batch.request->mutable_batch() = std::move(request);
  batch.bytes = batch.request->ByteSizeLong();
  std::lock_guard<std::mutex> lock(mutex_);
  waiting_.push_back(std::move(batch));
}

grpc::Status BatchStream::Send() {
  while (true) {
    {
      std::lock_guard<std::mutex> lock(mutex_);
      if (waiting_.empty()) return grpc::Status::OK;
    }
    if (grpc::Status status = Advance(); !status.ok()) return status;
  }
}

grpc::Status BatchStream::Settle() {
  while (true) {
    {
      std::lock_guard<std::mutex> lock(mutex_);
      if (waiting_.empty() && (call_ == nullptr || call_->unacked.empty())) {
        return grpc::Status::OK;
      }
    }
    if (grpc::Status status = Advance(); !status.ok()) return status;
  }
}

WriteSummary BatchStream::Summary() const {
  std::lock_guard<std::mutex> lock(mutex_);
  return summary_;
}

grpc::Status BatchStream::Advance() {
  std::unique_lock<std::mutex> lock(mutex_);
  if (call_ != nullptr && call_->ended.has_value()) {
    lock.unlock();
    return Recover();
  }
  if (pause_.has_value()) {
    const std::chrono::nanoseconds pause = *std::exchange(pause_, std::nullopt);
    lock.unlock();
    std::this_thread::sleep_for(pause);
  } else if (!waiting_.empty() && HasRoomLocked()) {
    SendNext(lock);
  } else {
    changed_.wait(lock);
  }
  return grpc::Status::OK;
}

bool BatchStream::HasRoomLocked() const {
  if (call_ == nullptr || call_->unacked.empty()) return true;
  return call_->unacked.size() < max_unacked_batches_ &&
         call_->unacked_bytes + waiting_.front().bytes <= kMaxUnackedBytes;
}

void BatchStream::SendNext(std::unique_lock<std::mutex>& lock) {
  if (call_ == nullptr) {
    call_ = std::make_unique<Call>();
    call_->stream = stub_.StreamSamples(&call_->context);
    call_->acks = std::thread([this, call = call_.get()] { FollowAcks(*call); });
  }
  const Batch batch = std::move(waiting_.front());
  waiting_.pop_front();
  batch.request->set_batch_no(++call_->sent);
  call_->unacked_bytes += batch.bytes;
  call_->unacked.push_back(batch);
  // The lock is not held while the windows of the connection are full. When the call is over the
  // write fails at once, and FollowAcks tells why.
  lock.unlock();
  call_->stream->Write(*batch.request);
}

// The outcome of what has no ack is unknown: the request id makes it safe to send it again.
grpc::Status BatchStream::Recover() {
  call_->acks.join();
  std::lock_guard<std::mutex> lock(mutex_);
  const grpc::Status ended = *call_->ended;
  waiting_.insert(waiting_.begin(), call_->unacked.begin(), call_->unacked.end());
  call_.reset();
  const Error error = DecodeError(ended);
  if (!error.IsTransient() || backoff_.failures() >= kMaxFailures) {
    backoff_.Reset();
    return ended;
  }
  pause_ = backoff_.Next(error.retry_delay);
  return grpc::Status::OK;
}

void BatchStream::FollowAcks(Call& call) {
  v1::StreamSamplesResponse response;
  bool in_order = true;
  while (in_order && call.stream->Read(&response)) {
    std::lock_guard<std::mutex> lock(mutex_);
    for (const v1::BatchAck& ack : response.acks()) {
      in_order = !call.unacked.empty() && ack.batch_no() == ++call.acked;
      if (!in_order) break;
      Batch batch = std::move(call.unacked.front());
      call.unacked.pop_front();
      call.unacked_bytes -= batch.bytes;
      NoteLocked(std::move(batch), ack);
    }
    changed_.notify_all();
  }
  if (!in_order) call.context.TryCancel();
  while (call.stream->Read(&response)) {
  }
  grpc::Status status = call.stream->Finish();
  if (!in_order) status = {grpc::StatusCode::INTERNAL, "an ack came for a batch that had none due"};
  if (status.ok()) status = {grpc::StatusCode::UNAVAILABLE, "the stream ended"};
  std::lock_guard<std::mutex> lock(mutex_);
  call.ended = status;
  changed_.notify_all();
}

void BatchStream::NoteLocked(Batch batch, const v1::BatchAck& ack) {
  if (!ack.has_error()) {
    const v1::WriteResult& result = ack.result();
    ++summary_.batches;
    summary_.inserted += result.inserted();
    summary_.corrected += result.corrected();
    summary_.unchanged += result.unchanged();
    summary_.rejected.insert(summary_.rejected.end(), result.rejected().begin(),
                             result.rejected().end());
    summary_.position_token = result.position_token();
    backoff_.Reset();
    return;
  }
  const Error error = DecodeError(ack.error());
  if (error.IsTransient() && backoff_.failures() < kMaxFailures) {
    pause_ = backoff_.Next(error.retry_delay);
    waiting_.push_back(std::move(batch));
  } else {
    ++summary_.batches;
    summary_.refused.push_back({batch.request->batch().request_id(), ack.error()});
  }
}

}  // namespace kpisuite::client
