#include "kpisuite/client/sample_writer.h"

#include <algorithm>
#include <limits>
#include <random>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace kpisuite::client {
namespace {

constexpr int64_t kNoWeight = std::numeric_limits<int64_t>::min();
constexpr int32_t kNoBusinessDay = std::numeric_limits<int32_t>::min();
constexpr size_t kRowBytes = 8 + 10;  // at most, of a time and a mantissa

std::string RandomPrefix() {
  std::random_device random;
  std::string prefix;
  for (int i = 0; i < 4; ++i) absl::StrAppendFormat(&prefix, "%08x", random());
  return prefix;
}

using Texts = google::protobuf::RepeatedPtrField<std::string>;

void Pad(Texts& column, int rows) {
  while (column.size() < rows) column.Add();
}

void SetLast(Texts& column, int rows, absl::string_view text) {
  Pad(column, rows);
  *column.Mutable(rows - 1) = std::string(text);
}

}  // namespace

SampleColumns& SampleColumns::Mantissa(int64_t time_unix_nano, int64_t mantissa) {
  BeginRow(time_unix_nano, Kind::kMantissas);
  block_.add_mantissas(mantissa);
  return *this;
}

SampleColumns& SampleColumns::Decimal(int64_t time_unix_nano, absl::string_view value) {
  BeginRow(time_unix_nano, Kind::kDecimals);
  block_.add_decimals(std::string(value));
  writer_.bytes_ += value.size();
  return *this;
}

SampleColumns& SampleColumns::Number(int64_t time_unix_nano, double value) {
  BeginRow(time_unix_nano, Kind::kDoubles);
  block_.add_doubles(value);
  return *this;
}

SampleColumns& SampleColumns::id(absl::string_view sample_id) {
  SetLast(*block_.mutable_sample_ids(), rows(), sample_id);
  writer_.bytes_ += 2 + sample_id.size();
  return *this;
}

SampleColumns& SampleColumns::entity(absl::string_view entity) {
  SetLast(*block_.mutable_entities(), rows(), entity);
  writer_.bytes_ += 2 + entity.size();
  return *this;
}

SampleColumns& SampleColumns::weight(int64_t mantissa) {
  block_.mutable_weights()->Resize(rows(), kNoWeight);
  block_.set_weights(rows() - 1, mantissa);
  writer_.bytes_ += 10;
  return *this;
}

SampleColumns& SampleColumns::business_day(int32_t day) {
  block_.mutable_business_days()->Resize(rows(), kNoBusinessDay);
  block_.set_business_days(rows() - 1, day);
  writer_.bytes_ += 5;
  return *this;
}

void SampleColumns::BeginRow(int64_t time_unix_nano, Kind kind) {
  writer_.BeforeRow();
  if (kind_ != kind) {
    if (rows() > 0) *writer_.blocks_.add_series() = Take();
    kind_ = kind;
  }
  block_.add_time_unix_nano(time_unix_nano);
  writer_.bytes_ += kRowBytes;
}

v1::SeriesBlock SampleColumns::Take() {
  // A column that one row has needs an entry for each of them.
  if (block_.sample_ids_size() > 0) Pad(*block_.mutable_sample_ids(), rows());
  if (block_.entities_size() > 0) Pad(*block_.mutable_entities(), rows());
  if (block_.weights_size() > 0) block_.mutable_weights()->Resize(rows(), kNoWeight);
  if (block_.business_days_size() > 0) {
    block_.mutable_business_days()->Resize(rows(), kNoBusinessDay);
  }
  kind_ = Kind::kNone;
  return std::exchange(block_, head_);
}

absl::StatusOr<std::unique_ptr<SampleWriter>> SampleWriter::Open(
    v1::MeasurementService::StubInterface& stub, WriterOptions options) {
  grpc::ClientContext context;
  v1::ServerInfo info;
  if (grpc::Status status = stub.GetMeasurementServerInfo(&context, {}, &info); !status.ok()) {
    return absl::Status(static_cast<absl::StatusCode>(status.error_code()), status.error_message());
  }
  options.batch_samples = std::min(options.batch_samples, info.max_batch_samples());
  // Room for names and for what comes after the row that fills the batch.
  options.batch_bytes = std::min(options.batch_bytes, info.max_message_bytes() / 2);
  if (options.request_id_prefix.empty()) options.request_id_prefix = RandomPrefix();
  return std::unique_ptr<SampleWriter>(
      new SampleWriter(stub, std::move(options), std::max(1, info.max_unacked_batches())));
}

SampleWriter::SampleWriter(v1::MeasurementService::StubInterface& stub, WriterOptions options,
                           int max_unacked_batches)
    : options_(std::move(options)), stream_(stub, max_unacked_batches) {}

SampleColumns& SampleWriter::Series(const std::string& metric,
                                    const std::map<std::string, std::string>& dimensions) {
  SampleColumns*& columns = by_name_[{metric, dimensions}];
  if (columns == nullptr) {
    v1::SeriesBlock head;
    head.set_metric(metric);
    head.mutable_dimensions()->insert(dimensions.begin(), dimensions.end());
    series_.push_back(SampleColumns(*this, std::move(head)));
    columns = &series_.back();
  }
  return *columns;
}

grpc::Status SampleWriter::Flush() {
  if (grpc::Status status = SendBatch(); !status.ok()) return status;
  if (grpc::Status status = stream_.Settle(); !status.ok()) return status;
  const WriteSummary summary = stream_.Summary();
  if (summary.refused.size() == reported_) return grpc::Status::OK;
  const google::rpc::Status& first = summary.refused[reported_].status;
  reported_ = summary.refused.size();
  return grpc::Status(static_cast<grpc::StatusCode>(first.code()), first.message(),
                      first.SerializeAsString());
}

WriteSummary SampleWriter::Summary() const { return stream_.Summary(); }

void SampleWriter::BeforeRow() {
  // An error here is not lost: the batch is kept, and Flush meets the error again.
  if (samples_ >= options_.batch_samples || bytes_ >= static_cast<size_t>(options_.batch_bytes)) {
    SendBatch().ok();
  }
  ++samples_;
}

grpc::Status SampleWriter::SendBatch() {
  if (samples_ > 0) {
    for (SampleColumns& columns : series_) {
      if (columns.rows() > 0) *blocks_.add_series() = columns.Take();
    }
    blocks_.set_parent(options_.parent);
    blocks_.set_request_id(absl::StrCat(options_.request_id_prefix, "-", ++made_));
    blocks_.set_allow_partial(options_.allow_partial);
    blocks_.set_reason(options_.reason);
    stream_.Add(std::exchange(blocks_, v1::WriteSamplesRequest()));
    samples_ = 0;
    bytes_ = 0;
  }
  return stream_.Send();
}

}  // namespace kpisuite::client
