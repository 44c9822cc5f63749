#include "services/kpictl/import/sample_streamer.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "libs/base/error.h"
#include "libs/base/status_macros.h"
#include "libs/rpc/status_mapping.h"

namespace kpisuite {
namespace {

constexpr absl::Duration kMaxDelay = absl::Seconds(2);
// How often a wait looks whether patience has ended.
constexpr absl::Duration kTick = absl::Milliseconds(100);

absl::Status StatusOf(const google::rpc::Status& error) {
  return FromGrpcStatus(grpc::Status(static_cast<grpc::StatusCode>(error.code()), error.message(),
                                     error.SerializeAsString()));
}

bool IsPassing(const absl::Status& status) {
  return absl::IsUnavailable(status) || absl::IsResourceExhausted(status);
}

// A refusal with the lines of the file it is about.
absl::Status WithLines(const absl::Status& status, const ImportBatch& batch) {
  ErrorDetails details = GetErrorDetails(status);
  std::string where = absl::StrCat("batch ", batch.number);
  if (!details.violations.empty()) {
    const int64_t line = LineOfField(batch, details.violations.front().field);
    if (line > 0) where = absl::StrCat("line ", line);
  }
  for (FieldViolation& violation : details.violations) {
    violation.line = static_cast<int>(LineOfField(batch, violation.field));
  }
  return WithErrorDetails(absl::Status(status.code(), absl::StrCat(where, ": ", status.message())),
                          details);
}

}  // namespace

SampleStreamer::SampleStreamer(v1::MeasurementService::StubInterface& stub, StreamerOptions options)
    : stub_(stub), options_(options), delay_(options.first_delay), last_ack_(absl::Now()) {}

SampleStreamer::~SampleStreamer() { Disconnect(); }

void SampleStreamer::StartAfter(int64_t number) {
  MutexLock lock(mutex_);
  durable_through_ = number;
}

StreamTotals SampleStreamer::totals() const {
  MutexLock lock(mutex_);
  StreamTotals totals = totals_;
  if (!token_.parts.empty() || token_.definition_position > 0) {
    totals.result.set_position_token(token_.ToText());
  }
  return totals;
}

int64_t SampleStreamer::durable_through() const {
  MutexLock lock(mutex_);
  return durable_through_;
}

absl::Status SampleStreamer::Write(ImportBatch batch) {
  RETURN_IF_ERROR(WaitForRoom(static_cast<size_t>(options_.window)));
  Send(std::move(batch));
  return absl::OkStatus();
}

absl::Status SampleStreamer::Finish() {
  RETURN_IF_ERROR(WaitForRoom(1));
  if (stream_ == nullptr) return absl::OkStatus();
  stream_->WritesDone();
  const absl::Time give_up = absl::Now() + options_.patience;
  {
    MutexLock lock(mutex_);
    while (!broken_ && absl::Now() < give_up) changed_.WaitFor(mutex_, kTick);
  }
  Disconnect();
  return absl::OkStatus();
}

// Waits until fewer than `room` batches are unsettled; keeps connection and resending going.
absl::Status SampleStreamer::WaitForRoom(size_t room) {
  bool has_room = false;
  while (!has_room) RETURN_IF_ERROR(Step(room, has_room));
  return absl::OkStatus();
}

absl::Status SampleStreamer::Step(size_t room, bool& has_room) {
  bool connect = false;
  ImportBatch again;
  {
    MutexLock lock(mutex_);
    RETURN_IF_ERROR(failure_);
    const bool unsettled = !in_flight_.empty() || !resend_.empty();
    if (unsettled && absl::Now() - last_ack_ > options_.patience) {
      return absl::UnavailableError(
          absl::StrCat("no acknowledgement for ", absl::FormatDuration(options_.patience),
                       "; what was acknowledged is durable, run the same import again to go on"));
    }
    connect = stream_ == nullptr || broken_;
    const bool may_resend = !connect && !resend_.empty() && absl::Now() >= resend_after_;
    if (may_resend) {
      again = std::move(resend_.front());
      resend_.pop_front();
    } else if (!connect) {
      has_room = resend_.empty() && in_flight_.size() < room;
      if (!has_room) changed_.WaitFor(mutex_, kTick);
      return absl::OkStatus();
    }
  }
  if (connect) return Connect();
  Send(std::move(again));
  return absl::OkStatus();
}

// Opens the next stream; batches of the last one that have no ack are to be sent again.
absl::Status SampleStreamer::Connect() {
  const bool first = stream_ == nullptr && !reader_.joinable();
  Disconnect();
  if (!first) {
    absl::SleepFor(delay_);
    delay_ = std::min(delay_ * 2, kMaxDelay);
  }
  {
    MutexLock lock(mutex_);
    if (first) last_ack_ = absl::Now();
    for (auto entry = in_flight_.rbegin(); entry != in_flight_.rend(); ++entry) {
      resend_.push_front(std::move(entry->second));
    }
    in_flight_.clear();
    std::sort(resend_.begin(), resend_.end(),
              [](const auto& a, const auto& b) { return a.number < b.number; });
    broken_ = false;
  }
  next_batch_no_ = 1;
  context_ = std::make_unique<grpc::ClientContext>();
  stream_ = stub_.StreamSamples(context_.get());
  reader_ = std::thread([this, stream = stream_.get()] { ReadAcks(stream); });
  return absl::OkStatus();
}

void SampleStreamer::Disconnect() {
  if (!reader_.joinable()) return;
  context_->TryCancel();
  reader_.join();
  stream_.reset();
}

void SampleStreamer::Send(ImportBatch batch) {
  v1::StreamSamplesRequest request;
  request.set_batch_no(next_batch_no_++);
  *request.mutable_batch() = batch.request;
  {
    MutexLock lock(mutex_);
    if (in_flight_.empty() && resend_.empty()) last_ack_ = absl::Now();
    in_flight_.emplace(request.batch_no(), std::move(batch));
  }
  // A write that fails ends the stream; the reader notices and the batch is sent again.
  stream_->Write(request);
}

void SampleStreamer::ReadAcks(Stream* stream) {
  v1::StreamSamplesResponse response;
  while (stream->Read(&response)) {
    MutexLock lock(mutex_);
    last_ack_ = absl::Now();
    for (const v1::BatchAck& ack : response.acks()) TakeAck(ack);
    changed_.NotifyAll();
  }
  const absl::Status status = FromGrpcStatus(stream->Finish());
  MutexLock lock(mutex_);
  broken_ = true;
  const bool passing =
      status.ok() || IsPassing(status) || absl::IsCancelled(status) || absl::IsUnknown(status);
  if (!passing && failure_.ok()) failure_ = status;
  changed_.NotifyAll();
}

void SampleStreamer::TakeAck(const v1::BatchAck& ack) {
  const auto found = in_flight_.find(ack.batch_no());
  if (found == in_flight_.end()) return;
  ImportBatch batch = std::move(found->second);
  in_flight_.erase(found);
  if (!ack.has_error()) {
    delay_ = options_.first_delay;
    TakeResult(batch, ack.result());
    return;
  }
  const absl::Status status = StatusOf(ack.error());
  if (IsPassing(status)) {
    resend_after_ =
        absl::Now() + GetErrorDetails(status).retry_after.value_or(options_.first_delay);
    resend_.push_back(std::move(batch));
  } else if (failure_.ok()) {
    failure_ = WithLines(status, batch);
  }
}

void SampleStreamer::TakeResult(const ImportBatch& batch, const v1::WriteResult& result) {
  v1::WriteResult& sum = totals_.result;
  if (result.duplicate()) {
    ++totals_.duplicate_batches;
    sum.set_unchanged(sum.unchanged() + result.inserted() + result.corrected() +
                      result.unchanged());
  } else {
    sum.set_inserted(sum.inserted() + result.inserted());
    sum.set_corrected(sum.corrected() + result.corrected());
    sum.set_unchanged(sum.unchanged() + result.unchanged());
  }
  totals_.rows += batch.rows;
  ++totals_.batches;
  const absl::StatusOr<PositionToken> token = PositionToken::Parse(result.position_token());
  if (token.ok()) token_.Merge(*token);
  durable_ahead_.insert(batch.number);
  while (durable_ahead_.erase(durable_through_ + 1) > 0) ++durable_through_;
}

}  // namespace kpisuite
