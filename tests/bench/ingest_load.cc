#include "tests/bench/ingest_load.h"

#include <algorithm>
#include <deque>
#include <thread>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "kpisuite/v1/measurement_service.grpc.pb.h"
#include "libs/base/mutex.h"
#include "services/measurement/definition_test_server.h"

namespace kpisuite {
namespace {

constexpr char kMetric[] = "latency";
constexpr int64_t kStep = 1'000'000;  // between the samples of a series, nanoseconds

// One stream: a thread that writes and one that reads acks.
class LoadStream {
 public:
  LoadStream(const IngestLoadOptions& options, int number, std::shared_ptr<grpc::Channel> channel)
      : options_(options),
        number_(number),
        stub_(v1::MeasurementService::NewStub(std::move(channel))),
        stream_(stub_->StreamSamples(&context_)) {}

  void Run(absl::Time end) {
    std::thread reader([this] { ReadAcks(); });
    Prepare();
    const absl::Time begin = absl::Now();
    for (int64_t batch_no = 1; absl::Now() < end && WaitForRoom(); ++batch_no) {
      if (options_.rate > 0) absl::SleepFor(begin + BatchInterval() * (batch_no - 1) - absl::Now());
      Fill(batch_no);
      {
        MutexLock lock(mutex_);
        sent_.push_back(absl::Now());
      }
      if (!stream_->Write(request_)) break;
    }
    stream_->WritesDone();
    reader.join();
    const grpc::Status status = stream_->Finish();
    if (!status.ok() && error_.ok()) error_ = absl::UnavailableError(status.error_message());
  }

  const absl::Status& error() const { return error_; }
  int64_t batches() const { return static_cast<int64_t>(ack_seconds_.size()); }
  const std::vector<double>& ack_seconds() const { return ack_seconds_; }

 private:
  void Prepare() {
    v1::WriteSamplesRequest& batch = *request_.mutable_batch();
    batch.set_parent("workspaces/w");
    const int rows = options_.batch / options_.series;
    for (int series = 0; series < options_.series; ++series) {
      v1::SeriesBlock& block = *batch.add_series();
      block.set_metric(kMetric);
      (*block.mutable_dimensions())["host"] = absl::StrCat("host-", number_, "-", series);
      block.mutable_time_unix_nano()->Resize(rows, 0);
      block.mutable_mantissas()->Resize(rows, 0);
      for (int row = 0; options_.by_id && row < rows; ++row) block.add_sample_ids();
    }
  }

  // Between the batches of this stream.
  absl::Duration BatchInterval() const {
    return absl::Seconds(options_.batch * options_.streams / options_.rate);
  }

  void Fill(int64_t batch_no) {
    request_.set_batch_no(batch_no);
    v1::WriteSamplesRequest& batch = *request_.mutable_batch();
    batch.set_request_id(absl::StrCat("load-", number_, "-", batch_no));
    for (int series = 0; series < batch.series_size(); ++series) {
      v1::SeriesBlock& block = *batch.mutable_series(series);
      for (int row = 0; row < block.time_unix_nano_size(); ++row) {
        const int64_t index = (batch_no - 1) * block.time_unix_nano_size() + row;
        block.set_time_unix_nano(row, start_ + index * kStep);
        block.set_mantissas(row, (index * 7919 + series) % 100'000);
        if (options_.by_id) block.set_sample_ids(row, absl::StrCat("e", index));
      }
    }
  }

  bool WaitForRoom() {
    MutexLock lock(mutex_);
    while (static_cast<int>(sent_.size()) >= options_.window && !ended_) acked_.Wait(mutex_);
    return !ended_;
  }

  void ReadAcks() {
    v1::StreamSamplesResponse response;
    while (stream_->Read(&response)) {
      const absl::Time now = absl::Now();
      MutexLock lock(mutex_);
      for (const v1::BatchAck& ack : response.acks()) {
        if (ack.has_error() && error_.ok()) {
          error_ = absl::AbortedError(ack.error().message());
          ended_ = true;
        }
        ack_seconds_.push_back(absl::ToDoubleSeconds(now - sent_.front()));
        sent_.pop_front();
      }
      acked_.NotifyAll();
    }
    MutexLock lock(mutex_);
    ended_ = true;
    acked_.NotifyAll();
  }

  const IngestLoadOptions& options_;
  const int number_;
  const int64_t start_ = absl::ToUnixNanos(absl::Now() - absl::Hours(48));
  const std::unique_ptr<v1::MeasurementService::Stub> stub_;
  grpc::ClientContext context_;
  const std::unique_ptr<
      grpc::ClientReaderWriter<v1::StreamSamplesRequest, v1::StreamSamplesResponse>>
      stream_;
  v1::StreamSamplesRequest request_;
  Mutex mutex_;
  CondVar acked_;
  std::deque<absl::Time> sent_ GUARDED_BY(mutex_);
  bool ended_ GUARDED_BY(mutex_) = false;
  // Of the reading thread until it is joined.
  std::vector<double> ack_seconds_;
  absl::Status error_;
};

}  // namespace

v1::Definition LoadMetric(const IngestLoadOptions& options) {
  return MetricDefinitionOf(kMetric, 2, {"host"},
                            options.by_id ? v1::SAMPLE_IDENTITY_EVENT : v1::SAMPLE_IDENTITY_TIME);
}

absl::StatusOr<IngestLoadResult> RunIngestLoad(
    const IngestLoadOptions& options, absl::Duration duration,
    const std::function<std::shared_ptr<grpc::Channel>()>& connect) {
  std::vector<std::unique_ptr<LoadStream>> streams;
  for (int i = 0; i < options.streams; ++i) {
    streams.push_back(std::make_unique<LoadStream>(options, i, connect()));
  }
  const absl::Time start = absl::Now();
  std::vector<std::thread> threads;
  for (const auto& stream : streams) {
    threads.emplace_back([&stream, end = start + duration] { stream->Run(end); });
  }
  for (std::thread& thread : threads) thread.join();
  IngestLoadResult result;
  result.elapsed = absl::Now() - start;
  for (const auto& stream : streams) {
    if (!stream->error().ok()) return stream->error();
    result.batches += stream->batches();
    result.ack_seconds.insert(result.ack_seconds.end(), stream->ack_seconds().begin(),
                              stream->ack_seconds().end());
  }
  const int64_t per_batch = options.batch / options.series * options.series;
  result.samples = result.batches * per_batch;
  std::sort(result.ack_seconds.begin(), result.ack_seconds.end());
  return result;
}

}  // namespace kpisuite
